"""Pairs of seats at a running peer: opened, joined, closed at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from benchmarks.conversation import Line, Tally
from benchmarks.launch import Running
from benchmarks.seats import Seat, TandemSeat

AT_ONCE = 20  # pairs that connect or part at the same time

Both = tuple[Seat, Seat]


async def pair_up(running: Running, number: int) -> Both:
    """Two connections that hear each other, at different processes where there are two."""
    people = running.people[2 * number : 2 * number + 2] or (None, None)
    host = running.seat(running.urls[0], str(number), True, people[0])
    guest = running.seat(running.urls[-1], str(number), False, people[1])
    await asyncio.gather(host.open(), guest.open())
    if isinstance(host, TandemSeat) and isinstance(guest, TandemSeat):
        await guest.join(host)
    return host, guest


@contextlib.asynccontextmanager
async def pairs(running: Running, count: int) -> AsyncIterator[list[Both]]:
    """As many pairs, closed at the end."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> Both:
        async with places:
            return await pair_up(running, number)

    async def part(both: Both) -> None:
        async with places:
            await asyncio.gather(*(seat.close() for seat in both))

    made = await asyncio.gather(*map(one, range(count)))
    yield made
    await asyncio.gather(*map(part, made))


def lines_of(made: list[Both], tally: Tally) -> list[Line]:
    """Both directions of every pair, the pairs' first directions first."""
    there = [Line(host, guest, tally) for host, guest in made]
    return there + [Line(guest, host, tally) for host, guest in made]
