"""One window's way through a room's log: live, as fast as its reader; and from the database, at the reader's own pace."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from django.db import DatabaseError, InterfaceError

from chat.realtime.lookup import look_up
from chat.rooms import protocol, replay

if TYPE_CHECKING:
    from chat.rooms.audience import Audience
    from chat.rooms.socket import RoomSocket

AGAIN_SECONDS = 1.0  # until the database is asked once more where it did not answer
MOST_OWED = 100  # frames for this window alone that wait for a slow reader


class Follower:
    """A window that is told what happens in its room; `send` waits for its reader, `send_now` does not."""

    def __init__(
        self,
        socket: RoomSocket,
        audience: Audience,
        user: int,
        send_now: Callable[[bytes], bool],
        send: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self.socket, self.audience, self.user = socket, audience, user
        self.connection: str = socket.channel_name
        self.send_now, self._send = send_now, send
        self._owed: deque[bytes] = deque(maxlen=MOST_OWED)
        self._tick = audience.tick
        self._catching_up: asyncio.Task[None] | None = None
        self._stopped, self._is_reading = False, False

    def begin(self, seq: int) -> None:
        """All up to `seq` was sent: go on from there."""
        self.audience.join(self)
        self._go_on(seq)

    def stop(self) -> None:
        """Send nothing any more."""
        self._stopped = True
        self.audience.part(self)
        if self._catching_up is not None:
            self._catching_up.cancel()

    def tell(self, text: bytes) -> None:
        """Send what is for this window alone; a slow reader gets it a little later."""
        if self._owed or not self.send_now(text):
            self._owed.append(text)
            if not self._is_reading:
                self.fall_behind(self.audience.flow.seq)

    def fall_behind(self, seq: int) -> None:
        """The reader is slow: what happened after `seq` is read from the log, and waits for them."""
        self._pause()
        self._catching_up = self.audience.errands.start(self._catch_up(seq))

    async def replay(self, seq: int) -> int:
        """Send again what happened after `seq`, wait for the reader, and then go on live; return the last seq.

        Raises DatabaseError where it cannot be read; then everything is as before.
        """
        if self._catching_up is not None:
            self._catching_up.cancel()
        self._pause()
        before = self.audience.flow.seq
        try:
            seq = await self._read(seq)
        except BaseException:
            self.fall_behind(before)
            raise
        self._go_on(seq)
        return seq

    def _pause(self) -> None:
        self._is_reading = True
        if self.audience.is_live(self):
            self._tick = self.audience.tick
            self.audience.pause(self)

    async def _catch_up(self, seq: int) -> None:
        while True:
            try:
                seq = await self._read(seq)
                break
            except (DatabaseError, InterfaceError):
                await asyncio.sleep(AGAIN_SECONDS)
        self._go_on(seq)

    async def _read(self, seq: int) -> int:
        """Send what is in the log after `seq`, up to where everybody else is; return how far that was."""
        while not self._is_over() and (seq < self.audience.flow.seq or self._owed):
            if seq < self.audience.flow.seq:
                piece = await look_up(replay.piece, self.audience.room, seq, self.audience.flow.seq)
                for news in piece.news:
                    await self._send(protocol.encode(news))
                seq = piece.seq
            while self._owed:
                await self._send(self._owed.popleft())
        return seq

    def _is_over(self) -> bool:
        return self._stopped or self.socket.over

    def _go_on(self, seq: int) -> None:
        """Be live: from where everybody is, or else read on."""
        self._is_reading, self._catching_up = False, None
        if self._is_over():
            return
        if seq < self.audience.flow.seq or (self._tick != self.audience.tick and not self._send_members()):
            self.fall_behind(seq)
        else:
            self.audience.resume(self)

    def _send_members(self) -> bool:
        """Who came and went meanwhile was not told: say who is here now."""
        self._tick = self.audience.tick
        return self.send_now(self.audience.roster.members())
