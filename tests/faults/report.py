"""The table of what was lost, and the page around it."""

from __future__ import annotations

import os
import platform
from statistics import median

from tests.faults.run import Run
from tests.faults.scenarios import Fault

COLUMNS = [
    "fault",
    "runs",
    "messages accepted",
    "lost",
    "shown twice",
    "out of order",
    "crossed",
    "third members",
    "reported undelivered",
    "seconds to recover, median",
    "most",
]
HEAD = [f"| {' | '.join(COLUMNS)} |", "|---|" + "--:|" * (len(COLUMNS) - 1)]


def rows(results: dict[Fault, list[Run]]) -> list[str]:
    """Return the table, a line each."""
    return HEAD + [_row(_name(fault), runs) for fault, runs in results.items() if runs]


def _name(fault: Fault) -> str:
    return f"{fault.name}, {fault.long:g} s" if fault.long else fault.name


def _row(name: str, runs: list[Run]) -> str:
    verdicts = [run.verdict for run in runs]
    recoveries = [run.recovery for run in runs]
    cells = [
        name,
        len(runs),
        sum(verdict.accepted for verdict in verdicts),
        sum(len(verdict.lost) for verdict in verdicts),
        sum(len(verdict.twice) for verdict in verdicts),
        sum(len(verdict.out_of_order) for verdict in verdicts),
        sum(len(verdict.crossed) for verdict in verdicts),
        sum(len(verdict.third) for verdict in verdicts),
        sum(verdict.undelivered for verdict in verdicts),
        f"{median(recoveries):.1f}",
        f"{max(recoveries):.1f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def page(results: dict[Fault, list[Run]], seeds: int) -> str:
    """Return docs/reliability.md."""
    table = "\n".join(rows(results))
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    return f"""# Reliability

What happens to two people's conversation when things go wrong. Made by `make faults ARGS="--seeds {seeds}"` on a shared machine
({machine}, several sites at once); the seconds are as noisy as that.

Each run is a site of its own: two server processes (daphne), a real Valkey behind a TCP proxy, two clients that keep the rules of
[protocol.md](protocol.md) and talk without a pause (about 35 messages a second each), and one fault from outside. Each client
writes down what it sent, what was accepted and what it showed; a checker reads the diaries afterwards
([tests/faults/](../tests/faults/)).

- **accepted**: the server said `accepted`.
- **lost**: accepted, not shown by the partner, and not reported as undelivered (`left` with a smaller `delivered`).
- **shown twice**, **out of order**: on one screen, or on one connection outside a replay.
- **crossed**: a frame of another pair, a text nobody said, or a traceback in a server's log.
- **seconds to recover**: from the end of the fault (of a killed or stopping worker: from the kill) until both show messages
  again. After a Redis that lost its data this includes pairing anew.

{table}

## What is not covered

Redis that keeps its data only every second (`appendfsync everysec`) may lose the last second when its machine dies, as
Redis itself documents; a Sentinel failover may lose what the replica had not got yet. In both cases `accepted` was honest
about the Redis that answered, and the clients notice the gap and say so.
"""
