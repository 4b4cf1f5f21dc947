"""Receipts: the first at once, the rest seldom, the last one always, and none later than what comes after it."""

from __future__ import annotations

import asyncio

from chat.pairs.protocol import Received
from chat.pairs.receipts import Receipts

PATIENCE = 5.0


class Bob:
    """A reader who remembers what was handed in."""

    receipt_at = 0.0

    def __init__(self) -> None:
        self.handed_in: list[tuple[str, int]] = []
        self.another = asyncio.Event()

    def hand_in(self, receipt: Received) -> None:
        self.handed_in.append((receipt.pair, receipt.seq))
        self.another.set()


async def test_a_single_receipt_does_not_wait():
    receipts, bob = Receipts(), Bob()
    receipts.take(bob, Received("p", 1), now=100)
    receipts.take(bob, Received("p", 2), now=101)
    assert bob.handed_in == [("p", 1), ("p", 2)]


async def test_of_those_that_follow_closely_only_the_last_is_handed_in():
    receipts, bob, carol = Receipts(), Bob(), Bob()
    for seq in (1, 2, 5, 4):
        receipts.take(bob, Received("p", seq), now=100)
    receipts.take(carol, Received("q", 7), now=100)
    assert bob.handed_in == [("p", 1)]
    bob.another.clear()
    await asyncio.wait_for(bob.another.wait(), PATIENCE)
    assert bob.handed_in == [("p", 1), ("p", 5)]
    assert carol.handed_in == [("q", 7)], "nobody waits for another's"


async def test_what_waits_is_handed_in_before_anything_that_follows_it():
    receipts, bob = Receipts(), Bob()
    receipts.take(bob, Received("p", 1), now=100)
    receipts.take(bob, Received("p", 2), now=100)
    receipts.hand_in(bob)
    receipts.hand_in(bob)
    assert bob.handed_in == [("p", 1), ("p", 2)]


async def test_another_pair_is_another_matter():
    receipts, bob = Receipts(), Bob()
    receipts.take(bob, Received("old", 1), now=100)
    receipts.take(bob, Received("old", 9), now=100)
    receipts.take(bob, Received("new", 1), now=101)
    assert bob.handed_in == [("old", 1), ("old", 9), ("new", 1)]
