"""One run: every peer, every workload, one after the other."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field

from benchmarks import machine
from benchmarks.launch import LeftOut, Peer
from benchmarks.workloads import Figures, workloads_for

PATIENCE = 120.0  # seconds a workload may take beyond the time it measures


@dataclass
class Results:
    """What one run found: peer, workload, figure. `left_out` says why something is missing."""

    command: str
    seconds: float
    machine: dict[str, str]
    peers: dict[str, dict[str, Figures]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def figure(self, peer: str, workload: str, name: str) -> float | None:
        return self.peers.get(peer, {}).get(workload, {}).get(name)

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def run(peers: list[Peer], command: str, seconds: float) -> Results:
    """Measure these peers; whatever cannot be started or breaks is noted and left out."""
    results = Results(command, seconds, machine.describe())
    machine.allow_many_sockets()
    with machine.on_core(machine.OTHER_CORE):
        for peer in peers:
            print(f"{peer.name} ...", flush=True)
            try:
                measure(peer, results)
            except LeftOut as error:
                results.left_out[peer.name] = str(error)
    for name, reason in results.left_out.items():
        print(f"left out: {name}: {reason}")
    return results


def measure(peer: Peer, results: Results) -> None:
    with peer.running() as running, asyncio.Runner(loop_factory=event_loop) as runner:
        figures = results.peers[peer.name] = {}
        for name, workload in workloads_for(running):
            try:
                limit = results.seconds + PATIENCE
                figures[name] = runner.run(asyncio.wait_for(workload(results.seconds), limit))
            except (OSError, TimeoutError) as error:
                results.left_out[f"{peer.name}, {name}"] = f"{type(error).__name__} {error}".strip()


def event_loop() -> asyncio.AbstractEventLoop:
    """Return uvloop's, which is faster, where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
