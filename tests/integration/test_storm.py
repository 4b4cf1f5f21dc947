"""Many at once: five hundred people lose their connection in the same moment and all come back into their pairs."""

from __future__ import annotations

import asyncio

from tests.person import Person, Socket, pair_up
from tests.site import new_site

PAIRS = 250
AT_ONCE = 50


async def test_five_hundred_reconnect_at_once_and_every_pair_goes_on():
    site = new_site(2, RATE_LIMITS="off")
    try:
        people = await asyncio.to_thread(site.people, *(f"person{i}-" for i in range(2 * PAIRS)))
        urls = site.urls()
        sockets: list[Socket] = []
        for start in range(0, len(people), AT_ONCE):
            some = people[start : start + AT_ONCE]
            sockets += await asyncio.gather(*(person.open(urls[i % 2]) for i, person in enumerate(some)))
        pairs = await asyncio.gather(
            *(pair_up(sockets[i], sockets[i + 1], people[i].token) for i in range(0, 2 * PAIRS, 2))
        )
        for socket in sockets:
            socket.cut()

        async def come_back(person: Person, url: str) -> str:
            socket = await person.open(url)
            pair: str = socket.welcome["pair"]["id"]
            socket.pair = pair
            await socket.send("resume", pair=pair, seq=0)
            assert (await socket.say(f"{person.username} is back"))["type"] == "accepted"
            if not any(frame["type"] == "message" and not frame["mine"] for frame in socket.heard):
                await socket.next("message", where=lambda frame: not frame["mine"])
            return pair

        back = await asyncio.gather(*(come_back(person, urls[(i + 1) % 2]) for i, person in enumerate(people)))
        assert back == [pair for pair in pairs for _ in (0, 1)]
        assert "Traceback" not in site.log()
    finally:
        site.stop()
