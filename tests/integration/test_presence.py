"""Who is in a room: on a real Valkey, without sockets. What is published is what all processes hear."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from chat.rooms.presence import Parties, Presence, Timing, Window
from chat.wire import Person
from tests.site import Valkey

PATIENCE = 5.0
ROOM = 7
ALICE, BOB = 1, 2
NAMES = {ALICE: Person("alice", "Alice"), BOB: Person("bob", "Bob")}


class House:
    """One room, and what is published of it."""

    def __init__(self, redis: Redis, events: PubSub, **timing: int) -> None:
        self.redis, self.events = redis, events
        self.presence = Presence(redis, Timing(**timing))

    async def enter(self, user: int, connection: str) -> Window:
        window = Window(ROOM, user, connection)
        await self.presence.enter(window, NAMES[user])
        return window

    async def here(self) -> list[str]:
        return sorted(username for _, username, _ in (await self.presence.look(ROOM)).people)

    async def told(self) -> dict[str, Any]:
        """The next event."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self.events.get_message(ignore_subscribe_messages=True, timeout=PATIENCE)
                if event:
                    nobody, values = msgspec.msgpack.decode(event["data"])
                    assert (nobody, values["type"]) == (None, "room.presence")
                    return {name: values[name] for name in ("entered", "exited", "renamed") if name in values}

    async def told_nothing_more(self) -> None:
        """What is published now comes next."""
        await self.presence.enter(Window(ROOM, 99, "last"), Person("last", "Last"))
        assert await self.told() == {"entered": [[99, "last", "Last"]]}


@pytest.fixture
async def house(valkey: Valkey) -> AsyncIterator[House]:
    async with Redis.from_url(valkey.url) as redis, redis.pubsub() as events:
        await redis.flushall()
        await events.subscribe(f"tandem:group:room.{ROOM}")
        yield House(redis, events, lease=5_000, grace=1, outage=60_000)


