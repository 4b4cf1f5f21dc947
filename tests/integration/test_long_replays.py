"""Long logs, read by many at once, over a line that is everybody's."""

from __future__ import annotations

import asyncio
import itertools

from tests.faults.proxy import Proxy
from tests.person import Person, Socket, pair_up
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


async def test_a_message_is_never_delivered_before_it_is_accepted():
    """Alice's process is far from Redis: what Bob read travels to her together with the answer to her message."""
    site = new_site(1)
    try:
        proxy = await Proxy.to_socket(str(site.valkey.socket))
        far = await asyncio.to_thread(site.start_server, REDIS_URL=f"redis://127.0.0.1:{proxy.port}")
        site.servers.append(far)
        people: list[Person] = site.trio()
        alice, bob = people[:2]
        a, b = await alice.open(far.url), await bob.open(site.urls()[0])
        await pair_up(a, b, alice.token)
        proxy.latency = 0.15
        for n in itertools.islice(itertools.count(1), 5):
            await a.send("message", pair=a.pair, n=n, text="hello")
            message = await b.next("message")
            await b.send("received", pair=b.pair, seq=message["seq"])
            await a.next("delivered", where=lambda frame, seq=message["seq"]: frame["seq"] >= seq)
        told = [frame["type"] for frame in a.heard if frame["type"] in ("accepted", "delivered")]
        assert told == ["accepted", "delivered"] * 5
        proxy.latency = 0
        await proxy.stop()
    finally:
        site.stop()
