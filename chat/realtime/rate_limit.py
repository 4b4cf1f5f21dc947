"""Limits inside one process: how fast one socket may send, how often something may go wrong."""

from __future__ import annotations

from collections import deque


class Bucket:
    """At most `burst` at once and `rate` a second on average. The caller passes the time, in seconds."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._level = burst
        self._at = now

    def take(self, now: float, count: int = 1) -> bool:
        """Return whether so many more are within the limit, and count them if so."""
        self._level = min(self.burst, self._level + (now - self._at) * self.rate)
        self._at = now
        if self._level < count:
            return False
        self._level -= count
        return True


class Strikes:
    """Counts what went wrong: `count(now)` is true from the strike that makes `most` within `seconds`."""

    def __init__(self, most: int, seconds: float) -> None:
        self.seconds = seconds
        self._moments: deque[float] = deque(maxlen=most)

    def count(self, now: float) -> bool:
        self._moments.append(now)
        return len(self._moments) == self._moments.maxlen and now - self._moments[0] < self.seconds
