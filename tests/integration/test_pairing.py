"""The rules of pairing on a real Valkey, without sockets: every rule of docs/architecture.md has its sentence here."""

from __future__ import annotations

import asyncio

import pytest

from chat.pairs.answers import Standing
from chat.pairs.pairing import Fenced, Limits, Pairing
from chat.pairs.protocol import Pair, Person, Refusal
from tests.town import PATIENCE, hurried, paired, refused, swept

# --- Join ------------------------------------------------------------------------------------------------------------


async def test_host_and_guest_learn_of_each_other(town):
    alice, bob = await town.enter("alice"), await town.enter("bob")
    pair = await bob.join(alice)
    assert (pair.role, pair.partner, pair.present) == ("guest", Person("alice", "Alice"), True)
    joined = await alice.expect("joined")
    assert joined["pair"]["role"] == "host"
    assert joined["pair"]["partner"] == {"username": "bob", "name": "Bob"}
    assert joined["pair"]["id"] == pair.id


async def test_nobody_joins_themselves(town):
    alice = await town.enter("alice")
    assert await refused(alice.join(alice)) == "own_token"


async def test_nobody_joins_who_is_not_here(town):
    alice, bob = await town.enter("alice"), await town.enter("bob")
    await town.pairing.drop(alice.seat)
    assert await refused(bob.join(alice)) == "partner_offline"


async def test_joining_the_partner_again_gives_the_same_pair(town):
    alice, bob, pair = await paired(town)
    assert (await bob.join(alice)).id == pair
    assert (await alice.join(bob)).id == pair


async def test_two_who_paste_each_others_token_at_once_get_one_pair(town):
    for round_ in range(50):
        alice, bob = await town.enter(f"alice{round_}"), await town.enter(f"bob{round_}")
        one, other = await asyncio.gather(alice.join(bob), bob.join(alice))
        assert one.id == other.id
        assert {one.role, other.role} == {"host", "guest"}


async def test_who_is_in_a_pair_joins_nobody_else(town):
    _alice, bob, _pair = await paired(town)
    carol = await town.enter("carol")
    assert await refused(bob.join(carol)) == "already_paired"


async def test_never_three(town):
    """However many ask at once for the seat beside Alice, one gets it."""
    for round_ in range(50):
        alice = await town.enter(f"alice{round_}")
        crowd = [await town.enter(f"guest{round_}-{i}") for i in range(20)]
        results = await asyncio.gather(*(guest.join(alice) for guest in crowd), return_exceptions=True)
        seated = [result for result in results if isinstance(result, Pair)]
        assert len(seated) == 1
        assert [r.code for r in results if isinstance(r, Refusal)] == ["room_full"] * 19
        await alice.leave(seated[0].id)


async def test_the_third_leaves_no_trace(town):
    """The pair learns that someone was refused and nothing else; the third learns nothing and is in no record."""
    alice, bob, pair = await paired(town)
    mallory = await town.enter("mallory")
    before = await town.keys()
    record = await town.redis.hgetall(f"tandem:pair:{pair}")
    assert await refused(mallory.join(alice)) == "room_full"
    assert await refused(mallory.join(bob)) == "room_full"
    await alice.expect("turned_away", pair=pair, count=1)
    await bob.expect("turned_away", pair=pair, count=1)
    after = await town.redis.hgetall(f"tandem:pair:{pair}")
    assert {name for name in after if after[name] != record.get(name)} == {b"turned_away", b"turned_away_at"}
    assert await town.keys() - before <= {"tandem:due"}
    assert await refused(mallory.say(pair, 1)) == "not_paired"
    assert await refused(town.pairing.resume(mallory.seat, pair, 0)) == "not_paired"


async def test_of_many_turned_away_in_a_moment_the_last_count_arrives(town):
    alice, _bob, pair = await paired(town)
    mallory = await town.enter("mallory")
    for _ in range(5):
        assert await refused(mallory.join(alice)) == "room_full"
    await alice.expect("turned_away", count=1)
    async with asyncio.timeout(PATIENCE):
        while not (await town.redis.hget(f"tandem:pair:{pair}", "turned_away_at")) or (
            await town.redis.zscore("tandem:due", f"turned_away:{pair}")
        ):
            await town.pairing.sweep()
    await alice.expect("turned_away", count=5)


# --- Talking ---------------------------------------------------------------------------------------------------------


