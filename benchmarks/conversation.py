"""Pairs that talk: every message is followed from the moment it should go out until the partner has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

LENGTH = 100  # bytes of a text


class Speaker(Protocol):
    """What a line needs of a seat (seats.py)."""

    is_host: bool
    hear: Callable[[str], None]

    def send(self, text: str) -> None: ...


@dataclass(slots=True)
class Tally:
    """What is under way, what arrived and what did not. Times are of the monotonic clock, latencies seconds."""

    under_way: int = 0
    delivered: int = 0
    lost: int = 0
    duplicates: int = 0
    last_arrival: float = 0.0
    latencies: list[float] = field(default_factory=list)


class Line:
    """One direction of a conversation: from one seat to its partner."""

    def __init__(self, sender: Speaker, receiver: Speaker, tally: Tally) -> None:
        self.sender, self.tally = sender, tally
        self.mark = "h" if sender.is_host else "g"
        self.number = 0
        self.due: dict[int, float] = {}  # of what is under way, by number; the oldest first
        self.replaced: set[int] = set()  # what is waited for, but not by the line
        self.given_up: set[int] = set()
        self.on_free: Callable[[Line], None] = lambda line: None
        receiver.hear = self.arrived

    def say(self, due: float | None = None) -> None:
        """Send the next message, which was due at this time of the monotonic clock (default: now)."""
        self.number += 1
        self.due[self.number] = time.monotonic() if due is None else due
        self.tally.under_way += 1
        self.sender.send(f"{self.mark} {self.number} ".ljust(LENGTH, "x"))

    def arrived(self, text: str) -> None:
        number = int(text.split(" ", 2)[1])
        due = self.due.pop(number, None)
        if due is None:
            self.arrived_again(number)
            return
        now = time.monotonic()
        self.tally.last_arrival = now
        self.tally.delivered += 1
        self.tally.under_way -= 1
        self.tally.latencies.append(now - due)
        if number in self.replaced:
            self.replaced.remove(number)
        else:
            self.on_free(self)

    def arrived_again(self, number: int) -> None:
        if number in self.given_up:
            self.given_up.remove(number)
            self.tally.lost -= 1
        else:
            self.tally.duplicates += 1

    def replace(self, before: float) -> None:
        """Go on without what was due before this time and is not here: it may still come, but nothing waits for it."""
        for number in [number for number, due in self.due.items() if due < before and number not in self.replaced]:
            self.replaced.add(number)
            self.on_free(self)

    def give_up(self) -> None:
        """What is still under way is lost."""
        self.given_up.update(self.due)
        self.tally.lost += len(self.due)
        self.tally.under_way -= len(self.due)
        self.due.clear()
        self.replaced.clear()
