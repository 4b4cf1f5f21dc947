"""Asking first, on a real Valkey: who asks waits for an answer, gets exactly one, and takes the seat like anybody else."""

from __future__ import annotations

import asyncio

import pytest

from chat.door import Door
from chat.pairs.answers import Asked, Seated
from chat.pairs.pairing import NO_LIMITS, Fenced, Pairing
from chat.pairs.protocol import Person, Refusal
from tests.town import Member, Town, hurried, paired, refused, swept


async def asks(guest: Member, owner: Member) -> Asked:
    """Join where the owner wants to be asked first."""
    answer = await guest.pairing.join(guest.seat, Door(owner.seat.user, asks_first=True))
    assert isinstance(answer, Asked), answer
    return answer


async def at_the_door(town: Town) -> tuple[Member, Member, str]:
    """Alice, whom Bob has asked for the seat."""
    alice, bob = await town.enter("alice"), await town.enter("bob")
    asked = await asks(bob, alice)
    await alice.expect("ask", ask=asked.ask)
    return alice, bob, asked.ask


async def test_the_owner_sees_who_asks_and_the_asker_whom_they_wait_for(town):
    alice, bob = await town.enter("alice"), await town.enter("bob")
    asked = await asks(bob, alice)
    assert (asked.owner, asked.seconds) == (Person("alice", "Alice"), 60)
    await alice.expect("ask", ask=asked.ask, person={"username": "bob", "name": "Bob"}, seconds=60)
    assert await town.pairing.look(alice.seat) is None, "nobody is seated yet"


async def test_who_is_admitted_takes_the_seat(town):
    alice, bob, ask = await at_the_door(town)
    pair = (await town.pairing.admit(alice.seat, ask)).pair
    assert (pair.role, pair.partner, pair.present) == ("host", Person("bob", "Bob"), True)
    joined = await bob.expect("joined")
    assert (joined["pair"]["id"], joined["pair"]["role"]) == (pair.id, "guest")
    assert (await bob.say(pair.id, 1, "thank you")).seq == 1


async def test_the_same_admit_again_finds_the_pair_that_it_made(town):
    """A line to Redis that broke after the answer: the script is sent once more."""
    alice, _bob, ask = await at_the_door(town)
    pair = (await town.pairing.admit(alice.seat, ask)).pair
    assert (await town.pairing.admit(alice.seat, ask)).pair.id == pair.id


async def test_who_is_declined_is_told_and_may_not_ring_again_at_once(town):
    alice, bob, ask = await at_the_door(town)
    await town.pairing.decline(alice.seat, ask)
    await bob.expect("refused", ask=ask, code="declined")
    await alice.expect("lapsed", ask=ask, reason="declined")
    assert await refused(asks(bob, alice)) == "declined"
    assert await refused(town.pairing.admit(alice.seat, ask)) == "no_ask", "a no is a no"
    carol = await town.enter("carol")
    await asks(carol, alice)
    await alice.expect("ask", person={"username": "carol", "name": "Carol"})


async def test_a_no_holds_for_as_long_as_somebody_might_have_waited(town):
    alice, bob, ask = await at_the_door(town)
    await hurried(town, ask=1).decline(alice.seat, ask)
    while await town.redis.exists(f"tandem:declined:{alice.seat.user}:{bob.seat.user}"):
        pass
    assert await asks(bob, alice)


async def test_an_ask_can_be_taken_back(town):
    alice, bob, ask = await at_the_door(town)
    await town.pairing.withdraw(bob.seat)
    await alice.expect("lapsed", ask=ask, reason="withdrawn")
    await bob.expect("refused", ask=ask, code="withdrawn")
    assert await refused(town.pairing.admit(alice.seat, ask)) == "no_ask"
    await town.pairing.withdraw(bob.seat)


async def test_an_ask_that_nobody_answers_ends(town):
    quick = hurried(town, ask=1)
    alice, bob = await town.enter("alice"), await town.enter("bob", pairing=quick)
    asked = await asks(bob, alice)
    await swept(town, quick, f"ask:{asked.ask}")
    await bob.expect("refused", ask=asked.ask, code="not_answered")
    await alice.expect("ask")
    await alice.expect("lapsed", ask=asked.ask, reason="expired")


async def test_when_the_asker_goes_the_owner_is_told(town):
    alice, bob, ask = await at_the_door(town)
    await town.pairing.drop(bob.seat)
    await alice.expect("lapsed", ask=ask, reason="offline")
    assert await refused(town.pairing.admit(alice.seat, ask)) == "no_ask"


