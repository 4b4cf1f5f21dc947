"""What a server spent on what it delivered: from a moment when nothing is left to do to the next such moment.

A server may postpone work: Socket.IO's Redis adapter delivers in its own process at once, while its PUBLISH commands pile up
in memory. So a window does not end with the load, but when server and broker are quiet; what was postponed is in it. It
begins in quiet too, so that nothing postponed before is.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

from benchmarks.calm import Slices
from benchmarks.conversation import Tally
from benchmarks.loads import Load
from benchmarks.results import Figures

WARM_UP_SECONDS = 1.0
LOOK_SECONDS = 0.05  # between two looks
QUIET_SECONDS = 0.005  # of CPU between two looks: half a tick; timers and pings of idle connections are below it
QUIET_LOOKS = 4  # in a row
LOST_SECONDS = 10.0  # nothing arrived for so long: what is under way is lost
LIMIT_SECONDS = 30.0  # until the window is closed though the server is still busy


@dataclass(frozen=True)
class Look:
    """The state of the measurement at one time: seconds of CPU so far, messages delivered so far."""

    at: float
    server: float
    broker: float
    generator: float
    machine: float  # all processes on all cores
    stolen: float  # of which all cores were deprived by the host
    delivered: int


async def measure(look: Callable[[], Look], tally: Tally, load: Load, seconds: float) -> Figures:
    """Let the load run warm, then for as many seconds; return the figures of this window."""
    figures = await window(look, tally, load, partial(asyncio.sleep, seconds))
    return {**figures, **latency(tally.latencies)}


async def measure_undisturbed(look: Callable[[], Look], tally: Tally, load: Load, seconds: float) -> Figures:
    """As `measure`, until as many seconds were undisturbed; only these count for latency."""
    slices = Slices(lambda: look().stolen, tally.latencies)
    figures = await window(look, tally, load, partial(slices.last, seconds))
    return {**figures, **latency(slices.counted), "undisturbed_s": slices.seconds}


async def window(look: Callable[[], Look], tally: Tally, load: Load, lasts: Callable[[], Awaitable[object]]) -> Figures:
    """Let the load run warm, then as long as this `lasts`; return the figures, but for what is made of the tally's latencies."""
    await loaded(look, tally, load, partial(asyncio.sleep, WARM_UP_SECONDS))
    lost, duplicates = tally.lost, tally.duplicates
    tally.latencies.clear()
    begin = look()
    stopped = await loaded(look, tally, load, lasts)
    end = quiet_from(stopped)
    return {
        **spent(begin, end or stopped[-1]),
        "postponed_s": (end or stopped[-1]).at - stopped[0].at,
        "never_quiet": int(end is None),
        "lost": tally.lost - lost,
        "duplicates": tally.duplicates - duplicates,
    }


async def loaded(
    look: Callable[[], Look], tally: Tally, load: Load, lasts: Callable[[], Awaitable[object]]
) -> list[Look]:
    """Run the load as long as this `lasts`; return what was seen from its end until nothing was left to do."""
    load.start()
    await lasts()
    load.stop()
    looks = [look()]
    while looks[-1].at - looks[0].at < LIMIT_SECONDS:
        await asyncio.sleep(LOOK_SECONDS)
        looks.append(look())
        waiting = tally.under_way and looks[-1].at - max(tally.last_arrival, looks[0].at) < LOST_SECONDS
        if not waiting and quiet_from(looks) is not None:
            break
    for line in load.lines:
        line.give_up()
    return looks


def quiet_from(looks: list[Look]) -> Look | None:
    """Return the first look after which everything has arrived and server and broker do nothing."""
    quiet = [
        after.server + after.broker - before.server - before.broker < QUIET_SECONDS for before, after in pairwise(looks)
    ]
    for number, first in enumerate(looks):
        following = quiet[number : number + QUIET_LOOKS]
        if first.delivered == looks[-1].delivered and len(following) == QUIET_LOOKS and all(following):
            return first
    return None


def spent(begin: Look, end: Look) -> Figures:
    """CPU per message delivered between two looks, if there were any, and who was busy."""
    took = end.at - begin.at
    messages = end.delivered - begin.delivered
    server, broker, generator = end.server - begin.server, end.broker - begin.broker, end.generator - begin.generator
    per_message = {"server_us": 1e6 * server / messages, "broker_us": 1e6 * broker / messages} if messages else {}
    return {
        **per_message,
        "messages": messages,
        "messages_per_s": messages / took,
        "server_busy": server / took,
        "generator_busy": generator / took,
        **company(begin, end),
    }


def company(begin: Look, end: Look) -> Figures:
    """Cores that went to others between two looks: to processes that are not measured, and by the host to other machines."""
    took = end.at - begin.at
    ours = end.server - begin.server + end.broker - begin.broker + end.generator - begin.generator
    return {
        "others_busy": max(end.machine - begin.machine - ours, 0) / took,
        "stolen": (end.stolen - begin.stolen) / took,
    }


def latency(seconds: list[float]) -> Figures:
    """Percentiles in ms; nothing if nothing arrived."""
    ordered = sorted(seconds)
    return {f"p{percent:g}_ms": 1000 * percentile(ordered, percent) for percent in (50, 99, 99.9) if ordered}


def percentile(ordered: list[float], percent: float) -> float:
    """Return the smallest of these values that at least so many percent of them do not exceed (nearest rank)."""
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]
