"""Whoever sends a message again, not knowing whether it arrived, gets the same answer as the first time."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from chat.door import Door
from chat.pairs.answers import Seated
from chat.pairs.pairing import Appended, Limits, Pairing, Seat
from chat.pairs.protocol import Person, Refusal
from tests.site import Valkey

LOG_MESSAGES = 40


@pytest.fixture
async def pairing(valkey: Valkey) -> AsyncIterator[Pairing]:
    async with Redis.from_url(valkey.url) as redis:
        await redis.flushall()
        yield Pairing(redis, limits=Limits(message_every=0, join_every=0, log_messages=LOG_MESSAGES))


async def alice_and_bob(pairing: Pairing) -> tuple[Seat, Seat, str]:
    alice, bob = (Seat(user, f"window!{user}", "laptop", Person("p", "P")) for user in (1, 2))
    await pairing.enter(alice)
    await pairing.enter(bob)
    joined = await pairing.join(bob, Door(alice.user))
    assert isinstance(joined, Seated)
    return alice, bob, joined.pair.id


@pytest.mark.parametrize("seed", range(8))
async def test_every_message_of_both_is_found_again_however_they_took_turns(pairing, seed):
    *members, pair = await alice_and_bob(pairing)
    chance = random.Random(seed)
    counts = {member.user: 0 for member in members}
    stored: dict[tuple[Seat, int], Appended] = {}
    for _ in range(chance.randint(1, LOG_MESSAGES)):
        member = members[0] if chance.random() < seed / 7 else members[1]
        counts[member.user] += 1
        n = counts[member.user]
        stored[member, n] = await pairing.append(member, pair, n, f"{member.user}'s {n}", 0)
    for (member, n), first in stored.items():
        again = await pairing.append(member, pair, n, "the same again", 0)
        assert (again.n, again.seq, again.sent_at) == (n, first.seq, first.sent_at)


async def test_what_was_trimmed_is_on_the_partners_screen_and_not_found_again(pairing):
    alice, bob, pair = await alice_and_bob(pairing)
    for n in range(1, LOG_MESSAGES + 4):
        await pairing.append(alice, pair, n, "hello", 0)
        await pairing.received(bob, pair, n)
    assert (await pairing.append(alice, pair, 4, "hello", 0)).seq == 4
    with pytest.raises(Refusal) as refused:
        await pairing.append(alice, pair, 3, "hello", 0)
    assert (refused.value.code, refused.value.expected) == ("out_of_order", LOG_MESSAGES + 4)