async def test_both_peoples_messages_have_one_order(town):
    alice, bob, pair = await paired(town)
    assert (await alice.say(pair, 1, "one")).seq == 1
    assert (await bob.say(pair, 1, "two", seen=1)).seq == 2
    await bob.expect("message", seq=1, n=1, mine=False, text="one")
    await alice.expect("message", seq=2, n=1, mine=False, text="two")


async def test_a_repeated_n_is_stored_once_and_answered_as_before(town):
    alice, bob, pair = await paired(town)
    first = await alice.say(pair, 1, "once")
    again = await alice.say(pair, 1, "once")
    assert (again.seq, again.sent_at) == (first.seq, first.sent_at)
    await alice.say(pair, 2, "next")
    await bob.expect("message", seq=1)
    await bob.expect("message", seq=2)


async def test_a_skipped_n_is_refused_with_the_expected_one(town):
    alice, _bob, pair = await paired(town)
    with pytest.raises(Refusal) as refusal:
        await alice.say(pair, 3)
    assert (refusal.value.code, refusal.value.expected) == ("out_of_order", 1)


async def test_what_crossed_a_message_comes_back_with_it(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1, "from alice")
    stored = await bob.say(pair, 1, "from bob", seen=0)
    assert [(entry.seq, entry.mine, entry.text) for entry in stored.missed] == [(1, False, "from alice")]


