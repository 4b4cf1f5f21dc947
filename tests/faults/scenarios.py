"""The faults, one function each: what it does to the world, from outside, while two people talk."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.world import World


@dataclass(frozen=True)
class Fault:
    """What happens, in words, and how; `short` seconds in `make test`, `long` in `make faults`."""

    name: str
    inflict: Callable[[World, float], Awaitable[None]]
    short: float = 0.0
    long: float = 0.0


async def redis_killed_keeping_its_data(world: World, seconds: float) -> None:
    await world.command_redis("CONFIG", "SET", "appendfsync", "always")
    await world.command_redis("CONFIG", "SET", "appendonly", "yes")
    await asyncio.sleep(0.5)
    world.site.valkey.kill()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(world.site.valkey.start, "--appendonly", "yes", "--appendfsync", "always")


async def redis_killed_losing_its_data(world: World, seconds: float) -> None:
    world.site.valkey.kill()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(world.site.valkey.start)


async def redis_stopped(world: World, seconds: float) -> None:
    await world.pause_redis(seconds)


async def redis_connections_cut(world: World, seconds: float) -> None:
    for _ in range(max(1, int(seconds / 2))):
        world.redis_proxy.cut()
        await asyncio.sleep(world.random.uniform(0.5, 2))


async def redis_far_away(world: World, seconds: float) -> None:
    world.redis_proxy.latency = 0.25  # each way
    await asyncio.sleep(seconds)
    world.redis_proxy.latency = 0


async def redis_in_a_black_hole(world: World, seconds: float) -> None:
    world.redis_proxy.black_hole()
    await asyncio.sleep(seconds)
    world.redis_proxy.heal()


async def redis_out_of_memory(world: World, seconds: float) -> None:
    await world.command_redis("CONFIG", "SET", "maxmemory", "1")
    await asyncio.sleep(seconds)
    await world.command_redis("CONFIG", "SET", "maxmemory", "0")


async def redis_scripts_flushed(world: World, seconds: float) -> None:
    await world.command_redis("SCRIPT", "FLUSH")


async def one_worker_killed(world: World, seconds: float) -> None:
    index = world.random.randrange(2)
    world.kill(index)
    await world.recover()
    await asyncio.sleep(seconds)
    await world.restart(index)


async def both_workers_killed(world: World, seconds: float) -> None:
    for index in (0, 1):
        world.kill(index)
    await asyncio.sleep(seconds)
    for index in (0, 1):
        await world.restart(index)


async def one_worker_told_to_stop(world: World, seconds: float) -> None:
    index = world.random.randrange(2)
    world.kill(index, signal.SIGTERM)
    await world.recover()
    code = await asyncio.to_thread(world.site.servers[index].process.wait, 10)
    assert code == 0, f"the process ended with {code}"
    await world.restart(index)


async def one_worker_stalled(world: World, seconds: float) -> None:
    """The event loop stands still: longer than a lease, somebody else has dealt with its seats when it wakes."""
    index = world.random.randrange(2)
    world.kill(index, signal.SIGSTOP)
    await asyncio.sleep(seconds)
    world.kill(index, signal.SIGCONT)


async def clients_cut(world: World, seconds: float) -> None:
    for _ in range(10):
        world.random.choice(world.client_proxies).cut()
        await asyncio.sleep(world.random.uniform(0.02, seconds / 5))


async def clients_half_closed(world: World, seconds: float) -> None:
    for proxy in world.client_proxies:
        proxy.half_close()


async def clients_in_a_black_hole(world: World, seconds: float) -> None:
    """A half-open line: neither side is told anything."""
    proxy = world.random.choice(world.client_proxies)
    proxy.black_hole()
    await asyncio.sleep(seconds)
    proxy.cut()
    proxy.heal()


async def networks_changed(world: World, seconds: float) -> None:
    """A message half on the way when the address changes: the line is cut, the next one is slow."""
    for proxy in world.client_proxies:
        proxy.latency = 0.1
    await asyncio.sleep(0.15)
    for proxy in world.client_proxies:
        proxy.cut()
        proxy.latency = 0.2
    await asyncio.sleep(seconds)
    for proxy in world.client_proxies:
        proxy.latency = 0


async def a_reader_gets_slow(world: World, seconds: float) -> None:
    proxy = world.random.choice(world.client_proxies)
    proxy.bytes_a_second = 200
    await asyncio.sleep(seconds)
    proxy.bytes_a_second = None


FAULTS = [
    Fault("Redis killed, restarted with its data", redis_killed_keeping_its_data, 1, 5),
    Fault("Redis killed, restarted empty", redis_killed_losing_its_data, 1, 5),
    Fault("Redis stopped", redis_stopped, 4, 60),
    Fault("connections to Redis cut every 2 s", redis_connections_cut, 3, 60),
    Fault("500 ms to Redis and back", redis_far_away, 2, 10),
    Fault("Redis in a black hole", redis_in_a_black_hole, 6, 15),
    Fault("Redis out of memory", redis_out_of_memory, 1, 5),
    Fault("Redis forgot the scripts", redis_scripts_flushed),
    Fault("one member's worker killed (-9)", one_worker_killed, 0.2, 2),
    Fault("both members' workers killed (-9)", both_workers_killed, 0.2, 2),
    Fault("one worker told to stop (SIGTERM)", one_worker_told_to_stop),
    Fault("one worker stalled", one_worker_stalled, 3, 16),
    Fault("clients' connections cut at random", clients_cut, 1, 2),
    Fault("clients' connections half-closed", clients_half_closed),
    Fault("one client's line half-open", clients_in_a_black_hole, 2, 25),
    Fault("networks changed in mid-message", networks_changed, 1, 5),
    Fault("a reader takes 200 bytes a second", a_reader_gets_slow, 2, 30),
]
