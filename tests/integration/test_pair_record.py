"""A pair's record repeats its members' connections, so that talking reads nothing else. It lets nobody in or out."""

from __future__ import annotations

import asyncio

import pytest

from chat.pairs.pairing import Fenced
from tests.town import hurried, paired, refused, swept


async def test_who_is_away_is_told_nothing_and_who_comes_back_is(town):
    alice, bob, pair = await paired(town)
    await town.pairing.drop(bob.seat)
    await alice.expect("away")
    assert await town.redis.hget(f"tandem:pair:{pair}", "guest_connection") == b""
    await alice.say(pair, 1, "while you were away")
    second = await town.enter("bob")
    await alice.say(pair, 2, "welcome back")
    await second.expect("message", seq=2)
    await second.say(pair, 1)
    await alice.expect("back")
    await alice.expect("message", seq=3)


async def test_a_window_that_was_replaced_says_nothing_more(town):
    alice, bob, pair = await paired(town)
    await town.enter("bob")
    await alice.say(pair, 1)
    for verb in (bob.say(pair, 1), town.pairing.received(bob.seat, pair, 1), town.pairing.recall(bob.seat, pair, 1)):
        with pytest.raises(Fenced, match="replaced"):
            await verb


async def test_a_lease_that_ran_out_fences_whoever_comes_late(town):
    alice, bob, pair = await paired(town)
    short = hurried(town, lease=1, hold=60_000)
    await short.renew([bob.seat])
    await swept(town, short, f"lease:{bob.seat.user}")
    with pytest.raises(Fenced, match="restarting"):
        await bob.say(pair, 1)
    assert (await alice.say(pair, 1)).seq == 1


async def test_a_record_that_does_not_know_a_connection_keeps_nobody_out(town):
    """As one made by an earlier version: the user's own record has the last word."""
    alice, bob, pair = await paired(town)
    await town.redis.hdel(f"tandem:pair:{pair}", "host_connection", "guest_connection")
    assert (await alice.say(pair, 1)).seq == 1
    assert (await bob.say(pair, 1)).seq == 2
    await alice.expect("message", seq=2)


async def test_a_record_that_knows_no_connection_stops_nobody_who_speaks_with_others_at_once(town):
    """As an older version left it. A script that never ended would hold Redis for good."""
    alice, bob, pair = await paired(town)
    await town.redis.hdel(f"tandem:pair:{pair}", "host_connection", "guest_connection")
    first, second = await asyncio.gather(alice.say(pair, 1), bob.say(pair, 1))
    assert sorted((first.seq, second.seq)) == [1, 2]


async def test_who_is_in_no_record_of_their_pair_is_in_no_pair(town):
    alice, _, pair = await paired(town)
    strangers = {"host": "98", "guest": "99", "host_connection": "elsewhere!1", "guest_connection": "elsewhere!2"}
    await town.redis.hset(f"tandem:pair:{pair}", mapping=strangers)
    assert await refused(alice.say(pair, 1)) == "not_paired"
