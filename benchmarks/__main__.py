"""`make bench`: what a message costs, here and elsewhere.

python -m benchmarks --only tandem --workload flood --seconds 5 --rounds 3 --json figures.json --write docs/performance.md
"""

from __future__ import annotations

import argparse
import json
import shlex
import signal
import sys
import time
from pathlib import Path


def main() -> int:
    options = arguments()
    if not Path("/proc/self/stat").exists():
        print("The benchmark reads CPU time from /proc, which only Linux has.", file=sys.stderr)
        return 1
    from benchmarks import machine
    from benchmarks.goals import goals
    from benchmarks.launch import PEERS
    from benchmarks.page import write
    from benchmarks.report import report
    from benchmarks.results import Results
    from benchmarks.run import run
    from benchmarks.workloads import WORKLOADS

    peers = [peer for peer in PEERS if options.only.lower() in peer.name.lower()]
    workloads = [workload for workload in WORKLOADS if options.workload.lower() in workload.name.lower()]
    for word, found, all_ in ((options.only, peers, PEERS), (options.workload, workloads, WORKLOADS)):
        if not found:
            print(f"No name contains {word!r}: {'; '.join(one.name for one in all_)}", file=sys.stderr)
            return 1
    signal.signal(signal.SIGTERM, end_what_was_started)
    command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    results = Results(command, options.seconds, options.rounds, machine.describe())
    begin = time.monotonic()
    run(peers, workloads, results)
    print(report(results))
    print(f"{time.monotonic() - begin:.0f} s")
    if options.json:
        everything = {**results.as_json(), "goals": [goal.as_json(results) for goal in goals()]}
        options.json.write_text(json.dumps(everything, indent=2) + "\n")
    if options.write:
        write(results, options.write)
    return 0 if any(results.figures.values()) else 1


def end_what_was_started(*_: object) -> None:
    """For whoever stops the run: servers and brokers end with it."""
    raise SystemExit(128 + signal.SIGTERM)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="What a message costs, here and elsewhere.")
    parser.add_argument("--only", default="", metavar="NAME", help="peers whose name contains this")
    parser.add_argument("--workload", default="", metavar="NAME", help="workloads whose name contains this")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (default: %(default)g)")
    parser.add_argument(
        "--rounds", type=int, default=1, help="times each is measured; medians are told (default: %(default)d)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all figures")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="where to write the page; its charts go into a folder beside it"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