async def test_when_the_asker_opens_another_window_the_ask_of_the_first_is_over(town):
    alice, bob, ask = await at_the_door(town)
    await town.enter("bob")
    await alice.expect("lapsed", ask=ask, reason="withdrawn")
    await bob.expect("refused", ask=ask)


async def test_when_the_owner_goes_everybody_who_asks_is_told(town):
    alice, bob, _ask = await at_the_door(town)
    carol = await town.enter("carol")
    await asks(carol, alice)
    quick = hurried(town, hold=1)
    await quick.drop(alice.seat)
    await swept(town, quick, f"hold:{alice.seat.user}")
    await bob.expect("refused", code="partner_offline")
    await carol.expect("refused", code="partner_offline")
    assert await town.keys() == {"tandem:due"} | {f"tandem:user:{asker.seat.user}" for asker in (bob, carol)}


async def test_an_owner_whose_line_was_lost_hears_again_who_asks(town):
    alice, bob, ask = await at_the_door(town)
    await town.pairing.drop(alice.seat)
    assert (await asks(bob, alice)).ask == ask, "who asks already waits on"
    mallory = await town.enter("mallory")
    assert await refused(asks(mallory, alice)) == "partner_offline", "nobody else is promised an answer"
    assert await refused(mallory.join(alice)) == "partner_offline"
    back = await town.enter("alice")
    await back.expect("ask", ask=ask, person={"username": "bob", "name": "Bob"})
    assert (await town.pairing.admit(back.seat, ask)).pair.partner == Person("bob", "Bob")
    await bob.expect("joined")
    assert await town.redis.zscore("tandem:due", f"hold:{alice.seat.user}") is None


async def test_while_the_owner_is_away_nobody_is_seated_beside_an_empty_chair(town):
    alice, bob, ask = await at_the_door(town)
    await town.pairing.drop(alice.seat)
    answer = await bob.pairing.join(bob.seat, Door(alice.seat.user))  # asking first was switched off meanwhile
    assert isinstance(answer, Asked)
    assert answer.ask == ask


async def test_an_ask_runs_out_while_its_owner_is_away(town):
    quick = hurried(town, ask=1)
    alice, bob = await town.enter("alice"), await town.enter("bob", pairing=quick)
    asked = await asks(bob, alice)
    await town.pairing.drop(alice.seat)
    await swept(town, quick, f"ask:{asked.ask}")
    await bob.expect("refused", ask=asked.ask, code="not_answered")
    back = await town.enter("alice")
    assert (await town.pairing.asks(back.seat)).asks == []


async def test_who_logs_out_is_not_waited_for(town):
    alice, bob, _ask = await at_the_door(town)
    await town.pairing.log_out(alice.seat.user, alice.seat.login)
    await bob.expect("refused", code="partner_offline")


async def test_when_the_owner_opens_another_window_it_hears_who_asks(town):
    alice, _bob, ask = await at_the_door(town)
    second = await town.enter("alice")
    await second.expect("ask", ask=ask, person={"username": "bob", "name": "Bob"})
    with pytest.raises(Fenced):
        await town.pairing.admit(alice.seat, ask)
    assert (await town.pairing.admit(second.seat, ask)).pair.partner == Person("bob", "Bob")


async def test_of_several_who_ask_one_is_seated_and_the_others_are_told(town):
    alice, bob, ask = await at_the_door(town)
    carol = await town.enter("carol")
    other = await asks(carol, alice)
    await alice.expect("ask", ask=other.ask)
    await town.pairing.admit(alice.seat, ask)
    await bob.expect("joined")
    await carol.expect("refused", ask=other.ask, code="room_full")
    await alice.expect("lapsed", ask=other.ask, reason="paired")
    assert await refused(town.pairing.admit(alice.seat, other.ask)) == "no_ask"


async def test_never_three_however_many_are_admitted_at_once(town):
    for round_ in range(20):
        alice = await town.enter(f"alice{round_}")
        crowd = [await town.enter(f"guest{round_}-{i}") for i in range(8)]
        at_door = [await asks(guest, alice) for guest in crowd]
        results = await asyncio.gather(
            *(town.pairing.admit(alice.seat, asked.ask) for asked in at_door),
            *(guest.pairing.join(guest.seat, Door(alice.seat.user)) for guest in crowd),
            return_exceptions=True,
        )
        pairs = {result.pair.id for result in results if isinstance(result, Seated)}
        assert len(pairs) == 1
        others = {result.code for result in results if isinstance(result, Refusal)}
        assert others <= {"room_full", "no_ask"}, others


