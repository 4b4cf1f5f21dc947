"""What a process does for all its sockets holds up nobody who talks."""

from __future__ import annotations

import asyncio
from typing import Any

from chat.realtime.pulse import in_parts


async def test_others_have_their_turn_between_two_parts():
    seen: list[Any] = []
    async for some in in_parts([1, 2, 3, 4, 5], 2):
        seen.append(some)
        asyncio.get_running_loop().call_soon(seen.append, "another")
    assert seen == [[1, 2], "another", [3, 4], "another", [5]]


async def test_where_there_is_nothing_to_do_nothing_is_done():
    nothing: list[int] = []
    assert [some async for some in in_parts(nothing)] == []
