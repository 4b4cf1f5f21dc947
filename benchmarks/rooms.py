"""Rooms: every message is followed from the moment it should go out until each of the others there has it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.conversation import LENGTH, Speaker, Tally

if TYPE_CHECKING:  # these need the load generator's client
    from benchmarks.launch import Running
    from benchmarks.seats import Seat

AT_ONCE = 20  # people who come or go at the same time


class Voice:
    """One person's messages to the others in their room; speaks like a `Line`."""

    def __init__(self, room: Audience, speaker: Speaker) -> None:
        self.room, self.speaker = room, speaker
        self.number = 0
        self.under_way: dict[int, tuple[float, set[Speaker]]] = {}  # when it was due, and who has still to get it
        self.given_up: dict[int, set[Speaker]] = {}

    def say(self, due: float | None = None) -> None:
        """Send the next message, which was due at this time of the monotonic clock (default: now)."""
        self.number += 1
        others = set(self.room.seats) - {self.speaker}
        self.under_way[self.number] = (time.monotonic() if due is None else due, others)
        self.room.tally.under_way += len(others)
        self.speaker.send(f"h{self.room.voices.index(self)} {self.number} ".ljust(LENGTH, "x"))

    def arrived(self, listener: Speaker, number: int) -> None:
        """It came to `listener`; to whoever said it some servers send it as well, which is not counted."""
        if listener is self.speaker:
            return
        tally = self.room.tally
        due, missing = self.under_way.get(number, (0.0, set()))
        if listener not in missing:
            self.arrived_again(listener, number)
            return
        missing.remove(listener)
        if not missing:
            del self.under_way[number]
        now = time.monotonic()
        tally.last_arrival = now
        tally.delivered += 1
        tally.under_way -= 1
        tally.latencies.append(now - due)

    def arrived_again(self, listener: Speaker, number: int) -> None:
        late = self.given_up.get(number, set())
        if listener in late:
            late.remove(listener)
            self.room.tally.lost -= 1
        else:
            self.room.tally.duplicates += 1

    def give_up(self) -> None:
        """What is still under way is lost, unless it comes after all."""
        for number, (_, missing) in self.under_way.items():
            self.given_up[number] = missing
            self.room.tally.lost += len(missing)
            self.room.tally.under_way -= len(missing)
        self.under_way.clear()


class Audience:
    """The people of one room, of whom the first `speakers` speak."""

    def __init__(self, seats: Sequence[Speaker], speakers: int, tally: Tally) -> None:
        self.seats, self.tally = seats, tally
        self.voices = [Voice(self, seat) for seat in seats[:speakers]]
        for seat in seats:
            seat.hear = partial(self.heard, seat)

    def heard(self, listener: Speaker, text: str) -> None:
        voice, number, _ = text.split(" ", 2)
        self.voices[int(voice[1:])].arrived(listener, int(number))


@contextlib.asynccontextmanager
async def people_in(running: Running, rooms: list[str], each: int) -> AsyncIterator[list[list[Seat]]]:
    """So many people in each of these rooms, at the processes in turn; gone at the end."""
    places = asyncio.Semaphore(AT_ONCE)

    async def come(number: int) -> Seat:
        person = running.people[number] if running.people else None
        url = running.urls[number % len(running.urls)]
        seat = running.seat.in_room(url, rooms[number // each], False, person)
        async with places:
            await seat.open()
        return seat

    async def go(seat: Seat) -> None:
        async with places:
            await seat.close()

    seats = await asyncio.gather(*map(come, range(len(rooms) * each)))
    yield [seats[first : first + each] for first in range(0, len(seats), each)]
    await asyncio.gather(*map(go, seats))
