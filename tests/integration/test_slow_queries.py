"""The benchmark's slow queries really run in the server they are to disturb, and only while they are asked for."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from benchmarks.peers.slow_queries import PATH, QUERY_SECONDS
from benchmarks.processes import broker, free_port, served
from tests.person import pair_up
from tests.site import Site, new_site

TUTORIAL = "benchmarks.peers.tutorial.asgi"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    site = new_site(0)
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
        async with connect(f"ws://127.0.0.1:{port}{PATH}", proxy=None) as door:
            for text in ("one", "two"):
                assert json.loads(await door.recv())["seconds"] >= QUERY_SECONDS
                await a.say(text)
                assert (await b.next("message"))["text"] == text
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
                await talk.send('{"message": "before"}')
                assert json.loads(await talk.recv()) == {"message": "before"}
                async with connect(f"ws://127.0.0.1:{port}{PATH}", proxy=None) as door:
                    assert json.loads(await door.recv())["seconds"] >= QUERY_SECONDS
                await talk.send('{"message": "after"}')
                assert json.loads(await talk.recv()) == {"message": "after"}
