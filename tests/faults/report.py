"""The table of what was lost, and the page around it."""

from __future__ import annotations

from pathlib import Path
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
BEGIN, END = "<!-- {kind}: written by `make faults` -->", "<!-- end of {kind} -->"
HEAD = [f"| {' | '.join(COLUMNS)} |", "|---|" + "--:|" * (len(COLUMNS) - 1)]


def rows(results: dict[Fault, list[Run]], *, long: bool) -> list[str]:
    """Return the table, a line each, of the long form of the faults or of the short one."""
    return HEAD + [
        _row(_name(fault, fault.long if long else fault.short), runs) for fault, runs in results.items() if runs
    ]


def _name(fault: Fault, seconds: float) -> str:
    return f"{fault.name}, {seconds:g} s" if seconds else fault.name


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


def write_table(document: Path, kind: str, table: list[str]) -> None:
    """Put the table in the place of the one of this kind that stands between two marks in `document`."""
    text, begin, end = document.read_text(), BEGIN.format(kind=kind), END.format(kind=kind)
    before, rest = text.split(begin)
    _, after = rest.split(end)
    document.write_text("\n".join([f"{before}{begin}", *table, f"{end}{after}"]))
