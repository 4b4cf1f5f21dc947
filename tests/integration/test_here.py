"""Whoever stores a message tells a partner of the same process itself; one of another process is published to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis

from chat.pairs.pairing import NO_LIMITS, Here, Pairing
from chat.realtime.pipeline import Pipeline
from tests.site import Valkey
from tests.town import paired


class Neighbours:
    """What a process told connections of its own."""

    def __init__(self, connections: str) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.here = Here(connections, lambda connection, event: self.told.append((connection, event)))


@pytest.mark.parametrize("is_here", [True, False])
async def test_a_partner_is_told_once_by_one_way_or_the_other(town, is_here):
    alice, bob, pair = await paired(town)
    neighbours = Neighbours(bob.seat.connection.partition("!")[0] + "!" if is_here else "another-process!")
    pairing = Pairing(town.redis, limits=NO_LIMITS, here=neighbours.here)
    stored = await pairing.append(alice.seat, pair, 1, "hello", 0)
    await pairing.received(alice.seat, pair, stored.seq)
    said = (pair, 1, 1, "hello", stored.sent_at)
    if is_here:
        assert neighbours.told == [
            (bob.seat.connection, {"type": "pair.message", "said": said}),
            (bob.seat.connection, {"type": "pair.delivered", "pair": pair, "seq": 1}),
        ]
    else:
        assert neighbours.told == []
        await bob.expect("message", seq=1, n=1, text="hello", sent_at=stored.sent_at)
        await bob.expect("delivered", seq=1)
    await alice.leave(pair)
    await bob.expect("left")  # and nothing else before it


async def test_whoever_asked_is_answered_even_if_the_partner_could_not_be_told(town):
    alice, bob, pair = await paired(town)

    def broken(connection: str, event: dict[str, Any]) -> None:
        raise RuntimeError(event["type"])

    pairing = Pairing(town.redis, limits=NO_LIMITS, here=Here(bob.seat.connection, broken))
    stored = await asyncio.wait_for(pairing.append(alice.seat, pair, 1, "hello", 0), 5)
    assert await asyncio.wait_for(pairing.received(alice.seat, pair, stored.seq), 5) == 1


async def test_a_message_sent_again_is_told_to_nobody_again(town):
    alice, bob, pair = await paired(town)
    neighbours = Neighbours(bob.seat.connection)
    pairing = Pairing(town.redis, limits=NO_LIMITS, here=neighbours.here)
    first, again = [await pairing.append(alice.seat, pair, 1, "hello", 0) for _ in range(2)]
    assert (again.seq, again.partner) == (first.seq, "")
    assert len(neighbours.told) == 1


async def test_who_is_away_is_told_nothing(town):
    alice, bob, pair = await paired(town)
    await town.pairing.drop(bob.seat)
    neighbours = Neighbours(bob.seat.connection)
    stored = await Pairing(town.redis, limits=NO_LIMITS, here=neighbours.here).append(alice.seat, pair, 1, "hello", 0)
    assert (stored.partner, neighbours.told) == ("", [])


@pytest.fixture
async def pipeline(valkey: Valkey) -> AsyncIterator[Pipeline]:
    pipeline = Pipeline(Redis.from_url(valkey.url, protocol=3).connection_pool.make_connection)
    yield pipeline
    await pipeline.close()


async def test_answers_and_what_is_published_come_in_the_order_of_redis(pipeline):
    """Or `left` would overtake the last message, which comes with an answer."""
    heard: list[Any] = []
    subscribed = asyncio.Event()

    class Ear:
        def wants(self, name: str) -> bool:
            return True

        def connected(self, *, after_loss: bool) -> None:
            pipeline.subscribe(["ear"])

        def pushed(self, push: list[Any]) -> None:
            if push[0] == b"subscribe":
                subscribed.set()
            else:
                heard.append(push[2])

    answer = pipeline.register_script("return ARGV[1]")
    publish = pipeline.register_script("redis.call('PUBLISH', 'ear', ARGV[1])")
    pipeline.listeners.append(Ear())
    pipeline.connect()
    await asyncio.wait_for(subscribed.wait(), 5)
    for number in range(3):
        answer.ask(heard.append, [f"answer {number}"])
        publish.ask(lambda nothing: None, [f"event {number}"])
    await pipeline.call("PING")
    expected = [f"{what} {number}".encode() for number in range(3) for what in ("answer", "event")]
    assert heard == expected
