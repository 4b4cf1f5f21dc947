"""The turn goes to whoever waited longest, and nobody who gave up keeps it."""

from __future__ import annotations

import asyncio

from chat.realtime.turn import Turn


async def test_who_comes_first_is_served_first_and_nobody_overtakes():
    turn, order = Turn(), []

    async def one(name: str) -> None:
        async with turn:
            order.append(name)

    turn.take()
    waiting = [asyncio.ensure_future(one(name)) for name in ("alice", "bob")]
    await asyncio.sleep(0)
    assert turn.is_wanted()
    turn.release()
    assert turn.locked(), "it was handed to alice, so whoever asks now waits"
    await asyncio.gather(*waiting, one("carol"))
    assert order == ["alice", "bob", "carol"]
    assert not turn.locked()
    assert not turn.is_wanted()


async def test_who_gave_up_while_waiting_is_passed_over():
    turn = Turn()
    turn.take()
    alice, bob = (asyncio.ensure_future(turn.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    alice.cancel()
    turn.release()
    await asyncio.wait_for(bob, 5)
    assert turn.locked()


async def test_who_gave_up_when_it_was_theirs_hands_it_on():
    turn = Turn()
    turn.take()
    alice, bob = (asyncio.ensure_future(turn.acquire()) for _ in range(2))
    await asyncio.sleep(0)
    turn.release()
    alice.cancel()
    await asyncio.wait_for(bob, 5)
    turn.release()
    assert not turn.locked()
