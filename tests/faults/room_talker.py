"""Somebody in a room, who keeps the rules of docs/protocol.md by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.faults.client import Chapter, Client
from tests.person import Frame, Person

AGAIN = ("rate_limited", "unavailable", "out_of_order")


class RoomTalker(Client):
    """One window of one person in a room; `listens` to others only, where it is their second."""

    def __init__(
        self,
        person: Person,
        urls: Callable[[], list[str]],
        room: str = "lobby",
        window: str = "first",
        *,
        talks: bool = True,
    ) -> None:
        super().__init__(person, urls, person.username if talks else f"{person.username}, {window} window")
        self.path = f"/ws/rooms/{room}/?window={window}"
        self.talks = talks
        self.chapter = Chapter(room)
        self.diary.chapters.append(self.chapter)
        self.resumed = False  # on this socket: what comes now is live
        self._last_on_socket = 0
        self._waiting: dict[int, Frame] = {}

    def opened(self) -> None:
        self.resumed = False
        self._last_on_socket = 0

    # --- What a person does ---

    async def say(self, text: str) -> None:
        """Send a message, now or when the connection is back."""
        n = len(self.chapter.sent) + 1
        self.chapter.sent[n] = text
        await self._send_message(n)

    @property
    def is_quiet(self) -> bool:
        """Whether everything this window said is stored."""
        return len(self.chapter.accepted) == len(self.chapter.sent)

    def has_heard(self, since: float) -> bool:
        """Whether something of somebody else appeared after this moment of the monotonic clock."""
        chapter = self.chapter
        return any(chapter.shown_at[seq] > since for seq, mine, _ in reversed(chapter.shown) if not mine)

    # --- What its client does ---

    async def hear(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                await self._welcome(frame)
            case "message":
                self._message(frame)
            case "accepted":
                self._accepted(frame["n"], frame["seq"])
            case "resumed":
                self._catch_up(frame)
            case "error" if frame.get("for") == "message" and frame["code"] in AGAIN:
                self.later(lambda: self._send_from(frame.get("expected") or frame["n"]))

    async def _welcome(self, frame: Frame) -> None:
        """What stands in `welcome` is asked for again by `resume`, so that nothing is shown before what came earlier."""
        await self.send("resume", seq=self.chapter.seq)
        await self._send_from(frame["n"] + 1)
        for n in range(1, frame["n"] + 1):
            if n not in self.chapter.accepted:
                await self._send_message(n)  # stored, but we were not told

    def _message(self, frame: Frame) -> None:
        seq = frame["seq"]
        if self.resumed and seq <= self._last_on_socket:
            self.diary.complaints.append(f"twice: {seq} after {self._last_on_socket}")
        self._last_on_socket = max(self._last_on_socket, seq)
        self._waiting[seq] = frame
        if self.resumed:
            self._show_waiting()

    def _catch_up(self, frame: Frame) -> None:
        if not frame["complete"]:
            self.diary.complaints.append("lost: the log did not reach back")
        self.resumed = True
        self._show_waiting()

    def _show_waiting(self) -> None:
        """In the order of the log; what was shown before is shown once."""
        chapter = self.chapter
        for seq, frame in sorted(self._waiting.items()):
            if seq > chapter.seq:
                chapter.seq = seq
                author = frame["author"]["username"]
                chapter.shown.append((seq, self.talks and author == self.person.username, frame["text"]))
                chapter.shown_at[seq] = time.monotonic()
                chapter.author_of[seq] = author
        self._waiting.clear()

    def _accepted(self, n: int, seq: int) -> None:
        before = self.chapter.accepted.setdefault(n, seq)
        if before != seq:
            self.diary.complaints.append(f"twice: n {n} accepted as {before} and {seq}")

    async def _send_from(self, n: int) -> None:
        for later in range(n, len(self.chapter.sent) + 1):
            if later not in self.chapter.accepted:
                await self._send_message(later)

    async def _send_message(self, n: int) -> None:
        await self.send("message", n=n, text=self.chapter.sent[n])
