"""Two talk while a query runs in the database's thread, where the tutorial's chat has to wait until it is over."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from benchmarks.peers.slow_queries import PATH, QUERY_SECONDS
from benchmarks.processes import broker, free_port, served
from tests.person import pair_up
from tests.site import Site, new_site

TUTORIAL = "benchmarks.peers.tutorial.asgi"


@dataclass(frozen=True)
class Span:
    """From when to when, on the clock that all processes of a machine share."""

    began: float
    ended: float

    def contains(self, other: "Span") -> bool:
        return self.began < other.began and other.ended < self.ended


async def talk_during_a_query(port: int, say_and_hear: Callable[[], Awaitable[None]]) -> tuple[Span, list[Span]]:
    """Talk from before a query begins until it is over; return when it ran, and each message from its sender to its reader."""
    messages: list[Span] = []
    async with connect(f"ws://127.0.0.1:{port}{PATH}", proxy=None) as door:
        report = asyncio.create_task(door.recv())
        while not report.done():
            began = time.monotonic()
            await say_and_hear()
            messages.append(Span(began, time.monotonic()))
        query = json.loads(await report)
    assert query["ended"] - query["began"] >= QUERY_SECONDS
    return Span(query["began"], query["ended"]), messages


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = new_site(0, RATE_LIMITS="off")
    yield site
    site.stop()


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_two_talk_while_the_database_is_slow(site: Site, tmp_path: Path, server: str):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    words = ["manage.py", "serve", "--server", server, "--port", str(port)]
    command = [sys.executable, "-m", "benchmarks.peers.slow_queries", "chatproject.asgi", *words]
    alice, bob, _ = site.trio()
    with served(command, port, tmp_path / "log", site.environment):
        a, b = await alice.open(url), await bob.open(url)
        await pair_up(a, b, alice.token)

        async def say_and_hear() -> None:
            assert (await a.say("still here"))["type"] == "accepted"
            message = await b.next("message")
            await b.send("received", pair=b.pair, seq=message["seq"])

        query, messages = await talk_during_a_query(port, say_and_hear)
        assert any(query.contains(message) for message in messages)
        await a.close()
        await b.close()


async def test_the_tutorial_has_to_wait_for_the_slow_query(tmp_path: Path):
    port = free_port()
    words = ["-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), f"{TUTORIAL}:application"]
    command = [sys.executable, "-m", "benchmarks.peers.slow_queries", TUTORIAL, *words]
    with broker(tmp_path) as valkey:
        environment = {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.tutorial.settings", "REDIS_URL": valkey.url}
        with served(command, port, tmp_path / "log", environment):
            async with connect(
                f"ws://127.0.0.1:{port}/ws/chat/one/", origin=Origin(f"http://127.0.0.1:{port}"), proxy=None
            ) as talk:

                async def say_and_hear() -> None:
                    await talk.send('{"message": "still here"}')
                    assert json.loads(await talk.recv()) == {"message": "still here"}

                query, messages = await talk_during_a_query(port, say_and_hear)
    assert not any(query.contains(message) for message in messages)
    waited = [message for message in messages if message.began < query.ended < message.ended]
    assert len(waited) == 1, "the one that was on its way when the query ended"
