"""What the servers are given to do. Each workload returns its figures by name."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from functools import partial

import msgspec

from benchmarks import machine, names
from benchmarks.conversation import Tally
from benchmarks.launch import Peer, Running
from benchmarks.loads import ByTheClock, Flood, Rotation
from benchmarks.pairs import AT_ONCE, lines_of, pair_up, pairs
from benchmarks.peers import slow_queries
from benchmarks.results import Figures
from benchmarks.rooms import Audience, people_in
from benchmarks.seats import Seat, TandemSeat
from benchmarks.window import Look, company, loaded, measure, measure_undisturbed

FLOOD_PAIRS, IN_FLIGHT = 50, 4  # messages of a pair under way at any time, both directions together
RATE_PAIRS, RATE = 100, 3  # messages a second of a pair
# Of the fixed rate at least: 3,000 messages, thirty beyond p99. In three seconds one stall of 30 ms decides what p99 is.
TAIL_SECONDS = 10.0
IDLE_PAIRS = 500
FEW = 40  # messages a second before memory is read: a flood would leave free memory behind for those who come then
CHURNERS = 8  # pairs that are being made at the same time
TOGETHER = 20  # messages of all pairs under way in growth: one for each direction of ten pairs
CROWD, CROWD_RATE, CROWD_SPEAKERS = 1000, 10, 10  # people in one room, messages a second, people who say them in turn
IN_A_ROOM, ROOMS_RATE = 10, 100  # people in each of many rooms, messages a second in all rooms together
IDLE_SECONDS = 2.0  # until memory is read


async def idle(running: Running, seconds: float) -> Figures:
    """Pairs that say nothing: what does a connection keep in memory? What is loaded at the first ones does not count."""
    async with pairs(running, AT_ONCE) as made:
        tally = Tally()
        load = ByTheClock(lines_of(made, tally), FEW)
        await loaded(look_at(running, tally), tally, load, partial(asyncio.sleep, IDLE_SECONDS))
    brokers = [running.broker] if running.broker else []
    before, broker_before = machine.resident_kb(*running.servers), machine.resident_kb(*brokers)
    async with pairs(running, IDLE_PAIRS):
        await asyncio.sleep(IDLE_SECONDS)
        after, broker_after = machine.resident_kb(*running.servers), machine.resident_kb(*brokers)
        server = machine.cpu_seconds(*running.servers)
        await asyncio.sleep(seconds)
        busy = (machine.cpu_seconds(*running.servers) - server) / seconds
    return {
        "kb_per_connection": (after - before) / (2 * IDLE_PAIRS),
        "broker_kb_per_connection": (broker_after - broker_before) / (2 * IDLE_PAIRS),
        "server_busy": busy,
        "start_kb": before,
    }


async def fixed_rate(running: Running, seconds: float) -> Figures:
    """Messages go out by the clock; latency counts from when they were due."""
    tally = Tally()
    async with pairs(running, RATE_PAIRS) as made:
        load = ByTheClock(lines_of(made, tally), RATE_PAIRS * RATE)
        return await measure_undisturbed(look_at(running, tally), tally, load, max(seconds, TAIL_SECONDS))


async def flood(running: Running, seconds: float, count: int = FLOOD_PAIRS) -> Figures:
    """Whenever a message arrives, the next of its pair goes out: how much at most?"""
    tally = Tally()
    async with pairs(running, count) as made:
        load = Flood(lines_of(made, tally), IN_FLIGHT // 2)
        return await measure(look_at(running, tally), tally, load, seconds)


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

    look = look_at(running, Tally())
    begin = look()
    await asyncio.gather(*map(one, range(CHURNERS)))
    end = look()
    took, spent = end.at - begin.at, end.server - begin.server
    return {
        "pairs_per_s": made / took,
        "server_ms_per_pair": 1000 * spent / max(made, 1),
        "server_busy": spent / took,
        **company(begin, end),
    }


async def growth(running: Running, seconds: float, count: int) -> Figures:
    """So many pairs are there, and as many messages under way as ever: does a message cost more among many?"""
    tally = Tally()
    async with pairs(running, count) as made:
        load = Rotation(lines_of(made, tally), TOGETHER)
        return await measure(look_at(running, tally), tally, load, seconds)


async def database_trouble(running: Running, seconds: float) -> Figures:
    """The fixed rate without slow queries and with them; figures of the former begin with `calm_`."""
    tally = Tally()
    async with pairs(running, RATE_PAIRS) as made:
        load = ByTheClock(lines_of(made, tally), RATE_PAIRS * RATE)
        seconds = max(seconds, TAIL_SECONDS)
        calm = await measure_undisturbed(look_at(running, tally), tally, load, seconds)
        async with trouble(running) as queries:
            figures = await measure_undisturbed(look_at(running, tally), tally, load, seconds)
            figures["queries"] = len(queries)
    return {**figures, **{f"calm_{name}": value for name, value in calm.items()}}


async def crowd(running: Running, seconds: float) -> Figures:
    """One room full of people, by the clock; what is counted is a message that reached one of the others."""
    tally = Tally()
    async with people_in(running, ["lobby"], CROWD) as (seats,):
        load = ByTheClock(Audience(seats, CROWD_SPEAKERS, tally).voices, CROWD_RATE)
        return await measure(look_at(running, tally), tally, load, seconds)


async def rooms(running: Running, seconds: float, count: int) -> Figures:
    """So many rooms, and as many messages a second in all together as ever: does a delivery cost more among many?"""
    tally, names = Tally(), [f"room-{number}" for number in range(count)]
    async with people_in(running, names, IN_A_ROOM) as seats:
        voices = [voice for those in seats for voice in Audience(those, 1, tally).voices]
        return await measure(look_at(running, tally), tally, ByTheClock(voices, ROOMS_RATE), seconds)


@contextlib.asynccontextmanager
async def trouble(running: Running) -> AsyncIterator[list[float]]:
    """Slow queries in the server until the end of this; the list fills with how long each took."""
    seat = Door(running.urls[0], "", True)
    queries: list[float] = []
    seat.hear = lambda text: queries.append(msgspec.json.decode(text)["seconds"])
    await seat.open()
    yield queries
    await seat.close()


class Door(Seat):
    """The socket that is open as long as slow queries shall run."""

    path = slow_queries.PATH


def look_at(running: Running, tally: Tally) -> Callable[[], Look]:
    """Return what looks at the clock, the CPU and the count."""
    brokers = [running.broker] if running.broker else []

    def look() -> Look:
        return Look(
            time.monotonic(),
            machine.cpu_seconds(*running.servers),
            machine.cpu_seconds(*brokers),
            time.process_time(),
            machine.busy_seconds(),
            machine.stolen_seconds(),
            tally.delivered,
        )

    return look


@dataclass(frozen=True)
class Workload:
    """Something to do for a server of `processes` processes that was started for this alone."""

    name: str
    run: Callable[[Running, float], Awaitable[Figures]]
    processes: int = 1
    slow_queries: bool = False
    only: type[Seat] = Seat

    def is_for(self, peer: Peer) -> bool:
        enough = peer.most_processes is None or self.processes <= peer.most_processes
        return issubclass(peer.seat, self.only) and enough and (bool(peer.database) or not self.slow_queries)


WORKLOADS = [
    Workload("idle", idle),
    Workload("fixed rate", fixed_rate),
    Workload("flood", flood),
    Workload("churn", churn, only=TandemSeat),  # the others have no pairs to make
    Workload("database trouble", database_trouble, slow_queries=True),
    *(
        Workload(names.growth(count, processes), partial(growth, count=count), processes)
        for processes, counts in names.GROWTH.items()
        for count in counts
    ),
    *(Workload(names.flood(count), partial(flood, count=count)) for count in names.FLOODS),
    Workload(names.CROWD, crowd, processes=2),
    *(Workload(names.rooms(count), partial(rooms, count=count)) for count in names.ROOMS),
]
