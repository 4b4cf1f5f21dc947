"""Calls of one verb that are made in the same tick of the loop go to Redis as one script, which is set up once for all."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from chat.futures import settle

FEW = 2  # calls that are waited for awake; with more there is enough to do meanwhile
YIELD_SECONDS = 0.002  # that a patient batch waits for the answer it follows: three times what a lone message takes
AT_ONCE = 32  # calls in one script: Redis works on them while we read the next frames, and is held for no more than a millisecond

T = TypeVar("T")

logger = logging.getLogger(__name__)


Answered = Callable[[Any], None]


@runtime_checkable
class InOrder(Protocol):
    """A script whose answers are handed over as they are read, in one order with what Redis publishes."""

    def ask(self, answered: Answered, args: Sequence[Any]) -> None:
        """Run it, without waiting for others of this tick; `answered` gets what it returns, or an exception."""


class Batch(Generic[T]):
    """`script` gets the `common` ARGV and then those of each call; `decode` makes its reply a list with an answer for each.

    They go together that are made in one tick of the loop, or in `patience` seconds. Once half its patience is over, a batch that
    `follows` another goes behind the first answer after which nothing of that is under way; where its patience ends before, it
    waits for the answer YIELD_SECONDS more at most (docs/decisions/0045). An answer that is an exception is raised where it is
    awaited. While a few calls are under way the loop stays `awake` for so many seconds at most (docs/decisions/0041).
    """

    def __init__(
        self,
        script: Callable[..., Awaitable[bytes]],
        decode: Callable[[bytes], Sequence[T | Exception]],
        common: Sequence[str | int] = (),
        *,
        patience: float = 0,
        awake: float = 0,
        follows: Batch[Any] | None = None,
    ) -> None:
        self._ask = script.ask if isinstance(script, InOrder) else _asking(script)
        self._decode, self._common, self._patience = decode, common, patience
        self._loop = asyncio.get_running_loop()  # asked for once: Python 3.11 asks the kernel each time
        self._args: list[Any] = []
        self._callers: list[Callable[[T | Exception], None]] = []
        self._awake, self._awake_until = awake, 0.0
        self._is_awake = False
        self._unanswered = 0  # scripts
        self._patience_ends: asyncio.TimerHandle | None = None
        self._half_time = 0.0  # of the patience with those who are gathered now
        self._follower: Batch[Any] | None = None
        self._follows = follows
        if follows is not None:
            assert follows._follower is None, "one follows another"
            follows._follower = self

    def call(self, *args: Any) -> asyncio.Future[T]:
        """Make a call; the future gets its answer, or an error."""
        caller: asyncio.Future[T] = self._loop.create_future()
        self.call_for(partial(settle, caller), *args)
        return caller

    def call_for(self, answered: Callable[[T | Exception], None], *args: Any) -> None:
        """Make a call; `answered` gets its answer, or an error, and is called in any case."""
        if not self._callers:
            if self._patience:
                self._half_time = time.monotonic() + self._patience / 2
                self._patience_ends = self._loop.call_later(self._patience, self._send_in_time)
            else:
                self._loop.call_soon(self.send)
        self._args += args
        self._callers.append(answered)
        if len(self._callers) == AT_ONCE:
            self.send()

    def send(self) -> None:
        """Let what was called so far go now, before anything that is asked of Redis later."""
        callers, args = self._callers, self._args
        if callers:
            self._callers, self._args = [], []
            if self._patience_ends is not None:
                self._patience_ends.cancel()  # or it would end for those who gather next
            self._unanswered += 1
            self._ask(partial(self._answer, callers), [*self._common, *args])
            if self._awake and len(callers) <= FEW:
                self._awake_until = time.monotonic() + self._awake
                if not self._is_awake:
                    self._stay_awake()

    def _send_in_time(self) -> None:
        if self._follows is not None and self._follows._is_under_way():
            self._patience_ends = self._loop.call_later(YIELD_SECONDS, self.send)
        else:
            self.send()

    def _follow(self) -> None:
        """An answer of the other batch has come: go behind what it brings, if it is time."""
        if self._has_waited():
            self._loop.call_soon(self._send_behind)

    def _send_behind(self) -> None:
        if self._follows is not None and not self._follows._is_under_way() and self._has_waited():
            self.send()

    def _has_waited(self) -> bool:
        return bool(self._callers) and time.monotonic() >= self._half_time

    def _is_under_way(self) -> bool:
        return bool(self._unanswered or self._callers)

    def _stay_awake(self) -> None:
        """Look again at once instead of sleeping until the answer comes; whoever else wants this core goes first."""
        self._is_awake = self._unanswered > 0 and time.monotonic() < self._awake_until
        if self._is_awake:
            os.sched_yield()
            self._loop.call_soon(self._stay_awake)

    def _answer(self, callers: list[Callable[[T | Exception], None]], reply: bytes | Exception) -> None:
        """Whatever happened, nobody waits for ever."""
        self._unanswered -= 1
        for answered, answer in zip(callers, self._answers(reply, len(callers)), strict=True):
            try:
                answered(answer)
            except Exception:
                logger.exception("An answer of Redis was not understood")  # the others' may be
        if self._follower is not None:
            self._follower._follow()

    def _answers(self, reply: bytes | Exception, count: int) -> Sequence[T | Exception]:
        """Return an answer for each of so many calls, whatever came."""
        if isinstance(reply, Exception):
            return [reply] * count
        try:
            answers = self._decode(reply)
        except Exception as error:  # noqa: BLE001 - each caller gets it
            return [error] * count
        return answers if len(answers) == count else [ResponseError("not an answer to each call")] * count


def _asking(script: Callable[..., Awaitable[bytes]]) -> Callable[[Answered, Sequence[Any]], None]:
    """Ask with a client of redis-py, where every answer is waited for by a task."""
    on_their_way: set[asyncio.Future[bytes]] = set()  # a task that nobody holds may be lost

    def ask(answered: Answered, args: Sequence[Any]) -> None:
        def arrived(reply: asyncio.Future[bytes]) -> None:
            on_their_way.discard(reply)
            answered(RedisConnectionError("given up") if reply.cancelled() else reply.exception() or reply.result())

        reply = asyncio.ensure_future(script(args=args))
        on_their_way.add(reply)
        reply.add_done_callback(arrived)

    return ask