async def test_delivered_tells_how_far_the_partner_has_read(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    await town.pairing.received(bob.seat, pair, 999)
    await alice.expect("delivered", seq=1)
    await town.pairing.received(bob.seat, pair, 1)
    await bob.leave(pair)
    await alice.expect("left", delivered=1)


async def test_typing_reaches_the_partner_and_is_stored_nowhere(town):
    alice, bob, pair = await paired(town)
    before = await town.keys()
    await town.pairing.typing(bob.seat, pair, active=True)
    await alice.expect("typing", pair=pair, active=True)
    assert await town.keys() == before


async def test_a_pair_that_is_over_or_of_others_takes_nothing(town):
    alice, bob, old = await paired(town)
    await alice.leave(old)
    assert await refused(bob.say(old, 1)) == "not_paired"
    await bob.join(alice)
    assert await refused(bob.say(old, 1)) == "wrong_pair"
    assert await refused(bob.leave(old)) == "wrong_pair"
    assert await refused(town.pairing.received(bob.seat, old, 1)) == "wrong_pair"
    assert await refused(town.pairing.typing(bob.seat, old, active=True)) == "wrong_pair"


async def test_too_many_messages_at_once_are_refused_and_not_counted(town):
    slow = Pairing(town.redis, limits=Limits(message_every=60_000, message_burst=3))
    alice, bob = await town.enter("alice", pairing=slow), await town.enter("bob")
    pair = (await bob.join(alice)).id
    for n in (1, 2, 3):
        await alice.say(pair, n)
    assert await refused(alice.say(pair, 4)) == "rate_limited"
    assert (await bob.say(pair, 1)).seq == 4


async def test_the_log_is_bounded_and_loses_only_what_was_read(town):
    small = Pairing(town.redis, limits=Limits(message_every=0, log_messages=3))
    alice, bob = await town.enter("alice", pairing=small), await town.enter("bob")
    pair = (await bob.join(alice)).id
    for n in (1, 2, 3):
        await alice.say(pair, n)
    assert await refused(alice.say(pair, 4)) == "rate_limited"
    await town.pairing.received(bob.seat, pair, 2)
    await alice.say(pair, 4)
    piece = await town.pairing.resume(bob.seat, pair, 0)
    assert [entry.seq for entry in piece.messages] == [2, 3, 4]
    assert not piece.complete
    assert (await town.pairing.resume(bob.seat, pair, 1)).complete


async def test_the_log_is_bounded_in_bytes(town):
    small = Pairing(town.redis, limits=Limits(message_every=0, log_bytes=100))
    alice, bob = await town.enter("alice", pairing=small), await town.enter("bob")
    pair = (await bob.join(alice)).id
    await alice.say(pair, 1, "x" * 60)
    assert await refused(alice.say(pair, 2, "x" * 60)) == "rate_limited"
    await town.pairing.received(bob.seat, pair, 1)
    assert (await alice.say(pair, 2, "x" * 60)).seq == 2


async def test_what_nobody_reads_may_be_more_but_not_without_bound(town):
    """For load tests, whose clients may acknowledge nothing."""
    limits = Limits(message_every=0, log_messages=3, log_bytes=100, unread_messages=8)
    wide = Pairing(town.redis, limits=limits)
    alice, bob = await town.enter("alice", pairing=wide), await town.enter("bob")
    pair = (await bob.join(alice)).id
    for n in range(1, 9):
        await alice.say(pair, n, "x")
    assert await refused(alice.say(pair, 9, "x")) == "rate_limited", "as many messages"
    await town.pairing.received(bob.seat, pair, 7)
    await alice.say(pair, 9, "x")
    piece = await town.pairing.resume(bob.seat, pair, 7)
    assert ([entry.seq for entry in piece.messages], piece.complete) == ([8, 9], True)
    await alice.say(pair, 10, "x" * 98)
    assert await refused(alice.say(pair, 11, "x")) == "rate_limited", "as many bytes"
    assert len((await town.pairing.resume(bob.seat, pair, 7)).messages) == 3


async def test_the_last_count_of_those_turned_away_is_said_once(town):
    alice, _bob, pair = await paired(town)
    mallory = await town.enter("mallory")
    await refused(mallory.join(alice))
    await alice.expect("turned_away", count=1)
    await refused(mallory.join(alice))  # at once, so that it waits to be said
    await town.redis.hset(f"tandem:pair:{pair}", "turned_away_at", 0)  # it has waited long enough, and no sweep came
    await refused(mallory.join(alice))
    await alice.expect("turned_away", count=3)
    assert await town.redis.zscore("tandem:due", f"turned_away:{pair}") is None


# --- Coming and going ------------------------------------------------------------------------------------------------


async def test_leaving_frees_both_at_once(town):
    alice, bob, pair = await paired(town)
    await bob.leave(pair)
    await alice.expect("left", pair=pair, reason="left")
    await bob.expect("left", pair=pair, reason="left")
    carol = await town.enter("carol")
    assert (await carol.join(alice)).partner.username == "alice"
    dave = await town.enter("dave")
    assert (await dave.join(bob)).partner.username == "bob"


async def test_leaving_again_because_the_answer_was_lost_is_answered_as_it_was(town):
    alice, bob, pair = await paired(town)
    leave = town.pairing._scripts["leave"]
    first, again = [await leave(args=(bob.seat.user, bob.seat.connection, pair, "call-1")) for _ in range(2)]
    assert first == again
    assert await refused(bob.leave(pair)) == "not_paired", "another call is late"
    await alice.expect("left")
    carol = await town.enter("carol")
    assert (await carol.join(alice)).partner.username == "alice"
    assert await alice.expect("joined"), "and was told of it once"


async def test_a_second_window_takes_the_seat_over(town):
    alice, _bob, pair = await paired(town)
    second = await town.enter("alice")
    assert town.held.id == pair
    await alice.expect("closing", reason="replaced")
    with pytest.raises(Fenced) as fenced:
        await alice.say(pair, 1)
    assert fenced.value.reason == "replaced"
    await town.pairing.drop(alice.seat)
    assert (await second.say(pair, 1)).seq == 1, "the old window's goodbye changes nothing"


async def test_a_member_can_always_come_back(town):
    alice, bob, pair = await paired(town)
    await town.pairing.drop(bob.seat)
    await alice.expect("away", pair=pair, seconds=30)
    await alice.say(pair, 1, "while you were away")
    mallory = await town.enter("mallory")
    assert await refused(mallory.join(bob)) == "room_full", "a held seat is not free"
    await alice.expect("turned_away")
    bob = await town.enter("bob")
    assert (town.held.id, town.held.seq, town.held.present) == (pair, 1, True)
    await alice.expect("back", pair=pair)
    piece = await town.pairing.resume(bob.seat, pair, 0)
    assert [(entry.text, entry.mine) for entry in piece.messages] == [("while you were away", False)]
    assert piece.complete


async def test_a_dead_seat_is_freed(town):
    alice, bob, pair = await paired(town)
    await hurried(town, hold=1).drop(bob.seat)
    await alice.expect("away", seconds=1)
    await swept(town, town.pairing, f"hold:{bob.seat.user}")
    await alice.expect("left", pair=pair, reason="timeout")
    carol = await town.enter("carol")
    assert (await carol.join(alice)).id != pair


async def test_a_worker_that_dies_in_silence_loses_its_seats_by_itself(town):
    quick = hurried(town, lease=30, hold=60)
    alice = await town.enter("alice")
    bob = await town.enter("bob", pairing=quick)
    pair = (await bob.join(alice)).id
    await alice.expect("joined")
    await swept(town, quick, f"lease:{bob.seat.user}")
    await alice.expect("away", pair=pair)
    with pytest.raises(Fenced) as fenced:
        await bob.say(pair, 1)
    assert fenced.value.reason == "restarting", "it woke up too late and can change nothing"
    await swept(town, quick, f"hold:{bob.seat.user}")
    await alice.expect("left", pair=pair, reason="timeout")


async def test_renewing_keeps_a_seat_and_says_where_it_stands(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    await bob.say(pair, 1)
    await town.pairing.received(bob.seat, pair, 1)
    before = await town.redis.zscore("tandem:due", f"lease:{alice.seat.user}")
    second = await town.enter("bob")
    standings = await hurried(town, lease=60_000).renew([alice.seat, bob.seat, second.seat])
    assert standings == [
        Standing(pair, seq=2, delivered=1),
        Standing(fenced="replaced"),
        Standing(pair, seq=2, delivered=0),
    ]
    assert await town.redis.zscore("tandem:due", f"lease:{alice.seat.user}") > before


async def test_renewing_says_nothing_is_delivered_where_only_ones_own_screen_has_something(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    await bob.say(pair, 1)
    await town.pairing.received(alice.seat, pair, 2)
    host, guest = await town.pairing.renew([alice.seat, bob.seat])
    assert (host.delivered, guest.delivered) == (0, 2)


async def test_renewing_says_how_long_the_partners_seat_is_held(town):
    alice, bob, _ = await paired(town)
    await hurried(town, hold=20_000).drop(bob.seat)
    (standing,) = await town.pairing.renew([alice.seat])
    assert 18 <= standing.away <= 20
    second = await town.enter("bob")
    assert [each.away for each in await town.pairing.renew([alice.seat, second.seat])] == [0, 0]


@pytest.mark.parametrize("seq", [2, 10**14, 2**53 - 1])
async def test_a_replay_from_beyond_the_end_is_empty_and_complete(town, seq: int):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    piece = await town.pairing.resume(bob.seat, pair, seq)
    assert (piece.messages, piece.seq, piece.complete) == ([], 1, True)


async def test_an_outage_counts_against_nobody(town):
    alice, bob, pair = await paired(town)
    await hurried(town, hold=1).drop(bob.seat)
    await alice.expect("away")
    an_hour_ago = (await town.redis.time())[0] * 1000 - 3_600_000
    await town.redis.set("tandem:swept", an_hour_ago)
    await town.pairing.sweep()
    await town.enter("bob")
    assert town.held.id == pair
    await alice.expect("back")


async def test_when_both_vanish_nothing_is_left(town):
    alice, bob, _pair = await paired(town)
    quick = hurried(town, hold=1)
    await quick.drop(alice.seat)
    await quick.drop(bob.seat)
    for member in (alice, bob):
        await swept(town, quick, f"hold:{member.seat.user}")
    assert await town.keys() == set()


async def test_when_all_have_left_nothing_is_left(town):
    alice, bob, pair = await paired(town)
    for n in range(1, 20):
        await alice.say(pair, n)
    await bob.leave(pair)
    await town.pairing.drop(alice.seat)
    await town.pairing.drop(bob.seat)
    assert await town.keys() == set()


async def test_logging_out_closes_that_logins_window_and_ends_the_pair(town):
    alice, bob, pair = await paired(town)
    await town.pairing.log_out(bob.seat.user, "another login")
    assert (await town.pairing.look(bob.seat)).id == pair
    await town.pairing.log_out(bob.seat.user, "laptop")
    await bob.expect("closing", reason="logged_out")
    await alice.expect("left", pair=pair, reason="logged_out")


async def test_logging_out_while_away_gives_the_seat_up(town):
    alice, bob, pair = await paired(town)
    await town.pairing.drop(bob.seat)
    await alice.expect("away")
    await town.pairing.log_out(bob.seat.user, "laptop")
    await alice.expect("left", pair=pair, reason="logged_out")


async def test_a_new_token_is_told_and_the_pair_goes_on(town):
    alice, _bob, pair = await paired(town)
    await town.pairing.tell_token(alice.seat.user, "f" * 32)
    await alice.expect("token", token="f" * 32)
    assert (await town.pairing.look(alice.seat)).id == pair


async def test_guessing_tokens_is_limited(town):
    pairing = Pairing(town.redis, limits=Limits(join_every=60_000, join_burst=10))
    for _ in range(10):
        await pairing.count_join(1)
    assert await refused(pairing.count_join(1)) == "rate_limited"
    await pairing.count_join(2)
