"""What the workloads that come in several sizes are called, and the sizes."""

from __future__ import annotations

GROWTH = {1: (10, 100, 1000), 2: (10, 1000)}  # numbers of pairs by the number of server processes
GROWTH_PAIRS = GROWTH[1]
FLOODS = (GROWTH_PAIRS[0], GROWTH_PAIRS[-1])
ROOMS = (10, 100)
CROWD = "room of 1,000"


def growth(pairs: int, processes: int) -> str:
    """Return what the growth workload with so many pairs and server processes is called."""
    return f"growth, {pairs} pairs, {processes} {'process' if processes == 1 else 'processes'}"


def flood(pairs: int) -> str:
    """Return what the flood among so many pairs is called."""
    return f"flood, {pairs} pairs"


def rooms(count: int) -> str:
    """Return what the workload with so many rooms is called."""
    return f"{count} rooms"
