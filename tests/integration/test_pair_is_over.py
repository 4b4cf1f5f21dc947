"""A pair that ended while one member was away: it waits for them, is read to its end, and leaves nothing behind."""

from __future__ import annotations

import pytest

from chat.pairs.pairing import Fenced
from tests.town import Member, Town, hurried, paired, swept


async def left_while_away(town: Town) -> tuple[Member, str]:
    """Bob, who is back, and the pair that Alice left meanwhile."""
    alice, bob, pair = await paired(town)
    await town.pairing.drop(bob.seat)
    await alice.leave(pair)
    return await town.enter("bob"), pair


async def test_who_was_away_when_the_partner_left_reads_the_rest_and_is_told(town):
    alice, bob, pair = await paired(town)
    await town.pairing.drop(bob.seat)
    await alice.expect("away")
    await alice.say(pair, 1, "goodbye")
    await alice.leave(pair)
    await alice.expect("left", reason="left", delivered=0)
    carol = await town.enter("carol")
    assert (await carol.join(alice)).id != pair, "the one who left is free at once"
    bob = await town.enter("bob")
    assert town.held.ended == "left"
    piece = await town.pairing.resume(bob.seat, pair, 0)
    assert [entry.text for entry in piece.messages] == ["goodbye"]
    assert piece.ended == "left"
    assert await town.pairing.resume(bob.seat, pair, 0) == piece, "the answer may have been lost"
    await town.pairing.finish(bob.seat, pair)
    assert not any(pair in key for key in await town.keys())
    await town.pairing.finish(bob.seat, pair)


async def test_a_pair_that_lives_is_not_finished(town):
    alice, bob, pair = await paired(town)
    await town.pairing.finish(bob.seat, pair)
    assert (await town.pairing.look(bob.seat)).id == pair
    assert (await town.pairing.look(alice.seat)).id == pair


async def test_another_pair_and_another_window_finish_nothing(town):
    first, pair = await left_while_away(town)
    bob = await town.enter("bob")
    with pytest.raises(Fenced):
        await town.pairing.finish(first.seat, pair)
    assert (await town.pairing.resume(bob.seat, pair, 0)).ended == "left"
    other = (await (await town.enter("carol")).join(bob)).id
    await town.pairing.finish(bob.seat, pair)
    assert (await town.pairing.look(bob.seat)).id == other


async def test_a_pair_that_is_over_and_unread_does_not_stand_in_the_way(town):
    bob, pair = await left_while_away(town)
    carol = await town.enter("carol")
    assert (await carol.join(bob)).partner.username == "bob"
    await bob.expect("left", pair=pair, reason="left")
    await bob.expect("joined")
    assert not any(pair in key for key in await town.keys())


async def test_who_never_reads_a_pair_that_is_over_is_told_when_the_hold_ends(town):
    alice, bob, pair = await paired(town)
    await hurried(town, hold=1).drop(bob.seat)
    await alice.leave(pair)
    bob = await town.enter("bob")
    await swept(town, town.pairing, f"hold:{bob.seat.user}")
    await bob.expect("left", pair=pair, reason="left")
    assert (await town.pairing.renew([bob.seat]))[0].fenced is None, "and stays connected"
