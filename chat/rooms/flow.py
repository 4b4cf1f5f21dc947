"""The log of one room as it goes through one process: each thing that happened once, in the order of `seq`.

What is published is the fast copy. It may be lost, and what two processes publish may cross; what is missing for longer than
it takes to cross is read from the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from chat.realtime.lookup import look_up
from chat.realtime.pulse import Errands
from chat.rooms import protocol, replay
from chat.wire import COUNT_LIMIT

CROSSING_SECONDS = 0.05  # how long what was published earlier may arrive later
MOST_PENDING = 500  # published, but not passed on yet; the rest comes from the database


class Flow:
    """`pass_on` gets the `seq` and the encoded frame of each thing that happens; all up to `self.seq` was passed on."""

    def __init__(self, room: int, errands: Errands, pass_on: Callable[[int, bytes], None]) -> None:
        self.room = room
        self.seq = -1  # not begun: what comes is kept
        self._errands, self._pass_on = errands, pass_on
        self._pending: dict[int, bytes] = {}
        self._known = 0  # the log goes at least so far
        self._timer: asyncio.TimerHandle | None = None
        self._reading = False

    def begin(self, seq: int) -> None:
        """All up to `seq` is known."""
        self.seq = seq
        self._go_on()

    def begin_anew(self, seq: int) -> None:
        """All up to `seq` is known, and nothing of what seemed to come after it ever was."""
        self._known = seq
        self._pending.clear()
        self.begin(seq)

    def hear(self, seq: int, text: bytes) -> None:
        """This is stored at that place."""
        if seq <= self.seq:
            return
        self._known = max(self._known, seq)
        if len(self._pending) < MOST_PENDING:
            self._pending[seq] = text
        if self.seq >= 0:
            self._go_on()

    def reaches(self, seq: int) -> None:
        """The database has so much; what is still on its way gets the time to arrive."""
        self._known = max(self._known, seq)
        self._go_on()

    def close(self) -> None:
        """Nothing is passed on any more."""
        self.seq = COUNT_LIMIT
        self._pending.clear()

    def _go_on(self) -> None:
        while (text := self._pending.pop(self.seq + 1, None)) is not None:
            self.seq += 1
            self._pass_on(self.seq, text)
        if self.seq < self._known and self._timer is None and not self._reading:
            self._timer = asyncio.get_running_loop().call_later(CROSSING_SECONDS, self._miss)

    def _miss(self) -> None:
        self._timer = None
        if self.seq < self._known:
            self._reading = True
            self._errands.start(self._read())

    async def _read(self) -> None:
        try:
            while self.seq < self._known:
                piece = await look_up(replay.piece, self.room, self.seq, self._known)
                for news in piece.news:
                    self._pass_on_read(news.seq, protocol.encode(news))
                self.seq = max(self.seq, piece.seq)
                self._pending = {seq: text for seq, text in self._pending.items() if seq > self.seq}
        finally:
            self._reading = False
        self._go_on()

    def _pass_on_read(self, seq: int, text: bytes) -> None:
        if seq > self.seq:
            self.seq = seq
            self._pass_on(seq, text)
