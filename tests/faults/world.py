"""A site that things happen to, and people on it who talk without a pause."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Protocol, Self

from redis.asyncio import Redis

from tests.faults.checker import Verdict
from tests.faults.proxy import Proxy
from tests.site import Server, Site

SETTLE_SECONDS = 60.0


class Speaker(Protocol):
    """A client that never gives up."""

    async def say(self, text: str) -> None:
        """Send a message, now or when the connection is back."""


class World:
    """A site with two processes, one of each server, and its Valkey behind a proxy. Who lives there is for the subclasses."""

    SERVERS = ("daphne", "uvicorn")

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.recovery: float | None = None

    async def begin(self) -> Self:
        folder = Path(tempfile.mkdtemp(prefix="fault-", dir="/tmp"))
        self.redis_proxy = await Proxy(lambda: asyncio.open_unix_connection(str(folder / "redis.sock"))).start()
        # Through the proxy for the servers, past it for the tests.
        self.site = await asyncio.to_thread(
            Site, folder, 0, SERVER_REDIS_URL=f"redis://127.0.0.1:{self.redis_proxy.port}", RATE_LIMITS="off"
        )
        for server in self.SERVERS:
            self.site.servers.append(await asyncio.to_thread(self.site.start_server, SERVER=server))
        self.client_proxies = [await Proxy.to_port(self.port_of(server)) for server in self.site.servers]
        speakers = await self.settle()
        self.traffic = [asyncio.create_task(self._chatter(name, speaker)) for name, speaker in speakers.items()]
        await asyncio.sleep(self.random.uniform(0.2, 0.8))
        return self

    def urls(self) -> list[str]:
        """Where the servers can be reached, past whatever the proxies do to clients."""
        return [f"http://127.0.0.1:{proxy.port}" for proxy in self.client_proxies]

    @staticmethod
    def port_of(server: Server) -> int:
        return int(server.url.rpartition(":")[2])

    async def _chatter(self, name: str, speaker: Speaker) -> None:
        dice = random.Random(self.random.random())
        for number in range(1_000_000):
            await speaker.say(f"{name} {number}")
            await asyncio.sleep(dice.uniform(0.005, 0.05))

    # --- Who lives there ---

    async def settle(self) -> dict[str, Speaker]:
        """Bring people together; return those who shall talk from now on, by name."""
        raise NotImplementedError

    async def hear_again(self, since: float) -> None:
        """Wait until everybody has shown something of the others that came after this moment of the monotonic clock."""
        raise NotImplementedError

    async def verdict(self) -> Verdict:
        """Let everything arrive, and read the diaries."""
        raise NotImplementedError

    # --- What happens to the site ---

    async def restart(self, index: int) -> None:
        """Another process of the same server in the place of one that is gone, behind the same proxy."""
        self.site.servers[index] = server = await asyncio.to_thread(self.site.start_server, SERVER=self.SERVERS[index])
        await self.client_proxies[index].stop()
        self.client_proxies[index] = await Proxy.to_port(self.port_of(server))

    def kill(self, index: int, signal_: signal.Signals = signal.SIGKILL) -> None:
        self.site.servers[index].process.send_signal(signal_)

    async def command_redis(self, *command: str) -> None:
        async with Redis.from_url(self.site.valkey.url) as redis:
            await redis.execute_command(*command)

    async def pause_redis(self, seconds: float) -> None:
        os.kill(self.site.valkey.process.pid, signal.SIGSTOP)
        await asyncio.sleep(seconds)
        os.kill(self.site.valkey.process.pid, signal.SIGCONT)

    # --- Afterwards ---

    async def recover(self) -> None:
        """Wait until all hear each other again; the first time counts as the recovery."""
        since = time.monotonic()
        async with asyncio.timeout(SETTLE_SECONDS):
            await self.hear_again(since)
        if self.recovery is None:
            self.recovery = time.monotonic() - since

    async def end(self) -> Verdict:
        """Nobody says any more; what has become of what was said?"""
        for task in self.traffic:
            task.cancel()
        await asyncio.gather(*self.traffic, return_exceptions=True)
        return await self.verdict()

    async def close(self) -> None:
        for proxy in [self.redis_proxy, *self.client_proxies]:
            await proxy.stop()
        for server in self.site.servers:
            if server.process.poll() is None:
                server.process.send_signal(signal.SIGCONT)
        await asyncio.to_thread(self.site.stop)
