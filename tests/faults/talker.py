"""Somebody in a pair, who keeps the rules of docs/protocol.md by themselves."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.faults.client import Chapter, Client
from tests.person import Frame, Person


class Talker(Client):
    """Talks to whoever is in the pair."""

    def __init__(self, person: Person, urls: Callable[[], list[str]]) -> None:
        super().__init__(person, urls)
        self.chapter: Chapter | None = None
        self._last_on_socket = 0

    def opened(self) -> None:
        self._last_on_socket = 0

    async def join(self, token: str) -> None:
        await self.until(lambda: self.socket is not None)
        await self.send("join", token=token)

    async def say(self, text: str) -> None:
        """Send a message, now or when the connection is back."""
        chapter = self.chapter
        if chapter is None or chapter.left:
            return
        n = len(chapter.sent) + 1
        chapter.sent[n] = text
        await self._send_message(chapter, n)

    @property
    def is_quiet(self) -> bool:
        """Whether everything this client said is stored, or its pair is over."""
        chapter = self.chapter
        return chapter is None or chapter.left is not None or len(chapter.accepted) == len(chapter.sent)

    async def hear(self, frame: Frame) -> None:
        handler = getattr(self, f"_on_{frame['type']}", None)
        pair = frame.get("pair")
        if isinstance(pair, str) and (self.chapter is None or pair != self.chapter.place):
            if frame["type"] != "error":
                self.diary.complaints.append(f"crossed: {frame['type']} of {pair}")
            return
        if handler:
            await handler(frame)

    async def _on_welcome(self, frame: Frame) -> None:
        pair = frame["pair"]
        if self.chapter and not self.chapter.left and (pair is None or pair["id"] != self.chapter.place):
            self._end(self.chapter, "gone", self.chapter.delivered)
        if pair is None:
            return
        self._begin(pair)
        assert self.chapter is not None
        if pair.get("ended"):
            self.chapter.left = None  # told once more where something broke as it was told
        await self.send("resume", pair=pair["id"], seq=self.chapter.seq)
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
            self.later(partial(self._send_from, chapter, frame.get("expected") or frame["n"]))
        elif frame["code"] in ("not_paired", "wrong_pair") and self.socket and not chapter.left:
            self.socket.cut()  # a fresh welcome says where we stand

    async def _send_from(self, chapter: Chapter, n: int) -> None:
        for later in range(n, len(chapter.sent) + 1):
            if later not in chapter.accepted:
                await self._send_message(chapter, later)

    async def _show(self, seq: int, mine: bool, text: str) -> None:
        chapter = self._chapter
        if seq <= chapter.seq:
            return  # seen before; shown once
        if seq > chapter.seq + 1:
            await self.send("resume", pair=chapter.place, seq=chapter.seq)
            return
        chapter.seq = seq
        chapter.shown.append((seq, mine, text))
        chapter.shown_at[seq] = time.monotonic()
        if not mine:
            await self.send("received", pair=chapter.place, seq=seq)

    def _check_order(self, seq: int) -> None:
        if seq > self._chapter.seq + 1 and self._last_on_socket:
            self.diary.complaints.append(f"out of order: {seq} after {self._chapter.seq}")
        self._last_on_socket = seq

    def _begin(self, pair: dict[str, Any]) -> None:
        if self.chapter is None or self.chapter.place != pair["id"]:
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
        await self.send("message", pair=chapter.place, n=n, text=chapter.sent[n])

    @property
    def _chapter(self) -> Chapter:
        assert self.chapter is not None
        return self.chapter
