"""What the servers are given to do. Each workload returns its figures by name.

CPU figures are what the server and the broker spent between two looks at /proc, per message that arrived in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial

from benchmarks import machine
from benchmarks.conversation import Line, Tally, settle
from benchmarks.launch import Running
from benchmarks.seats import Seat, TandemSeat

Figures = dict[str, float]

FLOOD_PAIRS, IN_FLIGHT = 50, 4  # messages of a pair under way at any time, both directions together
RATE_PAIRS, RATE = 100, 3  # messages a second of a pair
IDLE_PAIRS = 500
CHURNERS = 8  # pairs that are being made at the same time
AT_ONCE = 20  # pairs that connect at the same time
WARM_UP_SECONDS = 1.0
IDLE_SECONDS = 2.0  # until memory is read


async def pair_up(running: Running, number: int) -> tuple[Seat, Seat]:
    """Two connections that hear each other."""
    people = running.people[2 * number : 2 * number + 2] or (None, None)
    host, guest = (
        running.peer.seat(running.url, str(number), is_host, person)
        for is_host, person in zip((True, False), people, strict=True)
    )
    await asyncio.gather(host.open(), guest.open())
    if isinstance(host, TandemSeat) and isinstance(guest, TandemSeat):
        await guest.join(host)
    return host, guest


@contextlib.asynccontextmanager
async def pairs(running: Running, count: int) -> AsyncIterator[list[tuple[Seat, Seat]]]:
    """As many pairs, closed at the end."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> tuple[Seat, Seat]:
        async with places:
            return await pair_up(running, number)

    made = await asyncio.gather(*map(one, range(count)))
    yield made
    await asyncio.gather(*(seat.close() for both in made for seat in both))


def lines_of(made: list[tuple[Seat, Seat]], tally: Tally) -> list[Line]:
    """Both directions of every pair, the pairs' first directions first."""
    there = [Line(host, guest, tally) for host, guest in made]
    return there + [Line(guest, host, tally) for host, guest in made]


async def flood(running: Running, seconds: float) -> Figures:
    """Whenever a message arrives, the next goes out: how much at most?"""
    tally = Tally()
    async with pairs(running, FLOOD_PAIRS) as made:
        lines = lines_of(made, tally)
        for line in lines:
            line.on_delivery = line.say
            for _ in range(IN_FLIGHT // 2):
                line.say()
        figures = await measure(running, tally, seconds)
        for line in lines:
            line.on_delivery = lambda: None
        return {**figures, "lost": await settle(tally), "duplicates": tally.duplicates}


async def fixed_rate(running: Running, seconds: float) -> Figures:
    """Messages go out by the clock, whether the server keeps up or not; latency counts from when they were due."""
    tally = Tally()
    async with pairs(running, RATE_PAIRS) as made:
        lines = lines_of(made, tally)
        talking = asyncio.create_task(by_the_clock(lines))
        figures = await measure(running, tally, seconds)
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        return {**figures, "lost": await settle(tally), "duplicates": tally.duplicates}


async def by_the_clock(lines: list[Line]) -> None:
    begin, step = time.monotonic(), 1 / (RATE_PAIRS * RATE)
    number = 0
    while True:
        due = begin + number * step
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        lines[number % len(lines)].say(due)
        number += 1


async def measure(running: Running, tally: Tally, seconds: float) -> Figures:
    """Let it run warm, then look at the clock, the count and the CPU before and after."""
    await asyncio.sleep(WARM_UP_SECONDS)
    before, delivered, begin = cpu(running), tally.delivered, time.monotonic()
    tally.measuring = True
    await asyncio.sleep(seconds)
    tally.measuring = False
    took, count = time.monotonic() - begin, tally.delivered - delivered
    server, broker, others = (now - then for now, then in zip(cpu(running), before, strict=True))
    latencies = sorted(tally.latencies)
    return {
        "messages": count,
        "messages_per_s": count / took,
        "server_us": 1e6 * server / max(count, 1),
        "broker_us": 1e6 * broker / max(count, 1),
        "server_busy": server / took,
        "others_busy": others / took,
        **{f"p{p:g}_ms": 1000 * percentile(latencies, p) for p in (50, 99, 99.9)},
    }


def cpu(running: Running) -> tuple[float, float, float]:
    """Seconds of CPU spent so far by the server, by the broker, and by everything that is not part of the measurement."""
    server = machine.cpu_seconds(running.server)
    broker = machine.cpu_seconds(running.broker) if running.broker else 0.0
    return server, broker, machine.busy_seconds() - server - broker - time.process_time()


def percentile(ordered: list[float], percent: float) -> float:
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)] if ordered else float("nan")


async def idle(running: Running, seconds: float) -> Figures:
    """Pairs that say nothing: what does a connection keep in memory? What is loaded at the first ones does not count."""
    async with pairs(running, AT_ONCE) as made:
        tally = Tally()
        for line in lines_of(made, tally):
            line.say()
        await settle(tally)
    before = machine.resident_kb(running.server)
    async with pairs(running, IDLE_PAIRS):
        await asyncio.sleep(IDLE_SECONDS)
        after = machine.resident_kb(running.server)
        server = machine.cpu_seconds(running.server)
        await asyncio.sleep(seconds)
        busy = (machine.cpu_seconds(running.server) - server) / seconds
    return {"kb_per_connection": (after - before) / (2 * IDLE_PAIRS), "server_busy": busy, "start_kb": before}


async def churn(running: Running, seconds: float) -> Figures:
    """Connect twice, join, leave, again and again."""
    deadline = time.monotonic() + seconds
    made = 0

    async def one(number: int) -> None:
        nonlocal made
        while time.monotonic() < deadline:
            for seat in await pair_up(running, number):
                await seat.close()
            made += 1

    server, begin = machine.cpu_seconds(running.server), time.monotonic()
    await asyncio.gather(*map(one, range(CHURNERS)))
    return {
        "pairs_per_s": made / (time.monotonic() - begin),
        "server_ms_per_pair": 1000 * (machine.cpu_seconds(running.server) - server) / max(made, 1),
    }


Workload = Callable[[Running, float], Awaitable[Figures]]
WORKLOADS: dict[str, Workload] = {"idle": idle, "fixed rate": fixed_rate, "flood": flood, "churn": churn}


def workloads_for(running: Running) -> Iterator[tuple[str, Callable[[float], Awaitable[Figures]]]]:
    """Churn is Tandem's alone: the others have no pairs to make."""
    for name, workload in WORKLOADS.items():
        if name != "churn" or issubclass(running.peer.seat, TandemSeat):
            yield name, partial(workload, running)
