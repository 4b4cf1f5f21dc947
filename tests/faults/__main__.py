"""`make faults`: every fault with many seeds, and the table of what was lost.

python -m tests.faults --among room --seeds 20 --at-once 4 --only "worker" --write docs/reliability.md
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import defaultdict
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.faults.company import Company
from tests.faults.couple import Couple, Neighbours
from tests.faults.report import rows, write_table
from tests.faults.run import Run, run
from tests.faults.scenarios import FAULTS, Fault
from tests.faults.world import World

AMONG: dict[str, type[World]] = {"pair": Couple, "neighbours": Neighbours, "room": Company}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults", description="What the product must survive.")
    parser.add_argument("--seeds", type=int, default=20, help="runs of each fault (default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=4, help="sites at the same time (default: %(default)s)")
    parser.add_argument("--among", choices=AMONG, help="only in a pair at two processes, a pair at one, or a room")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--short", action="store_true", help="the short form of each fault, as in make test")
    parser.add_argument("--write", type=Path, help="the page to put the tables into, such as docs/reliability.md")
    options = parser.parse_args()
    faults = [fault for fault in FAULTS if options.only in fault.name]
    return max([one_kind(kind, faults, options) for kind in AMONG if options.among in (None, kind)])


def one_kind(kind: str, faults: list[Fault], options: argparse.Namespace) -> int:
    """Run all this among these people; return the exit code."""
    results = asyncio.run(run_all(AMONG[kind], faults, options.seeds, options.at_once, long=not options.short))
    table = rows(results, long=not options.short)
    print("\n".join([f"{kind}:", *table]))
    if options.write:
        write_table(options.write, kind, table)
    return 1 if any(result.verdict.faults for runs in results.values() for result in runs) else 0


async def run_all(
    people: type[World], faults: list[Fault], seeds: int, at_once: int, *, long: bool
) -> dict[Fault, list[Run]]:
    """Run every fault with every seed, a few sites at a time."""
    places = asyncio.Semaphore(at_once)
    results: dict[Fault, list[Run]] = defaultdict(list)

    async def one(fault: Fault, seed: int) -> None:
        async with places:
            result = await run(people, fault, seed, long=long)
        results[fault].append(result)
        verdict = result.verdict
        said = "; ".join(verdict.faults[:3]) or "nothing lost"
        print(f"{fault.name}, seed {seed}: {verdict.accepted} accepted, {said}, {result.recovery:.1f} s", flush=True)

    await asyncio.gather(*(one(fault, seed) for seed in range(1, seeds + 1) for fault in faults))
    return {fault: results[fault] for fault in faults}


if __name__ == "__main__":
    sys.exit(main())
