"""What a socket does at once with what the rules publish, and what it leaves for later."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

import msgspec
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from chat.pairs import protocol
from chat.pairs.answers import Entry, Fenced, Piece, Seated, Standing
from chat.pairs.consumer import PairConsumer
from chat.pairs.doorbell import Doorbell
from chat.pairs.feed import Feed
from chat.pairs.pairing import Seat
from chat.pairs.protocol import Pair, Person, Refusal
from chat.realtime.turn import Turn

P1 = Pair("p1", "host", Person("bob", "Bob"), present=True, seq=3, n=2)
P2 = Pair("p2", "guest", Person("carol", "Carol"), present=True, seq=0, n=0)


class Rules:
    """A pair that may be over, and Redis, which may not answer."""

    pair: Pair | None = P1
    trouble: Exception | None = None

    def __init__(self) -> None:
        self.finished: list[str] = []

    async def look(self, seat: Seat) -> Pair | None:
        return self.pair

    async def resume(self, seat: Seat, pair: str, seq: int, most: int) -> Piece:
        if self.trouble:
            raise self.trouble
        entries = [Entry(each, each, False, "hello", 0) for each in range(seq + 1, 6)]
        return Piece(entries[:1], 5, complete=True, delivered=2, ended="left" if seq >= 4 else None)

    async def finish(self, seat: Seat, pair: str) -> None:
        if self.trouble:
            raise self.trouble
        self.finished.append(pair)


@pytest.fixture
def alice() -> Any:
    """Her socket, which knows the log up to 3, and what went out over it."""
    socket: Any = PairConsumer()
    socket._events, socket._has_late_answer = deque(), False
    socket.pairing = Rules()
    socket.feed = Feed(socket.pairing, socket, socket.say, P1)
    socket.seat, socket.over, socket.turn = Seat(1, "window!1", "laptop", Person("alice", "Alice")), False, Turn()
    socket.doorbell = Doorbell(socket, socket.seat, socket.say, socket.feed, socket.end_before)
    socket.sent = []
    socket.send_now = lambda text: socket.sent.append(text) or True
    return socket


def said(alice: Any) -> list[tuple[str, Any]]:
    """The types of the frames that went out, and the pair of each."""
    frames = [json.loads(text) for text in alice.sent]
    return [(frame["type"], frame["pair"]["id"] if frame["type"] == "joined" else frame["pair"]) for frame in frames]


def delivered(seq: int, pair: str = "p1") -> dict[str, Any]:
    return {"type": "pair.delivered", "pair": pair, "seq": seq}


def message(seq: int) -> dict[str, Any]:
    return {"type": "pair.message", "said": ["p1", seq, 1, "hello", 0]}


def test_the_next_message_goes_out_at_once_and_only_the_next(alice):
    assert not alice.handled_at_once(message(5))
    assert alice.handled_at_once(message(4))
    assert not alice.handled_at_once(message(4))
    assert len(alice.sent) == 1
    assert alice.feed.seq == 4


def test_delivered_never_goes_out_before_accepted(alice):
    """What Bob read can arrive together with the answer to her message, before she was told that it is stored."""
    assert alice.handled_at_once(delivered(3))
    assert not alice.handled_at_once(delivered(4))
    assert [b'"seq":3' in text for text in alice.sent] == [True]


def test_nothing_of_another_pair_goes_out_at_once(alice):
    assert not alice.handled_at_once(delivered(1, pair="p2"))
    assert alice.sent == []


def test_where_the_reader_is_slow_nothing_has_happened(alice):
    alice.send_now = lambda text: False
    assert not alice.handled_at_once(message(4))
    assert not alice.handled_at_once(delivered(3))
    assert (alice.feed.seq, alice.feed.delivered) == (3, 0)


async def test_a_tick_that_got_lost_comes_with_the_renewal_and_only_once(alice):
    standing = Standing("p1", seq=3, delivered=2)
    assert not alice.agrees(standing)
    for _ in range(2):
        await alice.reconcile(standing)
    assert alice.sent == [protocol.encode(protocol.Delivered("p1", 2))]
    assert alice.agrees(standing)


async def test_a_tick_never_goes_back(alice):
    """Renewals may be faster than what was published before them."""
    await alice.reconcile(Standing("p1", seq=3, delivered=3))
    assert alice.handled_at_once(delivered(2))
    await alice.delivered(delivered(2))
    assert alice.sent == [protocol.encode(protocol.Delivered("p1", 3))]
    assert alice.feed.delivered == 3


async def test_a_renewal_does_not_come_between_welcome_and_the_replay(alice):
    alice.feed.hold_back()
    standing = Standing("p1", seq=4, delivered=2)
    assert alice.agrees(standing)
    await alice.reconcile(standing)
    assert (alice.sent, alice.feed.holds_back) == ([], True)


def frame(type_: str, **fields: Any) -> dict[str, Any]:
    return {"type": "pair.frame", "frame": {"type": type_, **fields}}


async def test_before_another_pair_begins_the_end_of_the_one_before_is_said(alice):
    """It was published before her join was answered, and waits behind that."""
    alice._events += [message(4), frame("left", pair="p1", reason="logged_out", delivered=2)]
    await alice.doorbell._sit(Seated(P2))
    assert said(alice) == [("message", "p1"), ("left", "p1"), ("joined", "p2")]
    assert b'"logged_out"' in alice.sent[1]
    await alice.work_off_events()
    assert len(alice.sent) == 3


@pytest.mark.parametrize(("known", "reason"), [(None, "timeout"), ("left", "left")])
async def test_an_end_that_got_lost_is_said_all_the_same(alice, known: Any, reason: str):
    alice.feed.ended = known
    alice.pairing.pair = P2
    await alice.published(frame("joined", pair=msgspec.to_builtins(P2)))
    assert said(alice) == [("left", "p1"), ("joined", "p2")]
    assert json.loads(alice.sent[0])["reason"] == reason


async def test_who_comes_back_late_reads_a_pair_that_is_over_to_its_end(alice):
    await alice._stand_with(msgspec.structs.replace(P1, seq=5, ended="left"))
    assert said(alice) == [("message", "p1"), ("message", "p1"), ("left", "p1")]
    assert json.loads(alice.sent[2]) == {"type": "left", "pair": "p1", "reason": "left", "delivered": 2}
    assert alice.feed.pair is None
    assert alice.pairing.finished == ["p1"]


async def test_a_pair_that_is_over_is_kept_until_all_of_it_was_passed_on(alice):
    def send(text: bytes) -> bool:
        assert alice.pairing.finished == [], "Redis has forgotten what is still to be said"
        alice.sent.append(text)
        return True

    alice.send_now = send
    await alice._resume(protocol.Resume("p1", 3))
    assert said(alice) == [("message", "p1"), ("message", "p1"), ("resumed", "p1"), ("left", "p1")]
    assert alice.pairing.finished == ["p1"]


async def test_who_goes_before_the_end_reads_it_again(alice):
    async def gone(message: Any) -> None:
        raise ConnectionError

    alice.send_now, alice.base_send = (lambda text: False), gone
    await alice._resume(protocol.Resume("p1", 3))
    assert (alice.over, alice.pairing.finished) == (True, [])


async def test_a_renewal_finishes_nothing_that_was_not_read(alice):
    alice.pairing.pair = None
    await alice.reconcile(Standing(""))
    await alice.reconcile(Standing("p1", seq=5))
    assert (said(alice), alice.pairing.finished) == ([("left", "p1")], [])


async def test_what_redis_was_not_told_to_forget_a_renewal_finds(alice):
    alice.pairing.trouble = RedisConnectionError()
    await alice.say_over("p1", "left", 2)
    assert (said(alice), alice.pairing.finished) == ([("left", "p1")], [])
    alice.pairing.trouble, alice.pairing.pair = None, None
    await alice.reconcile(Standing("p1", seq=5))
    assert (len(alice.sent), alice.pairing.finished) == (1, ["p1"])


@pytest.mark.parametrize("trouble", [RedisConnectionError(), Fenced("replaced"), Refusal("not_paired")])
async def test_a_gap_that_cannot_be_read_now_is_left_for_the_renewal(alice, trouble: Exception):
    alice.pairing.trouble = trouble
    await alice.said(message(5))
    assert (alice.sent, alice.feed.seq, alice.over) == ([], 3, False)


async def test_a_partner_whose_coming_or_going_was_not_told_is_looked_for(alice):
    gone, back = Standing("p1", seq=3, away=20), Standing("p1", seq=3)
    assert not alice.agrees(gone)
    alice.pairing.pair = msgspec.structs.replace(P1, present=False)
    await alice.reconcile(gone)
    assert json.loads(alice.sent[0]) == {"type": "away", "pair": "p1", "seconds": 20}
    assert (alice.agrees(gone), alice.agrees(back)) == (True, False)
    await alice.reconcile(back)
    assert len(alice.sent) == 1, "gone again meanwhile"
    alice.pairing.pair = P1
    await alice.reconcile(back)
    await alice.published(frame("back", pair="p1"))
    assert said(alice) == [("away", "p1"), ("back", "p1")]


async def test_old_news_of_another_pair_does_not_end_the_one_that_lives(alice):
    """Somebody sat down and left while she was joining another."""
    await alice.published(frame("joined", pair=msgspec.to_builtins(P2)))
    await alice.published(frame("left", pair="p2", reason="left", delivered=0))
    assert "left" not in [type_ for type_, _ in said(alice)]
    assert alice.feed.pair == "p1"


async def test_reading_out_that_breaks_off_is_tried_again_with_the_reason_known(alice):
    alice.pairing.trouble = RedisConnectionError()
    over = msgspec.structs.replace(P1, seq=5, ended="logged_out")
    with pytest.raises(RedisConnectionError):
        await alice._stand_with(over)
    alice.pairing.trouble = None
    standing = Standing("p1", seq=5)
    assert not alice.agrees(standing)
    await alice.reconcile(standing)
    assert said(alice)[-1] == ("left", "p1")
    assert alice.feed.pair is None


async def test_who_never_asked_for_what_they_missed_gets_all_of_a_pair_that_is_over(alice):
    alice.feed.hold_back()
    await alice._stand_with(msgspec.structs.replace(P1, seq=5, ended="left"))
    assert [type_ for type_, _ in said(alice)] == ["message"] * 5 + ["left"]


async def test_joining_again_says_anew_whether_the_partner_is_here(alice):
    await alice.doorbell._sit(Seated(msgspec.structs.replace(P1, present=False)))
    await alice.published(frame("back", pair="p1"))
    assert said(alice) == [("joined", "p1"), ("back", "p1")]
