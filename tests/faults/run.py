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


async def run(fault: Fault, seed: int, *, long: bool = False) -> Run:
    """Let two people talk, do this to their site, and see what they have lost."""
    world = await World(seed).begin()
    try:
        await fault.inflict(world, fault.long if long else fault.short)
        if not world.healed_at:
            world.now_healed()
        try:
            recovery, complaints = await world.recover(), []
        except TimeoutError:
            recovery, complaints = SETTLE_SECONDS, ["lost: they did not hear each other again"]
        verdict = await world.end()
        verdict.lost += complaints
        log = world.site.log()
        if "Traceback" in log:
            verdict.crossed.append(f"a traceback in the log: {log[log.index('Traceback') :][:2000]}")
        return Run(fault, seed, verdict, recovery)
    finally:
        await world.close()
