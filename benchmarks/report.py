"""What a run found, as tables and as a drawing."""

from __future__ import annotations

from benchmarks.chart import Bar, bars
from benchmarks.run import Results

# heading, workload, figure, format
COLUMNS = [
    ("server µs a message, flood", "flood", "server_us", ".0f"),
    ("broker µs", "flood", "broker_us", ".0f"),
    ("messages/s, flood", "flood", "messages_per_s", ",.0f"),
    ("server µs, 300 messages/s", "fixed rate", "server_us", ".0f"),
    ("p50 ms", "fixed rate", "p50_ms", ".1f"),
    ("p99 ms", "fixed rate", "p99_ms", ".1f"),
    ("p99.9 ms", "fixed rate", "p99.9_ms", ".1f"),
    ("kB an idle connection", "idle", "kb_per_connection", ".1f"),
    ("pairs/s", "churn", "pairs_per_s", ".0f"),
    ("server ms a pair", "churn", "server_ms_per_pair", ".1f"),
]
RATIOS = [column for column in COLUMNS if column[2] in ("server_us", "messages_per_s", "p99_ms", "kb_per_connection")]
NONE = "-"


def table(results: Results) -> list[str]:
    """Return all figures as they were measured, a line each."""
    rows = []
    for peer in results.peers:
        cells = [cell(results.figure(peer, workload, name), form) for _, workload, name, form in COLUMNS]
        rows.append([peer, *cells, counted(results, peer, "lost"), counted(results, peer, "duplicates")])
    return markdown(["", *(heading for heading, *_ in COLUMNS), "lost", "twice"], rows)


def cell(value: float | None, form: str) -> str:
    return NONE if value is None else format(value, form)


def counted(results: Results, peer: str, name: str) -> str:
    return f"{sum(figures.get(name, 0) for figures in results.peers[peer].values()):.0f}"


def ratios(results: Results) -> list[str]:
    """Tandem's figures divided by each peer's of the same run."""
    rows = []
    ours = [peer for peer in results.peers if peer.startswith("Tandem")]
    for mine in ours:
        for other in results.peers:
            if other not in ours:
                cells = [ratio(results, mine, other, workload, name) for _, workload, name, _ in RATIOS]
                rows.append([f"{mine} ÷ {other}", *cells])
    return markdown(["", *(heading for heading, *_ in RATIOS)], rows)


def ratio(results: Results, mine: str, other: str, workload: str, name: str) -> str:
    above, below = results.figure(mine, workload, name), results.figure(other, workload, name)
    return f"{above / below:.2f}" if above is not None and below else NONE


def markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    rule = "|---|" + "--:|" * (len(head) - 1)
    return [line(head), rule, *map(line, rows)]


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def chart(results: Results) -> str:
    """Return the flood's CPU time as a drawing."""
    found = [
        Bar(peer, [results.figure(peer, "flood", name) or 0 for name in ("server_us", "broker_us")])
        for peer in results.peers
        if "flood" in results.peers[peer]
    ]
    return bars("CPU time per delivered message, µs (flood)", ["server", "broker"], found)
