"""Redis behind Sentinel: the master dies, a replica is promoted, and two people go on talking."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from chat.realtime import sentinel
from chatproject import embedded
from tests.person import Socket, pair_up
from tests.site import Site

MASTER = "tandem"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Cluster:
    """A master, a replica and one sentinel that watches them."""

    def __init__(self, folder: Path) -> None:
        self.ports = [free_port(), free_port()]
        self.sentinel_port = free_port()
        common = ["--save", "", "--appendonly", "no", "--bind", "127.0.0.1", "--loglevel", "warning"]
        self.master = self._start(folder / "master", ["--port", str(self.ports[0]), *common])
        replica_of = ["--replicaof", "127.0.0.1", str(self.ports[0]), "--repl-diskless-sync-delay", "0"]
        self.replica = self._start(folder / "replica", ["--port", str(self.ports[1]), *common, *replica_of])
        self._await(self.ports[1], lambda redis: redis.info("replication")["master_link_status"] == "up")
        config = folder / "sentinel.conf"
        config.write_text(
            f"port {self.sentinel_port}\nbind 127.0.0.1\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {self.ports[0]} 1\n"
            f"sentinel down-after-milliseconds {MASTER} 500\n"
            f"sentinel failover-timeout {MASTER} 3000\n"
        )
        self.sentinel = self._start(folder / "sentinel", [str(config), "--sentinel"])
        self._await(
            self.sentinel_port,
            lambda redis: redis.execute_command("SENTINEL", "REPLICAS", MASTER) != [],
        )
        self.url = f"redis+sentinel://127.0.0.1:{self.sentinel_port}/{MASTER}"

    def _start(self, folder: Path, arguments: list[str]) -> subprocess.Popen[bytes]:
        folder.mkdir()
        command = [str(embedded.binary()), *arguments, "--dir", str(folder)]
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _await(self, port: int, condition) -> None:
        with Redis(port=port, decode_responses=True) as redis:
            while True:
                try:
                    if condition(redis):
                        return
                except (RedisError, KeyError):
                    pass

    def stop(self) -> None:
        for process in (self.sentinel, self.replica, self.master):
            process.kill()
            process.wait()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="sentinel-", dir="/tmp") as folder:
        running = Cluster(Path(folder))
        yield running
        running.stop()


async def test_a_failover_is_survived(cluster: Cluster):
    site = Site(Path(tempfile.mkdtemp(prefix="site-", dir="/tmp")), 2, SERVER_REDIS_URL=cluster.url)
    try:
        alice, bob, _ = site.trio()
        here, there = site.urls()
        a, b = await alice.open(here), await bob.open(there)
        pair = await pair_up(a, b, alice.token)
        await a.say("before")
        assert (await b.next("message"))["text"] == "before"
        cluster.master.kill()
        await said_again(a, "after")
        assert (await b.next("message"))["text"] == "after"
        assert a.pair == pair
        assert "Traceback" not in site.log()
    finally:
        site.stop()


async def said_again(a: Socket, text: str) -> None:
    """Say it with the same n until it is accepted."""
    async with asyncio.timeout(30):
        while (await a.say(text, n=2))["type"] != "accepted":
            pass


@pytest.mark.parametrize(
    ("url", "hosts", "options"),
    [
        ("redis+sentinel://one/tandem", [("one", 26379)], {}),
        ("redis+sentinel://one:1,two:2/tandem", [("one", 1), ("two", 2)], {}),
        ("redis+sentinel://:p%40ss@one/tandem", [("one", 26379)], {"username": None, "password": "p@ss"}),
    ],
)
def test_a_sentinel_url(url, hosts, options):
    assert sentinel.parse(url) == (hosts, "tandem", options)


@pytest.mark.parametrize("url", ["redis+sentinel://", "redis+sentinel://one", "redis+sentinel:///tandem"])
def test_a_sentinel_url_that_is_none(url):
    with pytest.raises(ValueError, match="should look like"):
        sentinel.parse(url)
