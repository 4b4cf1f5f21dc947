"""The way to Redis of a whole event loop: commands of one tick leave together at its end, and the line comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from chat.futures import settle
from chat.realtime.line import Answered, Command, Line, Word, WrongRedis, ignore, pack

logger = logging.getLogger(__name__)

TRIES = 3  # that a command is sent, over as many lines: no script does a thing twice when it is sent again
PAUSES = (0.02, 0.1, 0.5, 2.0)  # seconds before connecting again, by how often it failed in a row
LARGE_BYTES = 2048  # a command that does not wait for the end of the tick: Redis can begin with it meanwhile
LONGEST_HURRIED = 0.1  # where somebody asks for something
PATIENCE = 2  # failures in a row after which whoever waits is told that Redis is away


class Script:
    """A Lua script that Redis knows by its hash; where Redis has forgotten it, it is sent whole."""

    def __init__(self, pipeline: Pipeline, text: str) -> None:
        self._pipeline, self._text = pipeline, text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, *, args: Sequence[Word] = ()) -> asyncio.Future[Any]:
        """Run it with these ARGV; the future gets what it returns, or a RedisError."""
        reply = self._pipeline.future()
        self._ask(partial(settle, reply), args)
        return reply

    def ask(self, answered: Answered, args: Sequence[Word]) -> None:
        """Run it, without waiting for the end of the tick: for those who have gathered. What waits already leaves before it.

        `answered` gets what it returns, or a RedisError, before anything that Redis said later is looked at.
        """
        self._ask(answered, args, at_once=True)

    def _ask(self, answered: Answered, args: Sequence[Word], at_once: bool = False) -> None:
        packed = pack(("EVALSHA", self._sha, 0, *args))
        self._pipeline.send(packed, answered, lambda: pack(("EVAL", self._text, 0, *args)), at_once)


class Listener(Protocol):
    """Who wants to hear what Redis says by itself."""

    def wants(self, name: str) -> bool:
        """Whether it wants what is published under this name."""

    def connected(self, *, after_loss: bool) -> None:
        """There is a new line, over which nothing went yet: subscribe again."""

    def pushed(self, push: list[Any]) -> None:
        """Redis said something."""


class Pipeline:
    """Asks Redis (`call`, scripts) and hears what it says by itself (`subscribe`, `listeners`).

    While Redis is away, whatever is asked has it tried again, and fails with a RedisError when that fails.
    """

    def __init__(self, make_connection: Callable[[], AbstractConnection]) -> None:
        self._make_connection = make_connection
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._waiting: deque[Command] = deque()
        self._flush_is_due = False
        self._connecting: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._was_lost = False
        self._failures = 0  # in a row: no line, or one that was lost before it answered anything
        self._scripts: list[str] = []
        self.listeners: list[Listener] = []

    def call(self, *words: Word) -> asyncio.Future[Any]:
        """Ask Redis; the future gets the answer, or a RedisError."""
        reply = self.future()
        self.send(pack(words), partial(settle, reply))
        return reply

    def publish(self, name: str, payload: bytes) -> asyncio.Future[Any]:
        """Publish `payload`; the answer is how many connections heard it."""
        return self.call("PUBLISH", name, payload)

    def register_script(self, text: str) -> Script:
        """Return the script as something to call.

        Redis learns it before the first call: of several that it does not know, a later one could overtake an earlier one.
        """
        self._scripts.append(text)
        if self._line is not None:
            self.send(pack(("SCRIPT", "LOAD", text)), ignore)
        return Script(self, text)

    def future(self) -> asyncio.Future[Any]:
        """Return a new one of this loop."""
        return self._loop.create_future()

    def send(
        self,
        packed: bytes,
        answered: Answered,
        unknown: Callable[[], bytes] | None = None,
        at_once: bool = False,
    ) -> None:
        """Let a packed command leave with the others of this tick, or `at_once`; `unknown` gives what to send after NOSCRIPT."""
        self._waiting.append(Command(packed, answered, unknown))
        if self._line is None:
            self.connect()
        elif at_once or len(packed) >= LARGE_BYTES:
            self._flush()
        elif not self._flush_is_due:
            self._flush_is_due = True
            self._loop.call_soon(self._flush)

    def subscribe(self, names: Iterable[str]) -> None:
        """Listen to these names; that Redis does so is a push of its own. Without a line, ask when there is one."""
        if self._line is not None:
            self._line.subscribe("SUBSCRIBE", names)

    def unsubscribe(self, names: Iterable[str]) -> None:
        """Listen to these names no more, unless another listener still wants to."""
        unwanted = [name for name in names if not any(listener.wants(name) for listener in self.listeners)]
        if self._line is not None and unwanted:
            self._line.subscribe("UNSUBSCRIBE", unwanted)

    def connect(self) -> None:
        """Have a line, now if possible, and again whenever it is lost."""
        self._hurry.set()
        if self._line is None and self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())

    async def close(self) -> None:
        """Give the line up; whoever waits gets a RedisError. What is asked later makes a new one."""
        if self._connecting is not None:
            self._connecting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._connecting
            self._connecting = None
        closed = RedisConnectionError("The connection to Redis was closed")
        line, self._line = self._line, None
        if line is not None:
            line.end(closed)
        self._fail_waiting(closed)

    # --- Sending ---

    def _flush(self) -> None:
        self._flush_is_due = False
        if self._line is not None and self._waiting:
            waiting, self._waiting = self._waiting, deque()
            self._line.write(waiting)

    def _fail_waiting(self, error: RedisError) -> None:
        waiting, self._waiting = self._waiting, deque()
        for command in waiting:
            command.answered(error)

    # --- The line ---

    async def _connect(self) -> None:
        try:
            while self._line is None:
                if self._failures:
                    await self._pause()
                try:
                    connection = self._make_connection()
                    await connection.connect()  # type: ignore[no-untyped-call]
                    self._begin(Line(connection, self._pushed, self._lost, self._alive))
                except (RedisError, OSError) as error:
                    self._failed(error)
        finally:
            self._connecting = None

    def _begin(self, line: Line) -> None:
        self._line = line
        for listener in self.listeners:
            listener.connected(after_loss=self._was_lost)
        # Nobody waits for these: a script that was not loaded is sent whole when it is needed.
        line.write(Command(pack(("SCRIPT", "LOAD", text)), ignore) for text in self._scripts)
        self._flush()

    def _alive(self) -> None:
        self._failures = 0
        if self._was_lost:
            self._was_lost = False
            logger.info("The connection to Redis is back")

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        self._say_lost(error)
        if self._failures >= PATIENCE or isinstance(error, RedisTimeoutError):
            self._fail_waiting(RedisConnectionError(f"Redis is away: {type(error).__name__}"))

    async def _pause(self) -> None:
        """Before the next attempt: long when nobody asks for anything, short, but never none, when somebody does."""
        pause = PAUSES[min(self._failures, len(PAUSES)) - 1]
        hurried = min(pause, LONGEST_HURRIED)
        await asyncio.sleep(hurried)
        if not self._waiting:
            self._hurry.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), pause - hurried)

    def _pushed(self, push: list[Any]) -> None:
        for listener in self.listeners:
            listener.pushed(push)

    def _lost(self, line: Line, unanswered: deque[Command], error: RedisError) -> None:
        """Ask again over the next line, in the same order; only silence is not asked twice, or it would last for ever."""
        given_up = self._line is not line
        again: deque[Command] = deque()
        failed: list[Command] = []
        for command in unanswered:
            gives_up = given_up or command.tries >= TRIES or isinstance(error, RedisTimeoutError)
            (failed if gives_up else again).append(command)
        if not given_up:
            self._line = None  # before anybody hears of it, who may ask for something else
            self._waiting = again + self._waiting
        for command in failed:
            command.answered(error)
        if not given_up:
            if line.has_answered and not isinstance(error, WrongRedis):
                self._say_lost(error)
            else:
                self._failed(error)
            self.connect()

    def _say_lost(self, error: Exception) -> None:
        if not self._was_lost:
            self._was_lost = True
            logger.warning("The connection to Redis is lost: %s", type(error).__name__)
