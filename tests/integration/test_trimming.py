"""A full log loses its oldest messages, never one that its reader has not on screen, and knows the bytes of what it keeps."""

from __future__ import annotations

import asyncio
import contextlib
import random

import msgspec
import pytest

from chat.pairs.pairing import Limits, Pairing
from chat.pairs.protocol import Refusal
from tests.town import paired, refused

LOG = 100  # messages; two are trimmed at once


class Talk:
    """What two say to each other in one pair."""

    def __init__(self, town, rules, members, pair):
        self.redis, self.rules, self.members, self.pair = town.redis, rules, members, pair
        self.counts = [0, 0]
        self.seq = self.said_bytes = 0

    async def say(self, side, text):
        self.counts[side] += 1
        appended = await self.rules.append(self.members[side].seat, self.pair, self.counts[side], text, self.seq)
        self.seq = appended.seq
        self.said_bytes += len(text.encode())

    async def see(self, *sides):
        """Everything is on the screens of these."""
        receipts = [self.rules.received(self.members[side].seat, self.pair, self.seq) for side in sides]
        self.rules.hurry()
        await asyncio.gather(*receipts)

    async def record(self):
        record = await self.redis.hgetall(f"tandem:pair:{self.pair}")
        return {name: int(record.get(name.encode(), 0)) for name in ("bytes", "freed", "trimmed")}

    async def is_right(self):
        record, log = await self.record(), await self.redis.xrange(f"tandem:pair:{self.pair}:log")
        kept = sum(len(msgspec.msgpack.decode(entry[b"packed"])[2].encode()) for _, entry in log)
        return record["bytes"] == kept and record["bytes"] + record["freed"] == self.said_bytes


async def begun(town, **limits):
    """A conversation of alice, who is 0, and bob, who is 1."""
    alice, bob, pair = await paired(town)
    return Talk(
        town, Pairing(town.redis, limits=Limits(message_every=0, log_messages=LOG, **limits)), (alice, bob), pair
    )


@pytest.fixture
async def talk(town):
    return await begun(town)


async def test_a_full_log_is_trimmed_in_pieces_and_only_as_far_as_its_readers_are(town):
    wide = Pairing(town.redis, limits=Limits(message_every=0, log_messages=200))  # four at once
    alice, bob, pair = await paired(town)
    for n in range(1, 201):
        await wide.append(alice.seat, pair, n, "x" * 10, 0)
    assert await refused(wide.append(alice.seat, pair, 201, "x", 0)) == "rate_limited"
    await town.pairing.received(bob.seat, pair, 3)
    assert (await wide.append(alice.seat, pair, 201, "x" * 10, 0)).seq == 201
    record = await town.redis.hgetall(f"tandem:pair:{pair}")
    assert (record[b"trimmed"], record[b"bytes"]) == (b"3", b"1980"), "the fourth is not on screen"
    await town.pairing.received(bob.seat, pair, 150)
    for n in range(202, 300):
        await wide.append(alice.seat, pair, n, "x" * 10, 0)
    record = await town.redis.hgetall(f"tandem:pair:{pair}")
    left = 299 - int(record[b"trimmed"])
    assert 196 < left <= 200
    assert int(record[b"bytes"]) == 10 * left
    piece = await town.pairing.resume(bob.seat, pair, 0, 50)
    assert piece.messages[0].seq == int(record[b"trimmed"]) + 1


async def test_the_bytes_are_right_whoever_spoke_and_read(talk):
    chance = random.Random(4)
    for number in range(5 * LOG):
        await talk.say(chance.randrange(2), "é" * chance.randrange(20))
        await talk.see(*(side for side in (0, 1) if chance.random() < 0.5))
        if number % 7 == 0:
            assert await talk.is_right()
    assert (await talk.record())["trimmed"] > 3 * LOG


async def test_what_was_taken_back_is_not_counted_twice(talk):
    """Also where others were said after it, before it was taken back."""
    for n in range(1, LOG // 2 + 1):
        await talk.say(0, "x" * n)
    for n in (1, 2, 7, LOG // 2):
        await talk.rules.recall(talk.members[0].seat, talk.pair, n)
    assert await talk.is_right()
    for _ in range(2 * LOG):
        await talk.see(0, 1)
        await talk.say(1, "yes")
        assert await talk.is_right()
    assert not await talk.redis.exists(f"tandem:pair:{talk.pair}:recalled"), "no place of the log is theirs any more"


async def test_a_message_that_one_has_not_seen_stays(talk):
    """Alice reads nothing: Bob's first message, the second of all, is where trimming ends."""
    for number in range(LOG):
        await talk.say(number % 2, "hello")
    await talk.see(1)
    await talk.say(0, "one more")
    assert (await talk.record())["trimmed"] == 1
    assert await refused(talk.say(0, "and another")) == "rate_limited"


async def test_messages_that_come_together_are_counted_as_those_that_come_alone(talk):
    """One script stores them all, and trims in between."""
    for _ in range(LOG):
        await talk.say(0, "hello")
    await talk.see(0, 1)
    await asyncio.gather(*(talk.say(0, "x" * length) for length in range(30)))
    assert await talk.is_right()
    for _ in range(LOG):
        await talk.see(0, 1)
        await talk.say(1, "yes")
    assert await talk.is_right()


async def test_a_log_that_is_full_of_bytes_makes_room(town):
    """Long texts fill it long before it has many messages."""
    talk = await begun(town, log_bytes=1000)
    for _ in range(20):
        await talk.say(0, "x" * 300)
        await talk.see(0, 1)
        assert await talk.is_right()
        assert (await talk.record())["bytes"] <= 1000


async def test_a_log_of_the_version_before_is_trimmed_too(talk):
    """Its entries do not say what was said before them."""
    for number in range(LOG):
        await talk.say(number % 2, "x" * number)
    key = f"tandem:pair:{talk.pair}:log"
    log = await talk.redis.xrange(key)
    await talk.redis.delete(key)
    for place, entry in log:
        await talk.redis.xadd(
            key, {"packed": msgspec.msgpack.encode(msgspec.msgpack.decode(entry[b"packed"])[:5])}, place
        )
    for _ in range(2 * LOG):
        await talk.see(0, 1)
        await talk.say(0, "yes")
        assert await talk.is_right()
    assert (await talk.record())["trimmed"] > LOG


async def test_whatever_is_taken_back_at_any_time(talk):
    chance = random.Random(4)
    for _ in range(4 * LOG):
        side = chance.randrange(2)
        await talk.say(side, "é" * chance.randrange(20))
        if chance.random() < 0.1:
            with contextlib.suppress(Refusal):  # it is delivered already
                await talk.rules.recall(
                    talk.members[side].seat, talk.pair, max(1, talk.counts[side] - chance.randrange(3))
                )
        await talk.see(*(side for side in (0, 1) if chance.random() < 0.3))
    assert await talk.is_right()
    await talk.see(0, 1)
    for _ in range(2 * LOG):
        await talk.say(0, "yes")
        await talk.see(0, 1)
    assert await talk.is_right()
    assert not await talk.redis.exists(f"tandem:pair:{talk.pair}:recalled")
