"""One run: every workload, and for each every peer, so that what is compared was measured one soon after the other."""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial

from benchmarks import machine
from benchmarks.calm import calmest
from benchmarks.launch import Home, Peer
from benchmarks.processes import LeftOut
from benchmarks.results import Figures, Results
from benchmarks.workloads import Workload

PATIENCE = 150.0  # seconds a workload may take beyond the time it measures


def run(peers: list[Peer], workloads: list[Workload], results: Results) -> None:
    """Add what is measured to `results`; whatever cannot be started or breaks is noted there and left out."""
    machine.allow_many_sockets()
    with machine.on_core(machine.OTHER_CORE), contextlib.ExitStack() as stack:
        homes = {}
        for peer in peers:
            try:
                homes[peer.name] = stack.enter_context(peer.at_home())
                results.figures[peer.name] = {}
            except LeftOut as error:
                results.left_out[peer.name] = str(error)
        for workload in workloads:
            able = [peer for peer in peers if peer.name in homes and workload.is_for(peer)]
            for number in range(results.rounds):
                # There and back: what drifts on the machine hits the first and the last alike.
                for peer in able if number % 2 == 0 else able[::-1]:
                    try_one(peer, homes[peer.name], workload, number, results)


def try_one(peer: Peer, home: Home, workload: Workload, number: int, results: Results) -> None:
    print(f"{workload.name}: {peer.name}", flush=True)
    try:
        results.add(peer.name, workload.name, number, calmest(partial(one, peer, home, workload, results.seconds)))
    except (LeftOut, OSError, TimeoutError) as error:
        reason = str(error) if isinstance(error, LeftOut) else f"{type(error).__name__} {error}".strip()
        results.left_out[f"{peer.name}, {workload.name}"] = reason


def one(peer: Peer, home: Home, workload: Workload, seconds: float) -> Figures:
    """Start the peer's server, give it this to do, and stop it."""
    with (
        peer.running(home, workload.processes, workload.slow_queries) as running,
        asyncio.Runner(loop_factory=event_loop) as runner,
    ):
        return runner.run(asyncio.wait_for(workload.run(running, seconds), seconds + PATIENCE))


def event_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's, which is faster, where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
