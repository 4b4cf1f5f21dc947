"""What a socket does at once with what the rules publish, and what it leaves for later."""

from __future__ import annotations

from typing import Any

import pytest

from chat.pairs import protocol
from chat.pairs.answers import Standing
from chat.pairs.doorbell import Doorbell
from chat.pairs.feed import Feed
from chat.pairs.pairing import Seat
from chat.pairs.protocol import Pair, Person
from chat.pairs.socket import PairSocket
from chat.realtime.turn import Turn


@pytest.fixture
def alice() -> Any:
    """Her socket, which knows the log up to 3, and what went out over it."""
    socket: Any = PairSocket()
    socket.feed = Feed(socket, socket, socket.say, Pair("p1", "host", Person("bob", "Bob"), present=True, seq=3, n=2))
    socket.seat, socket.over, socket.turn = Seat(1, "window!1", "laptop", Person("alice", "Alice")), False, Turn()
    socket.doorbell = Doorbell(socket, socket.seat, socket.say, socket.feed)
    socket.sent = []
    socket.send_now = lambda text: socket.sent.append(text) or True
    return socket


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
    said = Standing("p1", seq=3, delivered=2)
    assert not alice.agrees(said)
    for _ in range(2):
        await alice.reconcile(said)
    assert alice.sent == [protocol.encode(protocol.Delivered("p1", 2))]
    assert alice.agrees(said)


async def test_a_tick_never_goes_back(alice):
    """Renewals may be faster than what was published before them."""
    await alice.reconcile(Standing("p1", seq=3, delivered=3))
    assert alice.handled_at_once(delivered(2))
    await alice.delivered(delivered(2))
    assert alice.sent == [protocol.encode(protocol.Delivered("p1", 3))]
    assert alice.feed.delivered == 3


async def test_a_renewal_does_not_come_between_welcome_and_the_replay(alice):
    alice.feed.hold_back()
    said = Standing("p1", seq=4, delivered=2)
    assert alice.agrees(said)
    await alice.reconcile(said)
    assert (alice.sent, alice.feed.holds_back) == ([], True)
