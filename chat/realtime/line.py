"""One connection to Redis, from the moment it is connected until it is lost: commands go out, answers and pushes come in.

redis-py connects it (addresses, TLS, passwords, Sentinel); from there on hiredis, in C, packs the commands and parses the
answers, without a task, a lock or a timer for each. Redis answers in order, so every command gets its own answer, also one
that nobody waits for any more: a cancelled command never leaves its answer to the next (CVE-2023-28858). Answers and pushes are
handed over as they are read, so they keep the order that Redis gave them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from hiredis import HiredisError, PushNotification, Reader, ReplyError, pack_command
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

LOOK_SECONDS = 1.0  # between two looks at whether Redis still answers
LOOKS_WITHOUT_ANSWER = 4  # then Redis or the way to it is gone; looks, not seconds: a loop that hung blames nobody

# Answers that say that this is not, or not yet, the Redis to talk to. NOPERM is one of them because a refused SUBSCRIBE
# is answered where the answers to commands are expected.
WRONG_REDIS = ("READONLY", "LOADING", "MASTERDOWN", "NOAUTH", "NOPERM")

Word = str | bytes | int | float
pack: Callable[[tuple[Word, ...]], bytes] = pack_command  # type: ignore[assignment]  # its types know one word only

_NOTHING = object()


class WrongRedis(RedisConnectionError):
    """What answers is not, or not yet, the Redis to talk to."""


Answered = Callable[[Any], None]


class Command:
    """Something asked of Redis; `answered` gets the answer, which may be a RedisError, as soon as it is read.

    `unknown` is asked where Redis has no such script.
    """

    __slots__ = ("answered", "packed", "tries", "unknown")

    def __init__(self, packed: bytes, answered: Answered, unknown: Callable[[], bytes] | None = None) -> None:
        self.packed = packed
        self.answered = answered
        self.unknown = unknown
        self.tries = 0


def ignore(answer: Any) -> None:
    """For an answer that nobody waits for."""


class Line(asyncio.Protocol):
    """Tells `on_push` what Redis says by itself, `on_lost` which commands were not answered and why.

    `on_alive` is called at the first answer that is no refusal.
    """

    def __init__(
        self,
        connection: AbstractConnection,
        on_push: Callable[[list[Any]], None],
        on_lost: Callable[[Line, deque[Command], RedisError], None],
        on_alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = connection  # whose end would close the transport
        self._on_push, self._on_lost, self._on_alive = on_push, on_lost, on_alive
        self.has_answered = False
        self._unanswered: deque[Command] = deque()
        self._parser = Reader(notEnoughData=_NOTHING)
        self._lost: RedisError | None = None
        self._heard = False
        self._silent_looks = 0
        # redis-py has no public way to its transport; test_pipeline.py would notice another name.
        self._transport: asyncio.Transport = connection._writer.transport  # type: ignore[union-attr, assignment]
        self._transport.set_protocol(self)
        self._look_again()

    def write(self, commands: Iterable[Command]) -> None:
        """Send these in one write."""
        packed = []
        for command in commands:
            command.tries += 1
            packed.append(command.packed)
            self._unanswered.append(command)
        self._transport.write(b"".join(packed))

    def subscribe(self, verb: str, names: Iterable[str]) -> None:
        """SUBSCRIBE or UNSUBSCRIBE, whose answers are pushes."""
        self._transport.write(pack((verb, *names)))

    def end(self, error: RedisError) -> None:
        """Give the connection up."""
        if self._lost is None:
            self._lost = error
            self._watch.cancel()
            self._transport.abort()
            unanswered, self._unanswered = self._unanswered, deque()
            self._on_lost(self, unanswered, error)

    # --- From the transport ---

    def data_received(self, data: bytes) -> None:
        self._heard = True
        parser = self._parser
        try:
            parser.feed(data)
            while (reply := parser.gets()) is not _NOTHING and self._lost is None:
                if isinstance(reply, ReplyError):
                    self._refuse(str(reply))
                    continue
                if not self.has_answered:
                    self.has_answered = True
                    self._on_alive()
                if type(reply) is PushNotification:
                    self._on_push(reply)
                else:
                    self._unanswered.popleft().answered(reply)
        except HiredisError as error:
            self.end(RedisConnectionError(f"Redis does not speak its protocol: {error}"))

    def connection_lost(self, exc: Exception | None) -> None:
        self.end(RedisConnectionError("The connection to Redis is lost"))

    def _refuse(self, error: str) -> None:
        code, _, _ = error.partition(" ")
        if code in WRONG_REDIS or not self._unanswered:
            self.end(WrongRedis(error))
            return
        command = self._unanswered.popleft()
        if code == "NOSCRIPT" and command.unknown and command.tries <= 1:
            command.packed = command.unknown()
            self.write([command])
        else:
            command.answered(ResponseError(error))

    # --- Whether Redis is still there ---

    def _look_again(self) -> None:
        self._watch = asyncio.get_running_loop().call_later(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        """Redis said nothing since the last look: ask, and after some looks give up."""
        self._silent_looks = 0 if self._heard else self._silent_looks + 1
        self._heard = False
        if self._silent_looks >= LOOKS_WITHOUT_ANSWER:
            self.end(RedisTimeoutError("Redis is silent"))
            return
        if self._silent_looks and not self._unanswered:
            self.write([Command(pack(("PING",)), ignore)])
        self._look_again()
