"""One fault, one seed: inflict it, wait for recovery, read the diaries."""

from __future__ import annotations

from dataclasses import dataclass

from tests.faults.checker import Verdict
from tests.faults.scenarios import Fault
from tests.faults.world import SETTLE_SECONDS, World


@dataclass
class Run:
    """What came of it."""

    fault: Fault
    seed: int
    verdict: Verdict
    recovery: float  # seconds


async def run(people: type[World], fault: Fault, seed: int, *, long: bool = False) -> Run:
    """Let these people talk, do this to their site, and see what they have lost."""
    world = await people(seed).begin()
    try:
        await fault.inflict(world, fault.long if long else fault.short)
        try:
            await world.recover()
        except TimeoutError:
            world.recovery = SETTLE_SECONDS
        verdict = await world.end()
        if world.recovery == SETTLE_SECONDS:
            verdict.lost.append("they did not hear each other again")
        log = world.site.log()
        if "Traceback" in log:
            verdict.crossed.append(f"a traceback in the log: {log[log.index('Traceback') :][:2000]}")
        return Run(fault, seed, verdict, world.recovery or 0.0)
    finally:
        await world.close()
