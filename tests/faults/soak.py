"""`python -m tests.faults.soak --minutes 10`: people come, talk, leave, drop and come back; what grows?

Compares each server process and Redis after the first minute with the end, and looks whether all keys are gone when
all have left.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from tests.faults.world import World
from tests.person import Person
from tests.site import Server, Site, new_site

PAIRS = 20
ALLOWED_GROWTH = 1.15  # of memory: an allocator keeps a little of every peak


@dataclass
class Census:
    """What the site holds at one moment."""

    memory: int  # kB, all processes
    files: int
    tasks: int
    keys: int

    def __str__(self) -> str:
        return f"{self.memory} kB, {self.files} files, {self.tasks} tasks, {self.keys} keys"


async def take_census(site: Site, redis: Redis) -> Census:
    memory = files = tasks = 0
    for server in site.servers:
        process = Path(f"/proc/{server.process.pid}")
        rss = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())
        memory += int(rss[1]) if rss else 0
        files += len(list((process / "fd").iterdir()))
        tasks += await count_tasks(server)
    return Census(memory, files, tasks, len(list(redis.scan_iter("tandem:*", count=1000))))


async def count_tasks(server: Server) -> int:
    before = server.log.count("Census")
    server.process.send_signal(signal.SIGUSR1)
    while server.log.count("Census") == before:  # noqa: ASYNC110 - a log has no event
        await asyncio.sleep(0.05)
    return int(re.findall(r"(\d+) tasks", server.log)[-1])


async def couple(alice: Person, bob: Person, urls: list[str], until: float, dice: random.Random) -> int:
    """Two people who meet, talk, drop, come back and leave, again and again; returns how many messages were accepted."""
    said = 0
    while time.monotonic() < until:
        a, b = await alice.open(dice.choice(urls)), await bob.open(dice.choice(urls))
        joined = await b.join(alice.token)
        assert joined["type"] == "joined", joined
        a.pair = b.pair
        for n in range(1, dice.randint(2, 40)):
            speaker = dice.choice((a, b))
            answer = await speaker.say("x" * dice.randint(1, 500))
            said += answer["type"] == "accepted"
            if n % 10 == 0:
                b.cut()
                b = await bob.open(dice.choice(urls))
                b.begin(b.welcome)
                await b.send("resume", pair=b.pair, seq=0)
                await b.next("resumed")
            await asyncio.sleep(dice.uniform(0, 0.05))
        await a.send("leave", pair=a.pair)
        await a.next("left")
        await asyncio.gather(a.close(), b.close())
    return said


async def soak(minutes: float) -> int:
    site = new_site(0, RATE_LIMITS="off")
    try:
        site.servers += [site.start_server(SERVER=server) for server in World.SERVERS]
        with Redis.from_url(site.valkey.url) as redis:
            people = await asyncio.to_thread(site.people, *(f"soaker{i}-" for i in range(2 * PAIRS)))
            until = time.monotonic() + minutes * 60
            couples = [
                asyncio.create_task(couple(people[i], people[i + 1], site.urls(), until, random.Random(i)))
                for i in range(0, 2 * PAIRS, 2)
            ]
            await asyncio.sleep(min(60.0, minutes * 30))
            first = await take_census(site, redis)
            await asyncio.sleep(max(0.0, until - time.monotonic() - 1))
            last = await take_census(site, redis)
            said = sum(await asyncio.gather(*couples))
            left = await keys_left(redis)
        print(f"{said} messages accepted in {minutes:g} minutes by {PAIRS} pairs")
        print(
            f"after the first minute: {first}\nat the end:             {last}\nkeys when all have left: {left or 'none'}"
        )
        log = site.log()
        if "Traceback" in log:
            print(log[log.index("Traceback") - 200 :][:3000])
            return 1
        return 1 if left or last.memory > first.memory * ALLOWED_GROWTH or last.files > first.files * 1.5 + 20 else 0
    finally:
        site.stop()


async def keys_left(redis: Redis) -> list[bytes]:
    """Keys of people and pairs; what only remembers a moment (the sweep, limits, the cache) expires by itself."""
    async with asyncio.timeout(60):
        while keys := [  # noqa: ASYNC110 - nor has a key
            *redis.scan_iter("tandem:user:*"),
            *redis.scan_iter("tandem:pair:*"),
            *redis.scan_iter("tandem:due"),
        ]:
            await asyncio.sleep(0.5)
    return keys


def main() -> int:
    parser = argparse.ArgumentParser(description="Does anything grow?")
    parser.add_argument("--minutes", type=float, default=10)
    return asyncio.run(soak(parser.parse_args().minutes))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    sys.exit(main())
