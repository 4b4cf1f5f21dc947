"""What came over a socket and was not taken yet: a list and one future, where asyncio.Queue keeps three deques and an event."""

from __future__ import annotations

import asyncio
from typing import Any

WAITING_MESSAGES = 32  # for the application, before reading is paused: more than one read of a busy chat brings
LARGE_BYTES = 16 * 1024  # a message this long waits alone, so that what waits is bounded in bytes too


class Inbox:
    """For one reader at a time, who waits for `arrival` while `messages` is empty and takes from its front.

    Not bounded by itself: whoever fills it asks whether it `is_full` and stops reading.
    """

    __slots__ = ("_arrival", "_loop", "messages")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._arrival: asyncio.Future[None] | None = None
        self.messages: list[Any] = []

    def put_nowait(self, message: Any) -> None:
        """Add a message; a reader who waits is woken."""
        self.messages.append(message)
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    def is_full(self, length: int) -> bool:
        """Whether nothing should be read, now that a message of this length (in bytes or characters) is in it."""
        return len(self.messages) >= WAITING_MESSAGES or length > LARGE_BYTES

    def arrival(self) -> asyncio.Future[None]:
        """A future that is done when the next message is there; to be cancelled at will, for it carries nothing."""
        self._arrival = self._loop.create_future()
        return self._arrival
