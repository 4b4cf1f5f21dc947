"""docs/performance.md: the tables, and what a reader must know about them."""

from __future__ import annotations

from statistics import median

from benchmarks.report import ratios, table
from benchmarks.run import Results

NOISE = 0.05  # cores; below this nobody else was there

PAGE = """# Performance

What a message costs, beside what it costs elsewhere: every peer started by the same command on the same machine, one at a time.
Made by `make bench ARGS="--write docs/performance.md"`; this run, {seconds:g} s a measurement, was
`{command}`.

{machine}

![CPU time per delivered message]({chart})

## Tandem divided by the others

Figures of one run only. Below 1 is better, except for messages/s.

{ratios}

## As measured

{table}

- **What each does for a message.** Tandem checks who sends, stores it, answers `accepted`, delivers it, takes `received` and
  tells `delivered`: five frames. Socket.IO and the relay deliver one frame for one; the tutorial's chat sends it to both. None
  of them stores anything. All run as one process.
- **server, broker µs**: user and system time from `/proc/PID/stat`, all threads, divided by the messages that arrived.
- **flood**: 50 pairs, 4 messages of 100 bytes under way in each. The server has one core; load generator and broker share
  the other, so messages/s can be the generator's limit where a server is cheap. A lost message is not replaced by another.
- **300 messages/s**: 100 pairs, 3 a second each, sent by the clock; latency counts from when a message was due, so it includes
  what the load generator was late.
- **idle**: growth of resident memory by 1,000 connections in pairs, after 40 others had come, talked and gone.
- **pairs/s**: connect twice, join, leave, close, eight pairs at a time. The others have no pairs to make.
- **lost**: not arrived 10 s after the end; **twice**: arrived more than once. Both of flood and fixed rate together.

## What is left out

{left_out}- More than one server process, and how cost grows from 10 to 1,000 pairs.
- A slow database beside the chat.
- Memory of the broker. Of a server only what is resident.
"""


def page(results: Results, chart: str) -> str:
    """Return the page; `chart` is the name of the drawing beside it."""
    return PAGE.format(
        command=results.command,
        seconds=results.seconds,
        machine=machine_of(results),
        chart=chart,
        ratios="\n".join(ratios(results)),
        table="\n".join(table(results)),
        left_out="".join(f"- {name}: {reason}.\n" for name, reason in results.left_out.items()),
    )


def machine_of(results: Results) -> str:
    facts = results.machine
    versions = f"{facts['system']}, Python {facts['python']}, Node {facts['node']}"
    return f"{facts['processor']}, {facts['cores']} cores, {versions}.\n\n{company(results)}"


def company(results: Results) -> str:
    """Say who else used the cores while we measured."""
    shares = [
        figures["others_busy"]
        for workloads in results.peers.values()
        for figures in workloads.values()
        if "others_busy" in figures
    ]
    if not shares or max(shares) < NOISE:
        return "Nothing else ran."
    cores = results.machine["cores"]
    return f"""**The machine was shared**: other work took {median(shares):.1f} of its {cores} cores at the median of the
measurements, {max(shares):.1f} at most. Read messages/s and latencies as rough. CPU per message is better, but not
exact either: a server that has to wait for its core finds many frames at once, which is cheaper for each."""
