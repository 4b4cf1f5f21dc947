"""Somebody who sends more than is handled waits: what comes in for a handler that is busy is bounded, and none of it is lost."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from websockets.asyncio.client import connect

from tests.integration.test_slow_reader import resident
from tests.site import ROOT

GROWTH = 16 * 1024 * 1024
STALLED_SECONDS = 1.0  # without one message more getting rid of
AT_MOST = 60.0

# Long ones, 48 MB of them, far more than the kernel takes; short ones, of which one read brings thousands.
FLOODS = [(6_000, 8_000), (100_000, 1)]


@pytest.fixture(params=["daphne", "uvicorn"])
def server(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.integration.waiting_server", request.param]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("kind", [str, str.encode], ids=["text", "binary"])
@pytest.mark.parametrize(("messages", "size"), FLOODS, ids=["long", "short"])
async def test_what_waits_for_a_handler_is_bounded_and_arrives(
    server: subprocess.Popen[str], messages: int, size: int, kind: Callable[[str], str | bytes]
):
    assert server.stdout
    url = f"ws://127.0.0.1:{int(server.stdout.readline())}"
    async with asyncio.timeout(AT_MOST), connect(url, ping_interval=None, proxy=None) as connection:
        before, sent = resident(server.pid), 0

        async def flood() -> None:
            nonlocal sent
            for sent in range(messages):
                await connection.send(kind(f"{sent} {'x' * size}"))
            await connection.send("end")

        flooding, progress = asyncio.create_task(flood()), -1
        while sent != progress and not flooding.done():
            progress = sent
            await asyncio.wait([flooding], timeout=STALLED_SECONDS)
        assert resident(server.pid) - before < GROWTH
        async with connect(f"{url}/go", proxy=None):
            await flooding
            assert await connection.recv() == str(messages)
