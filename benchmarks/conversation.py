"""Pairs that talk: every message is followed from the moment it should go out until the partner has it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.seats import Seat

LENGTH = 100  # bytes of a text
SETTLE_SECONDS = 10.0  # for what is still under way at the end; then it is lost


@dataclass
class Tally:
    """What is under way and what arrived. Latencies are seconds and only kept while `measuring`."""

    under_way: int = 0
    all_arrived: asyncio.Event = field(default_factory=asyncio.Event)
    delivered: int = 0
    duplicates: int = 0
    latencies: list[float] = field(default_factory=list)
    measuring: bool = False


class Line:
    """One direction of a conversation: from one seat to its partner."""

    def __init__(self, sender: Seat, receiver: Seat, tally: Tally) -> None:
        self.sender, self.tally = sender, tally
        self.mark = "h" if sender.is_host else "g"
        self.number = 0
        self.due: dict[int, float] = {}  # of what is under way, by number
        self.on_delivery: Callable[[], None] = lambda: None
        receiver.hear = self.arrived

    def say(self, due: float | None = None) -> None:
        """Send the next message, which was due at this time of the monotonic clock (default: now)."""
        self.number += 1
        self.due[self.number] = time.monotonic() if due is None else due
        self.tally.under_way += 1
        self.sender.send(f"{self.mark} {self.number} ".ljust(LENGTH, "x"))

    def arrived(self, text: str) -> None:
        due = self.due.pop(int(text.split(" ", 2)[1]), None)
        if due is None:
            self.tally.duplicates += 1
            return
        self.tally.delivered += 1
        self.tally.under_way -= 1
        if self.tally.measuring:
            self.tally.latencies.append(time.monotonic() - due)
        self.on_delivery()
        if not self.tally.under_way:
            self.tally.all_arrived.set()


async def settle(tally: Tally) -> int:
    """Wait for what is under way; return how much never came."""
    tally.all_arrived.clear()
    if tally.under_way:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(tally.all_arrived.wait(), SETTLE_SECONDS)
    return tally.under_way
