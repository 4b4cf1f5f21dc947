"""A client that never gives up, and a diary of what it sent and showed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.person import Frame, Person, Socket

AGAIN_SECONDS = 0.2  # until a message that was refused for now is sent again
OPEN_SECONDS = 10.0


@dataclass
class Chapter:
    """What one client knows of one place: a pair or a room."""

    place: str
    sent: dict[int, str] = field(default_factory=dict)  # n → text
    accepted: dict[int, int] = field(default_factory=dict)  # n → seq
    shown: list[tuple[int, bool, str]] = field(default_factory=list)  # seq, mine, text, in the order they appeared
    shown_at: dict[int, float] = field(default_factory=dict)  # seq → moment
    author_of: dict[int, str] = field(default_factory=dict)  # seq → user name, where there are several others
    seq: int = 0  # shown without a gap up to here
    delivered: int = 0
    left: str | None = None  # why it is over


@dataclass
class Diary:
    """A client's history, for the checker."""

    name: str
    chapters: list[Chapter] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # what no server should ever have sent
    opened: int = 0


class Client:
    """Opens a socket, and another one when it is gone; `hear` gets every frame."""

    path = "/ws/pair/"

    def __init__(self, person: Person, urls: Callable[[], list[str]], name: str = "") -> None:
        self.person = person
        self.urls = urls
        self.diary = Diary(name or person.username)
        self.socket: Socket | None = None
        self.changed = asyncio.Condition()
        self._attempt = itertools.count()
        self._task: asyncio.Task[None] | None = None
        self._timers: set[asyncio.TimerHandle] = set()

    def start(self) -> None:
        self._task = asyncio.create_task(self._live())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for timer in self._timers:
            timer.cancel()

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something that this client knows is so."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(condition)

    def opened(self) -> None:
        """Another socket is open."""

    async def hear(self, frame: Frame) -> None:
        """A frame came."""
        raise NotImplementedError

    async def send(self, type_: str, **fields: Any) -> None:
        """Send, if there is a socket that takes it."""
        if self.socket is not None:
            with contextlib.suppress(OSError, WebSocketException):
                await self.socket.send(type_, **fields)

    def later(self, again: Callable[[], Awaitable[None]]) -> None:
        """Do this in a moment, once for however many ask for it together."""
        if self._timers:
            return

        def now() -> None:
            self._timers.clear()
            self._again = asyncio.ensure_future(again())

        self._timers.add(asyncio.get_running_loop().call_later(AGAIN_SECONDS, now))

    async def _live(self) -> None:
        pause = 0.1
        while True:
            urls = self.urls()
            url = urls[next(self._attempt) % len(urls)]
            retry = 0.0
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    self.socket = await Socket.open(url, cookie=self.person.cookie_header, path=self.path)
                self.diary.opened += 1
                self.opened()
                while True:
                    frame = json.loads(await self.socket.connection.recv())
                    pause = 0.1
                    retry = frame.get("retry") or 0.0
                    await self.hear(frame)
                    async with self.changed:
                        self.changed.notify_all()
            except (OSError, TimeoutError, EOFError, WebSocketException, InvalidHandshake):
                pass
            finally:
                await self._hang_up()
            await asyncio.sleep(max(retry, pause))
            pause = min(pause * 2, 1.0)

    async def _hang_up(self) -> None:
        socket, self.socket = self.socket, None
        if socket is not None:
            socket.cut()
