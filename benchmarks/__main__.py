"""`make bench`: what a message costs, here and elsewhere.

python -m benchmarks --only tandem --seconds 5 --json figures.json --write docs/performance.md
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path


def main() -> int:
    options = arguments()
    if not Path("/proc/self/stat").exists():
        print("The benchmark reads CPU time from /proc, which only Linux has.", file=sys.stderr)
        return 1
    from benchmarks.launch import PEERS
    from benchmarks.page import page
    from benchmarks.report import chart, table
    from benchmarks.run import run

    peers = [peer for peer in PEERS if options.only.lower() in peer.name.lower()]
    if not peers:
        print(f"No peer's name contains {options.only!r}: {'; '.join(peer.name for peer in PEERS)}", file=sys.stderr)
        return 1
    results = run(peers, shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]]), options.seconds)
    print("\n".join(table(results)))
    if options.json:
        options.json.write_text(json.dumps(results.as_json(), indent=2) + "\n")
    if options.write:
        drawing = options.write.with_suffix(".svg")
        drawing.write_text(chart(results))
        options.write.write_text(page(results, drawing.name))
    return 0 if results.peers else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="What a message costs, here and elsewhere.")
    parser.add_argument("--only", default="", metavar="NAME", help="peers whose name contains this")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (default: %(default)g)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all figures")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where to write the page; its chart goes beside it")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
