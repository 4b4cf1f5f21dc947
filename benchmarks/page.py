"""docs/performance.md: the tables, the charts, and what a reader must know about them."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from benchmarks.charts import charts
from benchmarks.report import goals_table, growth_table, ratios, rooms_table, table, trouble_table
from benchmarks.results import Results

NOISE = 0.05  # cores; below this nobody else was there
STOLEN = """That makes waking up dear, and Tandem, which
asks the broker before it delivers, wakes up more often than those that do not."""
SHARED = """Read messages/s and latencies as rough. CPU per message is better, but not exact either: a server that has to wait for
its core finds many frames at once, which is cheaper for each."""
NAMES = ["cpu.svg", "rate.svg", "latency.svg", "memory.svg", "growth.svg", "trouble.svg"]
TEMPLATE = Path(__file__).with_name("page.md")


def write(results: Results, file: Path) -> None:
    """Write the page, and its charts into a folder of the same name."""
    folder = file.with_suffix("")
    folder.mkdir(exist_ok=True)
    for name, (_, drawing) in charts(results).items():
        (folder / name).write_text(drawing)
    file.write_text(page(results, folder.name))


def page(results: Results, folder: str) -> str:
    """Return the page; `folder` is where its charts are."""
    pictures = {name: f"![{title}]({folder}/{name})\n" for name, (title, _) in charts(results).items()}
    return TEMPLATE.read_text().format(
        command=results.command,
        seconds=results.seconds,
        rounds=rounds_of(results),
        machine=machine_of(results),
        goals="\n".join(goals_table(results)),
        ratios="\n".join(ratios(results)),
        table="\n".join(table(results)),
        growth_table="\n".join(growth_table(results)),
        trouble_table="\n".join(trouble_table(results)),
        rooms_table="\n".join(rooms_table(results)),
        left_out="".join(f"- {name}: {reason}.\n" for name, reason in results.left_out.items()),
        **{name.removesuffix(".svg"): pictures.get(name, "") for name in NAMES},
    )


def rounds_of(results: Results) -> str:
    if results.rounds == 1:
        return "once each"
    return f"{results.rounds} times each, there and back through the peers, of which the medians are told"


def machine_of(results: Results) -> str:
    facts = results.machine
    versions = f"{facts['system']}, Python {facts['python']}, Node {facts['node']}"
    return f"{facts['processor']}, {facts['cores']} cores, {versions}.\n\n{company(results)}"


def company(results: Results) -> str:
    """Say who else used the cores while we measured."""
    others, stolen, tries = (results.everywhere(name) for name in ("others_busy", "stolen", "tries"))
    repeated = sum(number > 1 for number in tries)
    if max(others + stolen, default=0) < NOISE and not repeated:
        return "Nothing else ran."
    said = ["**The machine was shared.**"]
    if repeated:
        said.append(f"{repeated} of {len(tries)} measurements were disturbed and made again; of what then counts:")
    if max(others) >= NOISE:
        said.append(f"Other work took {shares(others)} of its {results.machine['cores']} cores.")
    if max(stolen) >= NOISE:
        said.append(f"The host kept {shares(stolen)} of them for other machines. {STOLEN}")
    return "\n".join([*said, SHARED])


def shares(cores: list[float]) -> str:
    return f"{median(cores):.2f} (at the median of the measurements; {max(cores):.2f} at most)"
