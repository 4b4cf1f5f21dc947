"""Going down: everybody is told, nobody loses anything, the process ends by itself with code 0."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time

import pytest

from tests.person import Socket, pair_up
from tests.site import ROOT, Server, Site, new_site

AT_MOST = 10.0


@pytest.fixture(params=["daphne", "uvicorn"])
def town(request: pytest.FixtureRequest):
    """A site that may go down."""
    site = new_site(2, SERVER=request.param)
    yield site
    site.stop()


async def ended(server: Server) -> int:
    return await asyncio.to_thread(server.process.wait, AT_MOST)


async def test_sigterm_tells_everybody_and_they_go_on_elsewhere(town: Site):
    alice, bob, _ = town.trio()
    here, there = town.urls()
    a, b = await alice.open(here), await bob.open(there)
    pair = await pair_up(a, b, alice.token)
    await a.say("before")
    start = time.monotonic()
    for n in range(2, 30):
        await a.send("message", pair=pair, n=n, text=f"in flight {n}")
    town.servers[0].process.send_signal(signal.SIGTERM)
    assert await a.closed() == 1012
    closing = a.heard[-1]
    assert (closing["type"], closing["reason"]) == ("closing", "restarting")
    assert 0 < closing["retry"] <= 3
    assert await ended(town.servers[0]) == 0
    assert time.monotonic() - start < AT_MOST
    a = await alice.open(there)
    held = a.welcome["pair"]
    assert held["id"] == pair
    accepted = held["n"]
    for n in range(accepted + 1, 30):
        await a.send("message", pair=pair, n=n, text=f"in flight {n}")
    await b.next("message", where=lambda frame: frame["n"] == 29)
    assert [frame["n"] for frame in b.heard if frame["type"] == "message"] == list(range(1, 30))
    assert "Traceback" not in town.log()


async def test_the_administrator_tells_everybody_before_the_site_ends(town: Site):
    alice, bob, mallory = town.trio()
    here, there = town.urls()
    sockets = [await alice.open(here), await bob.open(there), await mallory.open(there)]
    command = [sys.executable, "manage.py", "shutdown", "--message", "Back in five minutes.", "--in", "1"]
    told = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=town.environment, capture_output=True, text=True, check=True
    )
    assert told.stdout == "Told 2 server processes; ending in 1 s.\n"

    async def is_told(socket: Socket) -> None:
        assert await socket.next("notice") == {"type": "notice", "text": "Back in five minutes.", "seconds": 1}
        assert (await socket.next("closing"))["reason"] == "restarting"
        assert await socket.closed() == 1012

    await asyncio.gather(*(is_told(socket) for socket in sockets))
    assert [await ended(server) for server in town.servers] == [0, 0]


async def test_nobody_there_to_be_shut_down(town: Site):
    for server in town.servers:
        assert await asyncio.to_thread(server.stop) == 0
    command = [sys.executable, "manage.py", "shutdown"]
    told = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=town.environment, capture_output=True, text=True
    )
    assert (told.returncode, told.stderr) == (1, "CommandError: No server process of this site is running.\n")
