"""Leaving out or measuring again what others disturbed: other processes, or the host, whose cores are not ours alone."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

from benchmarks.processes import LeftOut
from benchmarks.results import Figures

TRIES = 3  # of a measurement that others disturb
DISTURBED = 0.05  # cores that other processes or the host took
SLICE_SECONDS = 0.25
LONGEST_SECONDS = 20.0  # that slices are waited for in which nobody disturbs
ENOUGH_SECONDS = 3.0  # of them; with fewer it is measured again


class Slices:
    """A measurement in slices: of what arrived counts what came while the host took no core, in this slice and the one before.

    One stall of 30 ms makes the ten messages late that were due meanwhile, and p99 is about one in a hundred. What the host
    took is known in steps of 10 ms (`stolen` returns it, in seconds); a slice is undisturbed where not one was added.
    """

    def __init__(self, stolen: Callable[[], float], arrived: Sequence[float]) -> None:
        self._stolen, self._arrived = stolen, arrived
        self._ends: deque[tuple[float, int]] = deque(maxlen=3)  # of slices: what was stolen and had arrived by then
        self.seconds = 0.0  # undisturbed
        self.counted: list[float] = []

    async def last(self, seconds: float) -> None:
        """Wait until so many seconds were undisturbed, or for as long as is reasonable."""
        deadline = time.monotonic() + LONGEST_SECONDS
        self.end_slice()
        while self.seconds < seconds and time.monotonic() < deadline:
            await asyncio.sleep(SLICE_SECONDS)
            self.end_slice()

    def end_slice(self) -> None:
        """A slice ends, and the next begins."""
        self._ends.append((self._stolen(), len(self._arrived)))
        if len(self._ends) == self._ends.maxlen:
            (before, _), (_, begin), (after, end) = self._ends
            if before == after:
                self.seconds += SLICE_SECONDS
                self.counted += self._arrived[begin:end]


def calmest(measure: Callable[[], Figures]) -> Figures:
    """Return the figures of the first time that was disturbed by nobody; if all were, of the one that was least.

    What was lost or came twice counts every time. `tries` says how often it was measured.
    """
    found = [measure()]
    while disturbance(found[-1]) > DISTURBED and len(found) < TRIES:
        try:
            found.append(measure())
        except (LeftOut, OSError, TimeoutError):
            break  # what we have is enough
    chosen = min(found, key=disturbance).copy()
    for name in {"lost", "duplicates"} & chosen.keys():
        chosen[name] = sum(figures[name] for figures in found)
    chosen["tries"] = len(found)
    return chosen


def disturbance(figures: Figures) -> float:
    """Return how many cores went to others meanwhile, where that is known and what the host disturbed was not left out."""
    is_left_out = figures.get("undisturbed_s", 0.0) >= ENOUGH_SECONDS
    return figures.get("others_busy", 0.0) + (0.0 if is_left_out else figures.get("stolen", 0.0))