async def test_more_than_a_few_at_one_door_have_to_come_back_later(town):
    alice = await town.enter("alice")
    for i in range(8):
        await asks(await town.enter(f"guest{i}"), alice)
    assert await refused(asks(await town.enter("one too many"), alice)) == "rate_limited"


async def test_asking_the_same_again_is_the_same_ask(town):
    alice, bob, ask = await at_the_door(town)
    assert (await asks(bob, alice)).ask == ask
    assert [each.ask for each in (await town.pairing.asks(alice.seat)).asks] == [ask]


async def test_who_asks_somebody_else_asks_the_first_no_more(town):
    alice, bob, ask = await at_the_door(town)
    carol = await town.enter("carol")
    other = await asks(bob, carol)
    await alice.expect("lapsed", ask=ask, reason="withdrawn")
    assert await refused(town.pairing.admit(alice.seat, ask)) == "no_ask"
    assert (await town.pairing.admit(carol.seat, other.ask)).pair.partner == Person("bob", "Bob")


async def test_two_who_ask_each_other_are_together(town):
    alice, bob, _ask = await at_the_door(town)
    pair = await town.pairing.join(alice.seat, Door(bob.seat.user, asks_first=True))
    assert isinstance(pair, Seated)
    await bob.expect("joined")
    assert await town.pairing.asks(alice.seat) == await town.pairing.asks(bob.seat)


async def test_who_asks_somebody_lets_them_in_through_a_closed_door(town):
    alice, bob, _ask = await at_the_door(town)
    pair = await town.pairing.join(alice.seat, Door(bob.seat.user, is_closed=True))
    assert isinstance(pair, Seated), "he asked for her"


async def test_a_closed_door_says_the_same_of_who_waits_who_talks_and_who_is_gone(town):
    alice, bob, _pair = await paired(town)
    carol, mallory = await town.enter("carol"), await town.enter("mallory")
    await town.pairing.drop(carol.seat)
    for owner in (alice, bob, carol):
        closed = Door(owner.seat.user, is_closed=True)
        assert await refused(town.pairing.join(mallory.seat, closed)) == "partner_offline"
    again = await town.pairing.join(bob.seat, Door(alice.seat.user, is_closed=True))
    assert isinstance(again, Seated), "who is in already stays in"


async def test_an_asker_who_is_joined_meanwhile_asks_no_more(town):
    alice, bob, ask = await at_the_door(town)
    carol = await town.enter("carol")
    await carol.join(bob)
    await alice.expect("lapsed", ask=ask, reason="paired")
    assert await refused(town.pairing.admit(alice.seat, ask)) == "no_ask"


async def test_nobody_else_can_answer_or_see_an_ask(town):
    alice, bob, ask = await at_the_door(town)
    mallory = await town.enter("mallory")
    assert await refused(town.pairing.admit(mallory.seat, ask)) == "no_ask"
    assert await refused(town.pairing.admit(bob.seat, ask)) == "no_ask", "nor lets anybody in alone"
    await town.pairing.decline(mallory.seat, ask)
    await town.pairing.withdraw(mallory.seat)
    assert (await town.pairing.asks(mallory.seat)).asks == []
    assert (await town.pairing.admit(alice.seat, ask)).pair.partner == Person("bob", "Bob"), "it was there all the time"


async def test_who_is_in_a_pair_is_not_asked(town):
    alice, _bob, _pair = await paired(town)
    mallory = await town.enter("mallory")
    assert await refused(asks(mallory, alice)) == "room_full"
    await alice.expect("turned_away")


async def test_renewing_says_which_asks_there_are(town):
    alice, bob, ask = await at_the_door(town)
    owner, asker = await Pairing(town.redis, limits=NO_LIMITS).renew([alice.seat, bob.seat])
    assert (owner.asks, owner.asking) == (ask, "")
    assert (asker.asks, asker.asking) == ("", ask)


async def test_when_all_is_over_nothing_is_left(town):
    alice, bob, ask = await at_the_door(town)
    pair = (await town.pairing.admit(alice.seat, ask)).pair
    await bob.leave(pair.id)
    await asks(bob, alice)
    await town.pairing.drop(bob.seat)
    await town.pairing.drop(alice.seat)
    assert await town.keys() == set()
