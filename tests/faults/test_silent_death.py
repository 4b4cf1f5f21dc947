"""Nobody says goodbye: how long until the partner is told, and until the seat is free."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.faults.proxy import Proxy
from tests.person import Socket, pair_up
from tests.site import Site, new_site

AWAY_SECONDS, LEFT_SECONDS = 15.0, 35.0  # after a process died
HALF_OPEN_SECONDS = 25.0  # after a line went dead without a word
SLACK_SECONDS = 1.0  # of a busy machine, in noticing that the frame has come


async def test_a_dead_seat_is_freed_when_nobody_says_goodbye():
    site = new_site(2)
    try:
        site.servers.append(site.start_server(SERVER="uvicorn"))
        daphne, _, uvicorn = site.urls()
        await asyncio.gather(process_dies(site), line_goes_dead(site, daphne), line_goes_dead(site, uvicorn))
    finally:
        site.stop()


async def line_goes_dead(site: Site, here: str) -> None:
    alice, bob, _ = site.trio()
    network = await Proxy.to_port(int(here.rpartition(":")[2]))
    a, b = await alice.open(here), await bob.open(f"http://127.0.0.1:{network.port}")
    await pair_up(a, b, alice.token)
    network.black_hole()
    seconds, _ = await told(a, "away", time.monotonic())
    assert seconds < HALF_OPEN_SECONDS + SLACK_SECONDS
    await network.stop()


async def process_dies(site: Site) -> None:
    alice, bob, carol = site.trio()
    here, there, *_ = site.urls()
    a, b, c = await alice.open(here), await bob.open(there), await carol.open(here)
    pair = await pair_up(a, b, alice.token)
    site.servers[1].process.kill()
    start = time.monotonic()
    seconds, away = await told(a, "away", start)
    assert seconds < AWAY_SECONDS + SLACK_SECONDS
    assert away["seconds"] < 30, "counted from the last sign of life"
    assert (await c.join(alice.token))["code"] == "room_full", "held until then"
    seconds, left = await told(a, "left", start)
    assert seconds < LEFT_SECONDS + SLACK_SECONDS
    assert (left["pair"], left["reason"]) == (pair, "timeout")
    assert (await c.join(alice.token))["type"] == "joined", "and free after"


async def told(socket: Socket, type_: str, start: float) -> tuple[float, dict[str, Any]]:
    """Wait for the frame; return how long it took since `start`."""
    async with asyncio.timeout(60):
        while True:
            try:
                frame = await socket.next(type_)
            except TimeoutError:
                continue  # the socket's own patience is shorter
            return time.monotonic() - start, frame
