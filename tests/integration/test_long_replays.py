"""Long logs, read by many at once, over a line that is everybody's."""

from __future__ import annotations

import asyncio

from tests.person import Socket, pair_up
from tests.site import new_site

LONG = "\U0001f600" * 8_000  # 32 kB
READERS = 30


async def test_many_who_read_long_logs_at_once_take_nobody_along():
    """Redis ends a line on which more than 32 MB wait."""
    site = new_site(1, RATE_LIMITS="off")
    try:
        [here] = site.urls()
        people = [site.trio()[:2] for _ in range(READERS)]
        pairs = [(await alice.open(here), await bob.open(here)) for alice, bob in people]
        for (alice, _), (a, b) in zip(people, pairs, strict=True):
            await pair_up(a, b, alice.token)
        await asyncio.gather(*(fill(a, b) for a, b in pairs))
        await asyncio.gather(*(a.send("resume", pair=a.pair, seq=0) for a, _ in pairs))
        resumed = await asyncio.gather(*(a.next("resumed", "error") for a, _ in pairs))
        assert {(frame["type"], frame.get("complete")) for frame in resumed} == {("resumed", True)}
        for a, _ in pairs:
            assert [frame["seq"] for frame in a.heard if frame["type"] == "message"] == list(range(1, MESSAGES + 1))
        assert "lost" not in site.log()
    finally:
        site.stop()


MESSAGES = 60


async def fill(a: Socket, b: Socket) -> None:
    for _ in range(MESSAGES):
        assert (await a.say(LONG))["type"] == "accepted"
