"""Two people who talk without a pause, on a site that things happen to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import tempfile
import time
from pathlib import Path
from typing import Self

from redis.asyncio import Redis

from tests.faults.checker import Verdict, check
from tests.faults.proxy import Proxy
from tests.faults.talker import Talker
from tests.site import Server, Site

SETTLE_SECONDS = 60.0
SERVERS = ("daphne", "uvicorn")


class World:
    """A site with two processes, one of each server, its Valkey behind a proxy, and alice and bob in a pair."""

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
        for server in SERVERS:
            self.site.servers.append(await asyncio.to_thread(self.site.start_server, SERVER=server))
        self.client_proxies = [await Proxy.to_port(self.port_of(server)) for server in self.site.servers]
        alice, bob, mallory = await asyncio.to_thread(self.site.trio)
        self.alice, self.bob = Talker(alice, self.urls), Talker(bob, lambda: self.urls()[::-1])
        self.mallory = Talker(mallory, self.urls)
        self.talkers = [self.alice, self.bob]
        for talker in self.talkers:
            talker.start()
        await self.alice.until(lambda: self.alice.socket is not None)
        await self.pair_up()
        self.traffic = [asyncio.create_task(self._chatter(talker)) for talker in self.talkers]
        await asyncio.sleep(self.random.uniform(0.2, 0.8))
        return self

    def urls(self) -> list[str]:
        """Where the servers can be reached, past whatever the proxies do to clients."""
        return [f"http://127.0.0.1:{proxy.port}" for proxy in self.client_proxies]

    @staticmethod
    def port_of(server: Server) -> int:
        return int(server.url.rpartition(":")[2])

    async def pair_up(self) -> None:
        """Bob joins Alice, again and again until it works."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not self.is_paired:
                await self.bob.join(self.alice.person.token)
                try:
                    await self.bob.until(lambda: self.is_paired, 1)
                except TimeoutError:
                    continue

    @property
    def is_paired(self) -> bool:
        one, other = self.alice.chapter, self.bob.chapter
        return one is not None and other is not None and one.pair == other.pair and not one.left and not other.left

    async def _chatter(self, talker: Talker) -> None:
        dice = random.Random(self.random.random())
        for number in range(1_000_000):
            await talker.say(f"{talker.person.username} {number}")
            await asyncio.sleep(dice.uniform(0.005, 0.05))

    # --- What happens to the site ---

    async def restart(self, index: int) -> None:
        """Another process of the same server in the place of one that is gone, behind the same proxy."""
        self.site.servers[index] = server = await asyncio.to_thread(self.site.start_server, SERVER=SERVERS[index])
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
        """Wait until both hear each other again, pairing anew if need be; the first time counts as the recovery."""
        since = time.monotonic()
        async with asyncio.timeout(SETTLE_SECONDS):
            for talker in self.talkers:
                while not self._has_heard(talker, since):
                    await self._step(talker, since)
        if self.recovery is None:
            self.recovery = time.monotonic() - since

    async def _step(self, talker: Talker, since: float) -> None:
        if not self.is_paired:
            await self.pair_up()
        with contextlib.suppress(TimeoutError):
            await talker.until(lambda: self._has_heard(talker, since) or not self.is_paired, 1)

    @staticmethod
    def _has_heard(talker: Talker, since: float) -> bool:
        chapter = talker.chapter
        return chapter is not None and any(
            chapter.shown_at[seq] > since for seq, mine, _ in reversed(chapter.shown) if not mine
        )

    async def end(self) -> Verdict:
        """Let everything arrive, then read the diaries."""
        for task in self.traffic:
            task.cancel()
        await asyncio.gather(*self.traffic, return_exceptions=True)
        try:
            for talker in self.talkers:
                await talker.until(lambda talker=talker: talker.is_quiet, SETTLE_SECONDS)  # type: ignore[misc]
            await self.alice.until(self._has_arrived, SETTLE_SECONDS)
        except TimeoutError:
            pass  # the diaries say what is missing
        for talker in self.talkers:
            await talker.stop()
        return check([talker.diary for talker in [*self.talkers, self.mallory]])

    def _has_arrived(self) -> bool:
        one, other = self.alice.chapter, self.bob.chapter
        if one is None or other is None or one.left or other.left:
            return True
        return one.seq == other.seq == max([*one.accepted.values(), *other.accepted.values()], default=0)

    async def close(self) -> None:
        for proxy in [self.redis_proxy, *self.client_proxies]:
            await proxy.stop()
        for server in self.site.servers:
            if server.process.poll() is None:
                server.process.send_signal(signal.SIGCONT)
        await asyncio.to_thread(self.site.stop)
