"""What sockets ask the database: in threads of their own, whose connections stay open between questions.

Channels' `database_sync_to_async` shares one thread with every synchronous view and handler of the process, so that one slow
query holds up every newcomer, and it opens a connection for each question, which costs more than the question.

A database that hangs keeps the threads that ask it, but nobody who waits for them: a question is given up after `SECONDS`, and
the threads, unlike those of an executor, do not hold up the end of the process.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache, partial
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

THREADS = 4  # so many questions at once; as many connections to the database
SECONDS = 5.0  # a question takes about a millisecond; past this, the database or the way to it is gone

_waiting: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
_mine = threading.local()  # `file`: which file this thread's connection has open


async def look_up(question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `question`, which only reads or may be done twice, finds in the database.

    Raises its errors, and OperationalError after `SECONDS`; a question that is in a thread by then may still be answered there.
    """
    _start_threads()
    answer: Future[T] = Future()
    _waiting.put((answer, partial(question, *args, **kwargs)))
    try:
        return await asyncio.wait_for(asyncio.wrap_future(answer), SECONDS)
    except TimeoutError:
        raise OperationalError(f"no answer within {SECONDS:g} s") from None


@cache
def _start_threads() -> None:
    for number in range(THREADS):
        threading.Thread(target=_work, name=f"lookup-{number}", daemon=True).start()


def _work() -> None:
    while True:
        _answer(*_waiting.get())


def _answer(answer: Future[T], question: Callable[[], T]) -> None:
    if not answer.set_running_or_notify_cancel():
        return  # given up before a thread was free
    try:
        answer.set_result(_ask(question))
    except BaseException as error:  # noqa: BLE001 - whoever asked wants to know
        answer.set_exception(error)


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
