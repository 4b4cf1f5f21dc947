"""One thing at a time, first come, first served; and without waiting where nobody is there."""

from __future__ import annotations

import asyncio
from collections import deque


class Turn:
    """A lock as asyncio's, which can also be taken on the spot (`take`), and is handed to whoever waited longest."""

    __slots__ = ("_taken", "_waiting")

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] | None = None  # made where it is needed, which is seldom

    def locked(self) -> bool:
        """Whether somebody has the turn."""
        return self._taken

    def is_wanted(self) -> bool:
        """Whether somebody waits for it, or did until just now."""
        return bool(self._waiting)

    def take(self) -> None:
        """Have the turn, which is free."""
        assert not self._taken
        self._taken = True

    async def acquire(self) -> None:
        """Wait for the turn."""
        if not self._taken:
            self._taken = True
            return
        if self._waiting is None:
            self._waiting = deque()
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():
                self.release()  # it was handed to us in the same moment
            raise

    def release(self) -> None:
        """Let the next one have it."""
        while self._waiting:
            one = self._waiting.popleft()
            if not one.done():  # else cancelled
                one.set_result(None)
                return
        self._taken = False

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, *exc_info: object) -> None:
        self.release()
