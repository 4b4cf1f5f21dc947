"""What sockets ask the database: in threads of their own, whose connections stay open between questions.

Channels' `database_sync_to_async` shares one thread with every synchronous view and handler of the process, so that one slow
query holds up every newcomer, and it opens a connection for each question, which costs more than the question.

A database that hangs keeps the threads that ask it, but nobody who waits for them: a question is given up after `SECONDS`, and
the threads, unlike those of an executor, do not hold up the end of the process.

What writes has threads of its own: it may have to wait until another process has written, and readers do not wait with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable
from functools import cache, partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from chat.futures import settle

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4  # so many questions at once; as many connections to the database
WRITERS = 2  # a database of one file takes one at a time; a second, so that no slow one holds up all messages elsewhere
SECONDS = 5.0  # a question takes about a millisecond; past this, the database or the way to it is gone

Waiting = SimpleQueue[tuple[asyncio.Future[Any], Callable[[], Any]]]

_reading: Waiting = SimpleQueue()
_writing: Waiting = SimpleQueue()
_mine = threading.local()  # `file`: which file this thread's connection has open


async def look_up(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `question`, which only reads, finds in the database.

    Raises its errors, and OperationalError after `SECONDS`; a question that is in a thread by then may still be answered there.
    """
    return await _wait_for(_reading, partial(question, *args, **kwargs))


async def write_down(change: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `change`, which writes and may be done twice, returns; as `look_up`, but no reader waits for it."""
    return await _wait_for(_writing, partial(change, *args, **kwargs))


async def _wait_for(waiting: Waiting, question: Callable[[], T]) -> T:
    _start_threads()
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()
    patience = loop.call_later(SECONDS, _give_up, answer)
    waiting.put((answer, question))
    try:
        return await answer
    finally:
        patience.cancel()


def _give_up(answer: asyncio.Future[Any]) -> None:
    settle(answer, OperationalError(f"no answer within {SECONDS:g} s"))


@cache
def _start_threads() -> None:
    for name, waiting, count in (("lookup", _reading, THREADS), ("writer", _writing, WRITERS)):
        for number in range(count):
            threading.Thread(target=_work, args=[waiting], name=f"{name}-{number}", daemon=True).start()


def _work(waiting: Waiting) -> None:
    while True:
        _answer(*waiting.get())


def _answer(answer: asyncio.Future[T], question: Callable[[], T]) -> None:
    if answer.done():
        return  # given up before a thread was free
    found: T | BaseException
    try:
        found = _ask(question)
    except BaseException as error:  # noqa: BLE001 - whoever asked wants to know
        found = error
    with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
        answer.get_loop().call_soon_threadsafe(settle, answer, found)


def _ask(question: Callable[[], T]) -> T:
    """A connection that was kept may be dead by now: then the question is asked again over a new one."""
    if _file_was_replaced():
        connection.close()
    kept = connection.connection is not None
    try:
        return question()
    except (InterfaceError, OperationalError) as error:
        if _is_locked(error):
            raise  # it has waited as long as it may, and the connection is as good as before
        connection.close()
        if not kept:
            raise
        return question()


def _is_locked(error: Exception) -> bool:
    """Whether SQLite has waited in vain for another that writes."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


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
