"""What a run found, as tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from benchmarks import names
from benchmarks.goals import DAPHNE, UVICORN, Goal, goals
from benchmarks.results import Place, Results

# heading, workload, figure, format
COLUMNS = [
    ("server µs a message, flood", "flood", "server_us", ".0f"),
    ("broker µs", "flood", "broker_us", ".1f"),
    ("messages/s, flood", "flood", "messages_per_s", ",.0f"),
    ("server's core busy", "flood", "server_busy", ".0%"),
    ("server µs, 300 messages/s", "fixed rate", "server_us", ".0f"),
    ("p50 ms", "fixed rate", "p50_ms", ".2f"),
    ("p99 ms", "fixed rate", "p99_ms", ".1f"),
    ("p99.9 ms", "fixed rate", "p99.9_ms", ".1f"),
    ("kB an idle connection", "idle", "kb_per_connection", ".1f"),
    ("kB of broker", "idle", "broker_kb_per_connection", ".1f"),
    ("pairs/s", "churn", "pairs_per_s", ".0f"),
    ("server ms a pair", "churn", "server_ms_per_pair", ".1f"),
]
RATIOS = [column for column in COLUMNS if column[2] in ("server_us", "messages_per_s", "p99_ms", "kb_per_connection")]
TROUBLE = [
    ("p50 ms", "p50_ms", ".1f"),
    ("p99 ms", "p99_ms", ".1f"),
    ("server µs", "server_us", ".0f"),
    ("lost", "lost", ".0f"),
]
CROWD = [("p50 ms", "p50_ms", ".1f"), ("p99 ms", "p99_ms", ".1f"), ("p99.9 ms", "p99.9_ms", ".1f")]
COST = ("server_us", "broker_us")
NONE = "-"


def report(results: Results) -> str:
    """Return everything that was measured, for a terminal."""
    tables = [goals_table(results), table(results), growth_table(results), trouble_table(results), rooms_table(results)]
    left_out = [f"left out: {name}: {reason}" for name, reason in results.left_out.items()]
    return "\n\n".join("\n".join(lines) for lines in [*filter(has_rows, tables), left_out])


def table(results: Results) -> list[str]:
    """Return the figures of what every peer does, as they were measured, a line each."""
    rows = []
    for peer in results.peers:
        cells = [cell(results.figure(peer, workload, name), form) for _, workload, name, form in COLUMNS]
        rows.append([peer, *cells, str(results.total(peer, "lost")), str(results.total(peer, "duplicates"))])
    return markdown(["", *(heading for heading, *_ in COLUMNS), "lost", "twice"], rows)


def goals_table(results: Results) -> list[str]:
    """Return what Tandem wants to reach and what it reached."""
    rows = [
        [goal.name, cell(goal.measure(results), goal.form), *limits(goal), goal.reached(results)] for goal in goals()
    ]
    return markdown(["", "this run", "wanted", "aim", "reached"], rows)


def limits(goal: Goal) -> list[str]:
    sign = "≥" if goal.more_is_better else "≤"
    return [f"{sign} {limit:g}" for limit in (goal.wanted, goal.aim)]


def ratios(results: Results) -> list[str]:
    """Tandem's figures divided by each peer's of the same run."""
    rows = []
    ours = [peer for peer in results.peers if peer in (UVICORN, DAPHNE)]
    for mine in ours:
        for other in results.peers:
            if other not in ours:
                cells = [
                    cell(results.ratio(Place(mine, workload, (name,)), Place(other, workload, (name,))), ".2f")
                    for _, workload, name, _ in RATIOS
                ]
                rows.append([f"{mine} ÷ {other}", *cells])
    return markdown(["", *(heading for heading, *_ in RATIOS)], rows)


def growth_table(results: Results) -> list[str]:
    """Return CPU per message, server and broker together, by what is under way, the number of pairs and of processes."""
    rows = growth_rows(results, "4 in each pair", 1, names.flood)
    for processes in names.GROWTH:
        rows += growth_rows(results, "20 in all", processes, partial(names.growth, processes=processes))
    pairs = [f"{pairs:,} pairs" for pairs in names.GROWTH_PAIRS]
    return markdown(["", "under way", "processes", *pairs, f"{pairs[-1]} ÷ {pairs[0]}"], rows)


def growth_rows(results: Results, under_way: str, processes: int, name: Callable[[int], str]) -> list[list[str]]:
    rows = []
    for peer in results.peers:
        places = [Place(peer, name(pairs), COST) for pairs in names.GROWTH_PAIRS]
        costs = [cost_of(results, place) for place in places]
        if any(cost != NONE for cost in costs):
            ratio = cell(results.ratio(places[-1], places[0]), ".2f")
            rows.append([peer, under_way, str(processes), *costs, ratio])
    return rows


def cost_of(results: Results, place: Place) -> str:
    server, broker = (results.figure(place.peer, place.workload, name) for name in place.names)
    return NONE if server is None or broker is None else f"{server:.0f} + {broker:.0f}"


def trouble_table(results: Results) -> list[str]:
    """Return the fixed rate without slow queries and with them."""
    rows = []
    for peer in results.peers:
        if results.of(peer, "database trouble"):
            cells = [
                cell(results.figure(peer, "database trouble", f"{kind}{name}"), form)
                for _, name, form in TROUBLE
                for kind in ("calm_", "")
            ]
            rows.append([peer, *cells])
    return markdown(["", *(f"{heading}{kind}" for heading, *_ in TROUBLE for kind in ("", ", trouble"))], rows)


def rooms_table(results: Results) -> list[str]:
    """Return a room of 1,000 people, and what a delivery costs (server and broker) by the number of rooms."""
    rows = []
    for peer in results.peers:
        many = [Place(peer, names.rooms(count), COST) for count in names.ROOMS]
        costs = [cost_of(results, place) for place in (Place(peer, names.CROWD, COST), *many)]
        if any(cost != NONE for cost in costs):
            latencies = [cell(results.figure(peer, names.CROWD, name), form) for _, name, form in CROWD]
            rows.append([peer, *latencies, *costs, cell(results.ratio(many[-1], many[0]), ".2f")])
    ratio = f"{names.ROOMS[-1]} ÷ {names.ROOMS[0]} rooms"
    headings = [heading for heading, *_ in CROWD]
    return markdown(["", *headings, "µs a delivery", *(f"among {count} rooms" for count in names.ROOMS), ratio], rows)


def has_rows(table: list[str]) -> bool:
    return len(table) > 2  # heading and rule


def cell(value: float | None, form: str) -> str:
    return NONE if value is None else format(value, form)


def markdown(head: list[str], rows: list[list[str]]) -> list[str]:
    rule = "|---|" + "--:|" * (len(head) - 1)
    return [line(head), rule, *map(line, rows)]


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"
