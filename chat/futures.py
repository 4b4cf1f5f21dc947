"""What is missing in asyncio's futures."""

from __future__ import annotations

import asyncio
from typing import Any


def settle(future: asyncio.Future[Any], answer: Any) -> None:
    """Give a future its answer, or raise it there if it is an exception, if anybody still waits."""
    if future.done():
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)