async def swept_of(house: House, user: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while await house.redis.hexists(f"tandem:room:{ROOM}:counts", str(user)):
            await house.presence.sweep([ROOM])


async def test_the_first_window_enters_and_the_last_one_exits(house):
    left, right = await house.enter(ALICE, "left"), await house.enter(ALICE, "right")
    assert await house.told() == {"entered": [[ALICE, "alice", "Alice"]]}
    assert await house.here() == ["alice"]
    await house.presence.leave(left)
    assert await house.here() == ["alice"]
    await house.presence.leave(right)
    assert await house.told() == {"exited": [ALICE]}
    assert await house.here() == []


async def test_leaving_twice_or_never_having_come_changes_nothing(house):
    window = await house.enter(ALICE, "left")
    await house.told()
    await house.presence.leave(window)
    await house.told()
    for _ in range(2):
        await house.presence.leave(window)
        await house.presence.drop(window)
    await house.told_nothing_more()
    assert await house.here() == ["last"]


async def test_a_page_that_is_loaded_again_neither_exits_nor_enters(house):
    house.presence = Presence(house.redis, Timing(grace=60_000))
    before = await house.enter(ALICE, "before")
    await house.told()
    await house.presence.drop(before)
    await house.presence.sweep([ROOM])
    assert await house.here() == ["alice"]
    await house.enter(ALICE, "after")
    await house.told_nothing_more()


async def test_a_window_that_drops_and_does_not_come_back_exits(house):
    window = await house.enter(ALICE, "left")
    await house.told()
    await house.presence.drop(window)
    await swept_of(house, ALICE)
    assert await house.told() == {"exited": [ALICE]}


async def test_whoever_leaves_right_after_loading_again_is_gone_at_once(house):
    house.presence = Presence(house.redis, Timing(grace=60_000))
    await house.presence.drop(await house.enter(ALICE, "before"))
    await house.presence.leave(await house.enter(ALICE, "after"))
    assert await house.told() == {"entered": [[ALICE, "alice", "Alice"]]}
    assert await house.told() == {"exited": [ALICE]}


async def test_a_dead_process_windows_run_out_and_living_ones_stay(house):
    quick = Presence(house.redis, Timing(lease=1, outage=60_000))
    await quick.enter(Window(ROOM, ALICE, "dead"), NAMES[ALICE])
    await house.enter(BOB, "alive")
    await swept_of(house, ALICE)
    assert await house.here() == ["bob"]
    told = [await house.told() for _ in range(3)]
    assert told[0] == {"entered": [[ALICE, "alice", "Alice"]]}
    assert {"entered": [[BOB, "bob", "Bob"]]} in told
    assert {"exited": [ALICE]} in told


async def test_whose_lease_ran_out_has_to_enter_again(house):
    alive, dead = await house.enter(ALICE, "alive"), Window(ROOM, BOB, "dead")
    assert await house.presence.renew([dead, alive]) == [dead]


async def test_an_outage_counts_against_nobody(house):
    patient = Presence(house.redis, Timing(lease=1, outage=-1))  # any time without a sweep is an outage
    await patient.enter(Window(ROOM, ALICE, "alive"), NAMES[ALICE])
    await house.told()
    windows = f"tandem:room:{ROOM}:windows"
    before = await house.redis.zscore(windows, f"{ALICE} alive")
    late = Presence(house.redis, Timing(lease=60_000, outage=-1))
    async with asyncio.timeout(PATIENCE):
        while await house.redis.zscore(windows, f"{ALICE} alive") == before:
            await late.sweep([ROOM])
    assert await house.here() == ["alice"]
    await house.told_nothing_more()


async def test_a_new_name_is_told_once(house):
    await house.enter(ALICE, "left")
    await house.told()
    for _ in range(2):
        await house.presence.rename(ROOM, ALICE, "Alicia")
        await house.presence.rename(ROOM, BOB, "Robert")
    assert await house.told() == {"renamed": [[ALICE, "alice", "Alicia"]]}
    await house.told_nothing_more()
    await house.enter(ALICE, "right")
    assert await house.told() == {"renamed": [[ALICE, "alice", "Alice"]]}, "what the database says now"


async def test_each_change_has_the_next_version_and_a_lost_memory_another_birth(house):
    first = await house.presence.enter(Window(ROOM, ALICE, "left"), NAMES[ALICE])
    second = await house.presence.enter(Window(ROOM, BOB, "right"), NAMES[BOB])
    assert (second.version, second.born) == (first.version + 1, first.born)
    assert await house.presence.sweep([ROOM, 8]) == [second, type(second)(0, 0)]
    await house.redis.flushall()
    third = await house.presence.enter(Window(ROOM, ALICE, "left"), NAMES[ALICE])
    assert third.born > second.born


async def test_every_key_goes_by_itself(house):
    await house.enter(ALICE, "left")
    await house.presence.ask("one", ALICE, BOB)
    await house.presence.answer("one", BOB, declined=True)
    await house.presence.ask("two", BOB, ALICE)
    keys = await house.redis.keys("tandem:room:*")
    assert len(keys) == 8
    assert all([await house.redis.pttl(key) > 0 for key in keys])


async def test_an_ask_is_answered_once_and_by_its_owner(house):
    presence = house.presence
    assert await presence.ask("one", ALICE, BOB) == "one"
    assert await presence.ask("two", ALICE, BOB) == "one", "the same two, the same ask"
    assert await presence.answer("one", ALICE, declined=False) == Parties()
    assert await presence.give_up("one", BOB) == Parties()
    assert await presence.answer("one", BOB, declined=False) == Parties(ALICE, BOB)
    assert await presence.answer("one", BOB, declined=False) == Parties()
    assert await presence.ask("three", ALICE, BOB) == "three"
    assert await presence.give_up("three", ALICE) == Parties(ALICE, BOB)


async def test_a_no_holds_for_a_while(house):
    await house.presence.ask("one", ALICE, BOB)
    await house.presence.answer("one", BOB, declined=True)
    assert await house.presence.ask("two", ALICE, BOB) is None
    assert await house.presence.ask("three", BOB, ALICE) == "three", "in one direction"
