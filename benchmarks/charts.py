"""Which charts the page shows, each a file of its own."""

from __future__ import annotations

from benchmarks import names
from benchmarks.chart import Bar, Curve, bars, curves
from benchmarks.results import Results

Drawings = dict[str, tuple[str, str]]  # file name: what it shows, the SVG


def charts(results: Results) -> Drawings:
    """Return the drawings of what was measured, by file name."""
    cpu = stacked(results, "flood", ("server_us", "broker_us"), "{:,.0f} + {:,.0f}")
    rate = stacked(results, "flood", ("messages_per_s",), "{:,.0f}")
    memory = stacked(results, "idle", ("kb_per_connection",), "{:.1f}")
    drawn = {
        "cpu.svg": ("CPU time per delivered message, flood", "µs", ["server", "broker"], cpu),
        "rate.svg": ("Messages a second, flood", "messages/s", [], rate),
        "latency.svg": ("Latency at 300 messages/s", "ms", ["p50", "p99"], latency(results)),
        "memory.svg": ("Memory of an idle connection", "kB", [], memory),
        "trouble.svg": ("p99 at 300 messages/s, without and with slow queries", "ms", [], trouble(results)),
    }
    found = {
        file: (title, bars(title, unit, parts, rows)) for file, (title, unit, parts, rows) in drawn.items() if rows
    }
    if grown := growth(results):
        title = "CPU time per delivered message, server and broker (dashed: two server processes)"
        found["growth.svg"] = (title, curves(title, "pairs", "µs", grown))
    return found


def stacked(results: Results, workload: str, figures: tuple[str, ...], form: str) -> list[Bar]:
    rows = []
    for peer in results.peers:
        values = known(results, peer, workload, figures)
        if values:
            rows.append(Bar(peer, values, form.format(*values)))
    return rows


def latency(results: Results) -> list[Bar]:
    """The bar up to p50, then on to p99."""
    rows = []
    for peer in results.peers:
        if values := known(results, peer, "fixed rate", ("p50_ms", "p99_ms")):
            half, most = values
            rows.append(Bar(peer, [half, most - half], f"{half:.2f} / {most:.1f}"))
    return rows


def trouble(results: Results) -> list[Bar]:
    """Two rows for each that was measured, even if nothing came through."""
    rows = []
    for peer in results.peers:
        for kind, words in (("calm_", ""), ("", ", slow queries")):
            if results.of(peer, "database trouble"):
                p99 = results.figure(peer, "database trouble", f"{kind}p99_ms")
                figure = "nothing arrived" if p99 is None else f"{p99:,.1f}"
                rows.append(Bar(short(peer) + words, [p99 or 0.0], figure))
    return rows


def growth(results: Results) -> list[Curve]:
    found = []
    for colour, peer in enumerate(results.peers):
        for processes in names.GROWTH:
            points = [
                (float(pairs), sum(values))
                for pairs in names.GROWTH_PAIRS
                if (values := known(results, peer, names.growth(pairs, processes), ("server_us", "broker_us")))
            ]
            if len(points) > 1:
                found.append(Curve(peer if processes == 1 else "", points, colour))
    return found


def known(results: Results, peer: str, workload: str, figures: tuple[str, ...]) -> list[float]:
    """Return these figures, or nothing if one is missing."""
    values = [results.figure(peer, workload, name) for name in figures]
    return [value for value in values if value is not None] if None not in values else []


def short(peer: str) -> str:
    return peer.replace("Channels tutorial, daphne", "Tutorial").replace(" layer", "")
