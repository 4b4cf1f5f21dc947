"""Taking a message back before it is delivered: its text is gone, its place in the order stays."""

from __future__ import annotations

import pytest

from chat.pairs.pairing import Limits, Pairing
from chat.pairs.protocol import Refusal
from tests.person import pair_up
from tests.site import Site
from tests.town import paired, refused

# --- The rules -------------------------------------------------------------------------------------------------------


async def test_a_message_that_nobody_has_seen_is_taken_back(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1, "a secret")
    assert await town.pairing.recall(alice.seat, pair, 1) == 1
    await bob.expect("message")
    await bob.expect("recalled", pair=pair, seq=1, n=1, mine=False)
    piece = await town.pairing.resume(bob.seat, pair, 0)
    assert [(entry.seq, entry.text, entry.recalled, entry.mine) for entry in piece.messages] == [(1, "", True, False)]
    assert (piece.seq, piece.complete) == (1, True)
    assert await town.redis.xrange(f"tandem:pair:{pair}:log") == []
    assert await town.redis.hget(f"tandem:pair:{pair}", "bytes") == b"0"


async def test_what_was_delivered_cannot_be_taken_back(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    await alice.say(pair, 2)
    await town.pairing.received(bob.seat, pair, 1)
    assert await refused(town.pairing.recall(alice.seat, pair, 1)) == "already_delivered"
    assert await town.pairing.recall(alice.seat, pair, 2) == 2


async def test_what_was_not_sent_cannot_be_taken_back(town):
    alice, _bob, pair = await paired(town)
    with pytest.raises(Refusal) as refusal:
        await town.pairing.recall(alice.seat, pair, 1)
    assert (refusal.value.code, refusal.value.expected) == ("out_of_order", 1)


async def test_nobody_takes_back_what_another_wrote(town):
    alice, bob, pair = await paired(town)
    mallory = await town.enter("mallory")
    await alice.say(pair, 1, "hers")
    assert await refused(town.pairing.recall(bob.seat, pair, 1)) == "out_of_order"
    assert await refused(town.pairing.recall(mallory.seat, pair, 1)) == "not_paired"
    piece = await town.pairing.resume(bob.seat, pair, 0)
    assert [entry.text for entry in piece.messages] == ["hers"]


async def test_order_and_counts_go_on_as_if_it_were_there(town):
    alice, bob, pair = await paired(town)
    for n in (1, 2, 3):
        await alice.say(pair, n, f"text {n}")
    await town.pairing.recall(alice.seat, pair, 2)
    first = await alice.say(pair, 2, "text 2")
    assert (first.seq, first.n) == (2, 2), "a repeated n is answered as before"
    stored = await bob.say(pair, 1, "mine", seen=0)
    assert [(entry.seq, entry.text, entry.recalled) for entry in stored.missed] == [
        (1, "text 1", False),
        (2, "", True),
        (3, "text 3", False),
    ]
    assert (stored.seq, (await town.pairing.look(alice.seat)).n) == (4, 3)
    await town.pairing.received(bob.seat, pair, 4)
    assert await refused(town.pairing.recall(alice.seat, pair, 2)) == "already_delivered"


async def test_taking_it_back_again_changes_nothing(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    assert await town.pairing.recall(alice.seat, pair, 1) == await town.pairing.recall(alice.seat, pair, 1)
    await bob.expect("message")
    await bob.expect("recalled")
    await alice.say(pair, 2)
    await bob.expect("message", seq=2)


async def test_a_replay_in_pieces_has_each_place_once(town):
    alice, bob, pair = await paired(town)
    for n in range(1, 13):
        await alice.say(pair, n, f"text {n}")
    for n in (1, 4, 5, 9, 12):
        await town.pairing.recall(alice.seat, pair, n)
    seen: list[tuple[int, bool]] = []
    while True:
        piece = await town.pairing.resume(bob.seat, pair, seen[-1][0] if seen else 0, 3)
        seen += [(entry.seq, entry.recalled) for entry in piece.messages]
        if len(piece.messages) < 3:
            break
    assert seen == [(seq, seq in (1, 4, 5, 9, 12)) for seq in range(1, 13)]


async def test_the_log_stays_bounded_and_loses_only_what_its_reader_knows_of(town):
    small = Pairing(town.redis, limits=Limits(message_every=0, log_messages=3))
    alice, bob, pair = await paired(town)
    for n in (1, 2, 3):
        await small.append(alice.seat, pair, n, "text", 0)
    await town.pairing.recall(alice.seat, pair, 1)
    assert await refused(small.append(alice.seat, pair, 4, "text", 0)) == "rate_limited"
    await town.pairing.received(bob.seat, pair, 2)
    assert (await small.append(alice.seat, pair, 4, "text", 0)).seq == 4
    assert (await small.append(alice.seat, pair, 5, "text", 0)).seq == 5
    piece = await town.pairing.resume(bob.seat, pair, 0)
    assert ([entry.seq for entry in piece.messages], piece.complete) == ([3, 4, 5], False)
    assert await town.redis.hlen(f"tandem:pair:{pair}:recalled") == 0


async def test_nothing_of_it_is_left_when_the_pair_is_over(town):
    alice, bob, pair = await paired(town)
    await alice.say(pair, 1)
    await town.pairing.recall(alice.seat, pair, 1)
    await bob.leave(pair)
    assert not any(pair in key for key in await town.keys())


# --- Sockets ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(site: Site) -> str:
    return site.urls()[0]


@pytest.fixture
def there(site: Site) -> str:
    return site.urls()[1]


async def test_both_are_told_and_it_is_in_no_replay(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    pair = await pair_up(a, b, alice.token)
    await a.say("stays")
    await a.say("a slip")
    await a.send("recall", pair=pair, n=2)
    assert await a.expect("recalled") == {"type": "recalled", "pair": pair, "seq": 2, "n": 2, "mine": True}
    assert [(await b.expect("message"))["text"] for _ in range(2)] == ["stays", "a slip"], "on its way, not on screen"
    assert await b.expect("recalled") == {"type": "recalled", "pair": pair, "seq": 2, "n": 2, "mine": False}
    await b.send("resume", pair=pair, seq=0)
    assert (await b.expect("message"))["text"] == "stays"
    assert (await b.expect("recalled"))["seq"] == 2
    assert await b.expect("resumed") == {"type": "resumed", "pair": pair, "seq": 2, "complete": True}
    await b.send("received", pair=pair, seq=2)
    assert (await a.expect("delivered"))["seq"] == 2
    await a.send("recall", pair=pair, n=1)
    refused = await a.expect("error")
    assert (refused["code"], refused["for"], refused["n"]) == ("already_delivered", "recall", 1)


async def test_who_was_away_never_gets_the_text(alice, bob, here, there):
    a, b = await alice.open(here), await bob.open(there)
    pair = await pair_up(a, b, alice.token)
    b.cut()
    await a.next("away")
    await a.say("a slip")
    await a.send("recall", pair=pair, n=1)
    await a.expect("recalled")
    await a.say("better so")
    b = await bob.open(here)
    await b.send("resume", pair=pair, seq=0)
    await b.next("resumed")
    assert [(frame["type"], frame.get("text")) for frame in b.heard[1:]] == [
        ("recalled", None),
        ("message", "better so"),
        ("resumed", None),
    ]
    await a.next("back")
    await a.say("and on")
    assert (await b.expect("message"))["seq"] == 3
