"""A bar chart as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, LEFT, RIGHT = 760, 270, 60
ROW, BAR, HEAD = 30, 18, 64
COLOURS = ["#2563a8", "#9cc3e6", "#c9c9c9"]
STYLE = "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:15px}"


@dataclass(frozen=True)
class Bar:
    """One row: what it is, and the parts that are drawn one after the other."""

    label: str
    parts: list[float]


def bars(title: str, parts: list[str], rows: list[Bar]) -> str:
    """Return a drawing of these rows; `parts` names the parts of each bar."""
    height = HEAD + ROW * len(rows) + 10
    most = max((sum(row.parts) for row in rows), default=0) or 1
    drawn = [text(16, 24, title, "title"), *legend(parts)]
    for number, row in enumerate(rows):
        drawn += bar(row, HEAD + ROW * number, (WIDTH - LEFT - RIGHT) / most)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    about = [f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>"]
    return "\n".join([head, *about, rect(0, 0, WIDTH, height, "#fff"), *drawn, "</svg>\n"])


def bar(row: Bar, top: float, scale: float) -> list[str]:
    drawn, x = [text(LEFT - 8, top + 14, row.label, anchor="end")], float(LEFT)
    for value, colour in zip(row.parts, COLOURS, strict=False):
        drawn.append(rect(x, top, value * scale, BAR, colour))
        x += value * scale
    return [*drawn, text(x + 6, top + 14, f"{sum(row.parts):,.0f}")]


def legend(names: list[str]) -> list[str]:
    drawn = []
    for number, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
        x = 16 + 90 * number
        drawn += [rect(x, 36, 12, 12, colour), text(x + 18, 47, name)]
    return drawn


def rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{colour}"/>'


def text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(words)}</text>'
