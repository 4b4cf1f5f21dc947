"""A client that keeps the rules of docs/protocol.md by itself, and a diary of what it sent and showed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.person import Frame, Person, Socket

AGAIN_SECONDS = 0.2  # until a message that was refused for now is sent again
OPEN_SECONDS = 10.0


@dataclass
class Chapter:
    """What one client knows of one pair."""

    pair: str
    sent: dict[int, str] = field(default_factory=dict)  # n → text
    accepted: dict[int, int] = field(default_factory=dict)  # n → seq
    shown: list[tuple[int, bool, str]] = field(default_factory=list)  # seq, mine, text, in the order they appeared
    shown_at: dict[int, float] = field(default_factory=dict)  # seq → moment
    seq: int = 0  # shown without a gap up to here
    delivered: int = 0
    left: str | None = None  # why it is over


@dataclass
class Diary:
    """A client's history, for the checker."""

    username: str
    chapters: list[Chapter] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # what no server should ever have sent
    opened: int = 0


class Talker:
    """A person with a client that never gives up."""

    def __init__(self, person: Person, urls: Callable[[], list[str]]) -> None:
        self.person = person
        self.urls = urls
        self.diary = Diary(person.username)
        self.chapter: Chapter | None = None
        self.socket: Socket | None = None
        self.changed = asyncio.Condition()
        self._attempt = itertools.count()
        self._task: asyncio.Task[None] | None = None
        self._last_on_socket = 0
        self._timers: set[asyncio.TimerHandle] = set()

    # --- What a person does ---

    def start(self) -> None:
        self._task = asyncio.create_task(self._live())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for timer in self._timers:
            timer.cancel()

    async def join(self, token: str) -> None:
        await self.until(lambda: self.socket is not None)
        await self._send("join", token=token)

    async def say(self, text: str) -> None:
        """Send a message, now or when the connection is back."""
        chapter = self.chapter
        if chapter is None or chapter.left:
            return
        n = len(chapter.sent) + 1
        chapter.sent[n] = text
        await self._send_message(chapter, n)

    async def until(self, condition: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something that this client knows is so."""
        async with asyncio.timeout(seconds), self.changed:
            await self.changed.wait_for(condition)

    @property
    def is_quiet(self) -> bool:
        """Whether everything this client said is stored, or its pair is over."""
        chapter = self.chapter
        return chapter is None or chapter.left is not None or len(chapter.accepted) == len(chapter.sent)

    # --- What its client does ---

    async def _live(self) -> None:
        pause = 0.1
        while True:
            urls = self.urls()
            url = urls[next(self._attempt) % len(urls)]
            retry = 0.0
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    self.socket = await Socket.open(url, cookie=self.person.cookie_header)
                self.diary.opened += 1
                self._last_on_socket = 0
                while True:
                    frame = json.loads(await self.socket.connection.recv())
                    pause = 0.1
                    retry = frame.get("retry") or 0.0
                    await self._hear(frame)
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

    async def _hear(self, frame: Frame) -> None:
        handler = getattr(self, f"_on_{frame['type']}", None)
        pair = frame.get("pair")
        if isinstance(pair, str) and (self.chapter is None or pair != self.chapter.pair):
            if frame["type"] != "error":
                self.diary.complaints.append(f"crossed: {frame['type']} of {pair}")
            return
        if handler:
            await handler(frame)
        async with self.changed:
            self.changed.notify_all()

    async def _on_welcome(self, frame: Frame) -> None:
        pair = frame["pair"]
        if self.chapter and not self.chapter.left and (pair is None or pair["id"] != self.chapter.pair):
            self._end(self.chapter, "gone", self.chapter.delivered)
        if pair is None:
            return
        self._begin(pair)
        assert self.chapter is not None
        await self._send("resume", pair=pair["id"], seq=self.chapter.seq)
        if not pair.get("ended"):
            for n in range(pair["n"] + 1, len(self.chapter.sent) + 1):
                await self._send_message(self.chapter, n)

    async def _on_joined(self, frame: Frame) -> None:
        self._begin(frame["pair"])

    async def _on_message(self, frame: Frame) -> None:
        chapter = self._chapter
        if frame["mine"]:
            chapter.accepted[frame["n"]] = frame["seq"]
        else:
            self._check_order(frame["seq"])
        await self._show(frame["seq"], frame["mine"], frame["text"])

    async def _on_accepted(self, frame: Frame) -> None:
        chapter = self._chapter
        before = chapter.accepted.setdefault(frame["n"], frame["seq"])
        if before != frame["seq"]:
            self.diary.complaints.append(f"twice: n {frame['n']} accepted as {before} and {frame['seq']}")
        if frame["seq"] > chapter.seq:
            self._check_order(frame["seq"])
        await self._show(frame["seq"], True, chapter.sent[frame["n"]])

    async def _on_delivered(self, frame: Frame) -> None:
        self._chapter.delivered = max(self._chapter.delivered, frame["seq"])

    async def _on_resumed(self, frame: Frame) -> None:
        if not frame["complete"]:
            self.diary.complaints.append("lost: the log did not reach back")

    async def _on_left(self, frame: Frame) -> None:
        self._end(self._chapter, frame["reason"], frame["delivered"])

    async def _on_error(self, frame: Frame) -> None:
        chapter = self.chapter
        if frame.get("for") != "message" or chapter is None or frame.get("n") is None:
            return
        if frame["code"] in ("rate_limited", "unavailable", "out_of_order"):
            self._later(chapter, frame.get("expected") or frame["n"])
        elif frame["code"] in ("not_paired", "wrong_pair") and self.socket and not chapter.left:
            self.socket.cut()  # a fresh welcome says where we stand

    def _later(self, chapter: Chapter, n: int) -> None:
        """Send again from `n` on, once for however many were refused together."""
        if self._timers:
            return

        def again() -> None:
            self._timers.clear()
            self._resending = asyncio.ensure_future(self._send_from(chapter, n))

        self._timers.add(asyncio.get_running_loop().call_later(AGAIN_SECONDS, again))

    async def _send_from(self, chapter: Chapter, n: int) -> None:
        for later in range(n, len(chapter.sent) + 1):
            if later not in chapter.accepted:
                await self._send_message(chapter, later)

    async def _show(self, seq: int, mine: bool, text: str) -> None:
        chapter = self._chapter
        if seq <= chapter.seq:
            return  # seen before; shown once
        if seq > chapter.seq + 1:
            await self._send("resume", pair=chapter.pair, seq=chapter.seq)
            return
        chapter.seq = seq
        chapter.shown.append((seq, mine, text))
        chapter.shown_at[seq] = time.monotonic()
        if not mine:
            await self._send("received", pair=chapter.pair, seq=seq)

    def _check_order(self, seq: int) -> None:
        if seq > self._chapter.seq + 1 and self._last_on_socket:
            self.diary.complaints.append(f"out of order: {seq} after {self._chapter.seq}")
        self._last_on_socket = seq

    def _begin(self, pair: dict[str, Any]) -> None:
        if self.chapter is None or self.chapter.pair != pair["id"]:
            if self.chapter and not self.chapter.left:
                self.diary.complaints.append("joined without having left")
            self.chapter = Chapter(pair["id"])
            self.diary.chapters.append(self.chapter)

    def _end(self, chapter: Chapter, reason: str, delivered: int) -> None:
        if chapter.left:
            self.diary.complaints.append("left twice")
        chapter.left = reason
        chapter.delivered = max(chapter.delivered, delivered)

    async def _send_message(self, chapter: Chapter, n: int) -> None:
        await self._send("message", pair=chapter.pair, n=n, text=chapter.sent[n])

    async def _send(self, type_: str, **fields: Any) -> None:
        if self.socket is not None:
            with contextlib.suppress(OSError, WebSocketException):
                await self.socket.send(type_, **fields)

    @property
    def _chapter(self) -> Chapter:
        assert self.chapter is not None
        return self.chapter
