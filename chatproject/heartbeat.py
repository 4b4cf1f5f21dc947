"""What a process does once for all its sockets: ask them for signs of life, and send what a tick of the loop has gathered."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

BEAT_SECONDS = 1.0
PERIOD = 10  # beats between two pings of a socket
PATIENCE = 12  # beats in which the answer has to come: a line that went dead is noticed after 22, at most 25 s

logger = logging.getLogger("chat.socket")


class Mortal(Protocol):
    """What is asked for a sign of life."""

    def ask(self) -> None:
        """Send a ping, if there is a conversation to send it in."""

    def is_late(self, since: int) -> bool:
        """Whether there was no sign of life after this beat, in which it was asked for one."""

    def drop(self) -> None:
        """It gave no sign of life: end it now."""


class Heartbeat:
    """One timer for every socket. It counts beats while there is a socket; `now` is the number of the present one.

    Sockets are dealt out over the beats of a period, also those that came together, so that a thousand of them are not asked in
    the same instant. Beats and not a clock, so that a process that was stopped for a minute does not find everybody late.
    """

    def __init__(self) -> None:
        self.now = 0
        self._slots: list[set[Mortal]] = [set() for _ in range(PERIOD)]
        self._timer: asyncio.TimerHandle | None = None

    def join(self, socket: Mortal, loop: asyncio.AbstractEventLoop) -> int:
        """Watch this socket from now on; return the slot to give to `leave`."""
        slot = min(((self.now + beats) % PERIOD for beats in range(PERIOD)), key=lambda slot: len(self._slots[slot]))
        self._slots[slot].add(socket)
        if self._timer is None:
            self._timer = loop.call_later(BEAT_SECONDS, self._beat, loop)
        return slot

    def leave(self, socket: Mortal, slot: int) -> None:
        """The socket is gone. Nothing happens if it has left before."""
        self._slots[slot].discard(socket)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        if not any(self._slots):
            self._timer = None
            return
        self._timer = loop.call_later(BEAT_SECONDS, self._beat, loop)
        self.now += 1
        asked = self.now - PATIENCE
        for socket in [one for one in self._slots[asked % PERIOD] if one.is_late(asked)]:
            socket.drop()
        for socket in self._slots[self.now % PERIOD]:
            socket.ask()


class Sender(Protocol):
    """What has frames to send."""

    def flush(self) -> None:
        """Send them."""


class Post:
    """Sends what was gathered in a tick of the loop, at the begin of the next one: one system call a socket."""

    def __init__(self) -> None:
        self._senders: list[Sender] = []

    def collect(self, sender: Sender, loop: asyncio.AbstractEventLoop) -> None:
        """Come by at `sender`, who had nothing to send before."""
        if not self._senders:
            loop.call_soon(self._deliver)
        self._senders.append(sender)

    def _deliver(self) -> None:
        senders, self._senders = self._senders, []
        for sender in senders:
            try:
                sender.flush()
            except Exception:
                logger.exception("What was gathered for one socket could not be sent")  # that of the others can
