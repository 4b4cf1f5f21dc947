"""Somebody who does not read costs a bounded piece of memory, and gets everything from the log afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.proxy import Proxy
from tests.person import Socket, pair_up
from tests.site import Server, Site, new_site

TEXT = "x" * 8000
MESSAGES = 450  # 3.6 MB: below what a log may hold unread, far above what may wait for one reader
LOG_BYTES = 4 * 1024 * 1024
GROWTH = 24 * 1024 * 1024


def resident(process: int) -> int:
    """Bytes of memory of a process (Linux; elsewhere 0, which no limit can miss)."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


@pytest.fixture(scope="module")
def fast_site() -> Iterator[Site]:
    """Nobody reads or writes at a person's pace here. One server is daphne, the other uvicorn."""
    running = new_site(1, RATE_LIMITS="off")
    running.servers.append(running.start_server(SERVER="uvicorn"))
    yield running
    running.stop()


@pytest.fixture(params=[0, 1], ids=["daphne", "uvicorn"])
def readers_server(request: pytest.FixtureRequest, fast_site: Site) -> Server:
    server: Server = fast_site.servers[request.param]
    return server


async def test_a_slow_reader_is_cut_and_reads_the_rest_from_the_log(fast_site: Site, readers_server: Server):
    alice, bob, _ = fast_site.trio()
    here, there = fast_site.urls()[0], readers_server.url
    network = await Proxy.to_port(int(there.rpartition(":")[2]))
    a, b = await alice.open(here), await bob.open(f"http://127.0.0.1:{network.port}")
    pair = await pair_up(a, b, alice.token)
    network.bytes_a_second = 1
    before = resident(readers_server.process.pid)
    for n in range(1, MESSAGES + 1):
        assert (await a.say(TEXT, n))["type"] == "accepted"
    if not any(frame["type"] == "away" for frame in a.heard):
        await a.next("away")
    assert resident(readers_server.process.pid) - before < GROWTH
    await network.stop()
    b = await bob.open(there)
    await b.send("resume", pair=pair, seq=0)
    await b.next("resumed")
    shown = [frame["n"] for frame in b.heard if frame["type"] == "message"]
    assert shown == list(range(1, MESSAGES + 1))


async def test_a_reader_of_ordinary_speed_gets_a_long_log_over_one_connection(fast_site: Site, readers_server: Server):
    alice, bob, _ = fast_site.trio()
    a, b = await alice.open(fast_site.urls()[0]), await bob.open(readers_server.url)
    pair = await pair_up(a, b, alice.token)
    for n in range(1, MESSAGES + 1):
        assert (await a.say(TEXT, n))["type"] == "accepted"
    network = await Proxy.to_port(int(readers_server.url.rpartition(":")[2]))
    b = await bob.open(f"http://127.0.0.1:{network.port}")
    await b.send("resume", pair=pair, seq=0)
    await b.next("resumed")
    assert [frame["n"] for frame in b.heard if frame["type"] == "message"] == list(range(1, MESSAGES + 1))
    await network.stop()


async def test_a_sender_waits_for_a_reader_who_shows_nothing(fast_site: Site):
    """Ten megabytes for somebody who never says `received`: the log takes four, the rest is refused until they read."""
    alice, bob, _ = fast_site.trio()
    a, b = await alice.open(fast_site.urls()[0]), await bob.open(fast_site.urls()[1])
    pair = await pair_up(a, b, alice.token)
    reading = asyncio.create_task(drink(b))
    n = 1
    while (answer := await a.say(TEXT, n))["type"] == "accepted":
        n += 1
    assert answer["code"] == "rate_limited"
    assert n == LOG_BYTES // len(TEXT) + 1
    await b.send("received", pair=pair, seq=n - 1)
    await a.next("delivered")
    assert (await a.say(TEXT, n))["type"] == "accepted"
    reading.cancel()


async def drink(socket: Socket) -> None:
    while True:
        await socket.connection.recv()
