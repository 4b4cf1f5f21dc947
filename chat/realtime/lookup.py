"""What sockets ask the database: in threads of their own, whose connections stay open between questions.

Channels' `database_sync_to_async` shares one thread with every synchronous view and handler of the process, so that one slow
query holds up every newcomer, and it opens a connection for each question, which costs more than the question.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4  # so many questions at once; as many connections to the database

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="lookup")
_mine = threading.local()  # `file`: which file this thread's connection has open


async def look_up(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `question`, which only reads or may be done twice, finds in the database; raises its errors."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, lambda: _ask(lambda: question(*args, **kwargs)))


def _ask(question: Callable[[], T]) -> T:
    """A connection that was kept may be dead by now: then the question is asked again over a new one."""
    if _file_was_replaced():
        connection.close()
    kept = connection.connection is not None
    try:
        return question()
    except (InterfaceError, OperationalError):
        connection.close()
        if not kept:
            raise
        return question()


def _file_was_replaced() -> bool:
    """SQLite would go on reading a file that was moved away or restored from a backup."""
    if connection.vendor != "sqlite":
        return False
    try:
        file = os.stat(connection.settings_dict["NAME"]).st_ino  # noqa: PTH116 - asked before every question
    except OSError:
        file = None
    before, _mine.file = getattr(_mine, "file", None), file
    return file != before
