"""Calls of one verb that are made in the same tick of the loop go to Redis as one script, which is set up once for all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

from redis.exceptions import ConnectionError as RedisConnectionError

AT_ONCE = 32  # calls in one script: Redis works on them while we read the next frames, and is held for no more than a millisecond

T = TypeVar("T")

logger = logging.getLogger(__name__)


class Batch(Generic[T]):
    """`script` gets the `common` ARGV and then those of each call; `decode` makes its reply a list with an answer for each.

    They go together that are made in one tick of the loop, or in `patience` seconds. An answer that is an exception is raised
    where it is awaited.
    """

    def __init__(
        self,
        script: Callable[..., Awaitable[bytes]],
        decode: Callable[[bytes], Sequence[T | Exception]],
        common: Sequence[int] = (),
        patience: float = 0,
    ) -> None:
        self._script, self._decode, self._common, self._patience = script, decode, common, patience
        self._loop = asyncio.get_running_loop()  # asked for once: Python 3.11 asks the kernel each time
        self._args: list[Any] = []
        self._callers: list[Callable[[T | Exception], None]] = []
        self._on_their_way: set[asyncio.Future[bytes]] = set()

    def call(self, *args: Any) -> asyncio.Future[T]:
        """Make a call; the future gets its answer, or an error."""
        caller: asyncio.Future[T] = self._loop.create_future()
        self.call_for(partial(_settle, caller), *args)
        return caller

    def call_for(self, answered: Callable[[T | Exception], None], *args: Any) -> None:
        """Make a call; `answered` gets its answer, or an error, and is called in any case."""
        if not self._callers:
            if self._patience:
                self._loop.call_later(self._patience, self.send)
            else:
                self._loop.call_soon(self.send)
        self._args += args
        self._callers.append(answered)
        if len(self._callers) == AT_ONCE:
            self.send()

    def send(self) -> None:
        """Let what was called so far go now, before anything else that is asked of Redis in this tick."""
        callers, args = self._callers, self._args
        if not callers:
            return
        self._callers, self._args = [], []
        reply = asyncio.ensure_future(self._script(args=[*self._common, *args]))
        self._on_their_way.add(reply)  # a task that nobody holds may be lost
        reply.add_done_callback(lambda reply: self._answer(reply, callers))

    def _answer(self, reply: asyncio.Future[bytes], callers: list[Callable[[T | Exception], None]]) -> None:
        """Whatever happened, nobody waits for ever."""
        self._on_their_way.discard(reply)
        try:
            answers: Sequence[T | Exception] = self._decode(reply.result())
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - each caller gets it
            answers = [error if isinstance(error, Exception) else RedisConnectionError("given up")] * len(callers)
        for answered, answer in zip(callers, answers, strict=True):
            try:
                answered(answer)
            except Exception:
                logger.exception("An answer of Redis was not understood")  # the others' may be


def _settle(caller: asyncio.Future[T], answer: T | Exception) -> None:
    if caller.done():
        return
    if isinstance(answer, Exception):
        caller.set_exception(answer)
    else:
        caller.set_result(answer)
