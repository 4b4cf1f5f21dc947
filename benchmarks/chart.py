"""Charts as SVG that stand on light and on dark pages: bars for figures, curves for what grows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 760, 290, 110
ROW, BAR, HEAD, FOOT = 30, 18, 72, 40
CURVE_LEFT, CURVE_RIGHT, CURVE_TOP, CURVE_HEIGHT = 60, 280, 56, 260
LABEL_HEIGHT = 16
# The same six hues on both; darker on white, lighter on black. Text takes the page's side by the reader's preference.
STYLE = """
text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600;font-size:15px}.unit{fill:#59636e;font-size:12px}
.grid{stroke:#8886;stroke-width:1}.curve{fill:none;stroke-width:2.5}.two{stroke-dasharray:6 4}
.c0{fill:#0b62c4;stroke:#0b62c4}.c1{fill:#4f9be8;stroke:#4f9be8}.c2{fill:#b3541e;stroke:#b3541e}
.c3{fill:#6a8f3a;stroke:#6a8f3a}.c4{fill:#3f6b1f;stroke:#3f6b1f}.c5{fill:#7d7d7d;stroke:#7d7d7d}
rect{stroke:none!important}.curve{fill:none!important}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.unit{fill:#9198a1}
.c0{fill:#4da3ff;stroke:#4da3ff}.c1{fill:#1f6fbf;stroke:#1f6fbf}.c2{fill:#f0883e;stroke:#f0883e}
.c3{fill:#a5c96b;stroke:#a5c96b}.c4{fill:#6f9a45;stroke:#6f9a45}.c5{fill:#a0a0a0;stroke:#a0a0a0}}
"""


@dataclass(frozen=True)
class Bar:
    """One row: what it is, the parts that are drawn one after the other, and what is written behind them."""

    label: str
    parts: list[float]
    figure: str


@dataclass(frozen=True)
class Curve:
    """A line through points (x, y); one without a name belongs to the one before and is drawn in dashes."""

    label: str
    points: list[tuple[float, float]]
    colour: int


def bars(title: str, unit: str, parts: list[str], rows: list[Bar]) -> str:
    """Return a drawing of these rows over an axis from zero; `parts` names the parts of each bar."""
    bottom = HEAD + ROW * len(rows)
    most = max((sum(row.parts) for row in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    drawn = legend(parts)
    for value in marks(most):
        drawn += [
            vertical(LEFT + value * scale, HEAD - 6, bottom),
            unit_at(LEFT + value * scale, bottom + 16, number(value)),
        ]
    drawn.append(unit_at((LEFT + WIDTH - RIGHT) / 2, bottom + 32, unit))
    for place, row in enumerate(rows):
        drawn += bar(row, HEAD + ROW * place, scale)
    return drawing(title, bottom + FOOT, drawn)


def curves(title: str, x_name: str, unit: str, found: list[Curve]) -> str:
    """Return a drawing of these curves over two logarithmic axes."""
    xs = sorted({x for curve in found for x, _ in curve.points}) or [1.0]
    ys = [y for curve in found for _, y in curve.points] or [1.0]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)) + 1e-9)
    right, bottom = WIDTH - CURVE_RIGHT, CURVE_TOP + CURVE_HEIGHT
    across = between(math.log10(xs[0]), math.log10(xs[-1]), CURVE_LEFT, right)
    up = between(low, max(high, low + 1), bottom, CURVE_TOP)
    drawn = [unit_at(12, CURVE_TOP - 12, unit, "start"), unit_at((CURVE_LEFT + right) / 2, bottom + 34, x_name)]
    for power in range(low, max(high, low + 1) + 1):
        y = up(power)
        drawn.append(f'<path class="grid" d="M{CURVE_LEFT} {y:.1f}H{right}"/>')
        drawn.append(unit_at(CURVE_LEFT - 8, y + 4, number(10**power), "end"))
    drawn += [unit_at(across(math.log10(x)), bottom + 17, number(x)) for x in xs]
    ends = []
    for curve in found:
        points = [(across(math.log10(x)), up(math.log10(y))) for x, y in curve.points]
        drawn.append(polyline(points, curve.colour, dashed=not curve.label))
        if curve.label:
            ends.append((points[-1][1], curve))
    drawn += end_labels(right + 12, ends)
    return drawing(title, bottom + FOOT, drawn)


def bar(row: Bar, top: float, scale: float) -> list[str]:
    drawn, x = [text(LEFT - 8, top + 14, row.label, anchor="end")], float(LEFT)
    for colour, value in enumerate(row.parts):
        drawn.append(rect(x, top, value * scale, BAR, colour))
        x += value * scale
    return [*drawn, text(x + 6, top + 14, row.figure)]


def legend(names: list[str]) -> list[str]:
    drawn = []
    for colour, name in enumerate(names):
        x = 16 + 110 * colour
        drawn += [rect(x, 36, 12, 12, colour), text(x + 18, 47, name)]
    return drawn


def marks(most: float) -> list[float]:
    """Return round values from zero to `most`, five or so."""
    step = 10 ** math.floor(math.log10(most / 2))
    step *= next(factor for factor in (1, 2, 5, 10) if most / (step * factor) <= 5)
    return [step * count for count in range(int(most / step) + 1)]


def between(low: float, high: float, begin: float, end: float) -> Callable[[float], float]:
    """Return what maps low to begin and high to end."""
    return lambda value: begin + (value - low) / ((high - low) or 1) * (end - begin)


def end_labels(x: float, ends: list[tuple[float, Curve]]) -> list[str]:
    """Names beside the ends of curves, moved down where they would lie on each other."""
    drawn, free = [], 0.0
    for y, curve in sorted(ends, key=lambda end: end[0]):
        place = max(y, free)
        free = place + LABEL_HEIGHT
        drawn += [rect(x, place - 5, 10, 10, curve.colour), text(x + 16, place + 4, curve.label)]
    return drawn


def polyline(points: list[tuple[float, float]], colour: int, dashed: bool) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return f'<path class="curve c{colour}{" two" if dashed else ""}" d="M{path}"/>'


def drawing(title: str, height: float, drawn: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    about = [f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>", text(16, 24, title, "title")]
    return "\n".join([head, *about, *drawn, "</svg>\n"])


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1 or not value else f"{value:g}"


def vertical(x: float, top: float, bottom: float) -> str:
    return f'<path class="grid" d="M{x:.1f} {top}V{bottom}"/>'


def rect(x: float, y: float, width: float, height: float, colour: int) -> str:
    return f'<rect class="c{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def unit_at(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return text(x, y, words, "unit", anchor)


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>'
