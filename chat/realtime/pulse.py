"""What a process does again and again, for as long as it lives, whatever becomes of Redis and the database meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

T = TypeVar("T")

# What is done at once, while there are not more parts than these: a pass has to end long before the next one.
SCRIPT_AT_ONCE = 50  # sockets or rooms: Redis is held for a millisecond or less
QUERY_AT_ONCE = 100  # sockets: to make the SQL a thread keeps the interpreter for a millisecond or two
MOST_PARTS = 50
BREATH_SECONDS = 0.005  # between two parts, in which what people say goes through

TROUBLE = (RedisError, DatabaseError, InterfaceError)  # what does not answer now, and may later

logger = logging.getLogger(__name__)


async def beat(
    milliseconds: int,
    work: Callable[[], Awaitable[None]],
    *,
    hurry: asyncio.Event | None = None,
    on_trouble: Callable[[bool], None] = lambda active: None,
) -> None:
    """Do `work` for ever, with a pause that `hurry` cuts short; an outage is reported once, and when it is over."""
    hurry = hurry or asyncio.Event()
    trouble = False
    while True:
        try:
            await work()
            if trouble:
                trouble = False
                on_trouble(False)
        except TROUBLE as error:
            if not trouble:
                trouble = True
                logger.warning("%s cannot be done now: %s", work.__name__.strip("_"), type(error).__name__)
                on_trouble(True)
        except Exception:
            logger.exception("A pulse broke")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurry.wait(), milliseconds / 1000)
        hurry.clear()


async def in_parts(items: list[T], at_once: int) -> AsyncIterator[list[T]]:
    """Some at a time, with a breath in between: whatever is done for all sockets of a process is no burst for those who talk."""
    size = max(at_once, math.ceil(len(items) / MOST_PARTS))
    for start in range(0, len(items), size):
        if start:
            await asyncio.sleep(BREATH_SECONDS)
        yield items[start : start + size]


async def for_all(items: list[T], work: Callable[[list[T]], Coroutine[Any, Any, None]]) -> None:
    """Do `work` for each part without waiting until the one before is done, so that a slow way to Redis delays all only once.

    Where it fails for some, the others are done all the same; then the first error is raised, an unexpected one before trouble.
    """
    parts = [asyncio.ensure_future(work(some)) async for some in in_parts(items, SCRIPT_AT_ONCE)]
    errors = [error for error in await asyncio.gather(*parts, return_exceptions=True) if error is not None]
    if errors:
        raise min(errors, key=lambda error: isinstance(error, TROUBLE))


class Errands:
    """Tasks that nobody waits for; what becomes of them is at worst a line in the log."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do this by itself. Where Redis or the database is away it is not done: whoever starts it can do without."""
        task = asyncio.create_task(_quietly(work))
        self._tasks.add(task)  # a task that nobody holds may be lost
        task.add_done_callback(self._tasks.discard)
        return task


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except TROUBLE as error:
        logger.info("Something was not done: %s", type(error).__name__)
    except Exception:
        logger.exception("An errand broke")
