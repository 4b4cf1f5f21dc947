"""Measuring again what others disturbed: other processes, or the host, which gives its cores to other machines too."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.processes import LeftOut
from benchmarks.results import Figures

TRIES = 3  # of a measurement that others disturb
DISTURBED = 0.05  # cores that other processes or the host took


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
    """Return how many cores went to others meanwhile, where that is known."""
    return figures.get("others_busy", 0.0) + figures.get("stolen", 0.0)
