"""Going down in order: everybody is told, nothing in flight is cut off, and the process ends.

A server calls `listen` when it starts and `drain` before it closes its ports. `order` makes every process of the site do so,
after telling everybody how long they have.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import weakref
from typing import Protocol

from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from chat.realtime import broker
from chat.realtime.layer import ProcessChannelLayer

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 6.0  # of the ten in which a process has to end; the rest is the server's own
PROCESSES = "processes"  # the group that every server process is a member of


class Socket(Protocol):
    """What has to be told."""

    async def retire(self) -> None:
        """Say that the process goes, and close."""

    async def notify(self, text: str, seconds: int) -> None:
        """Say that the site stops in so many seconds."""


_open: weakref.WeakSet[Socket] = weakref.WeakSet()
_draining = False
_all_gone = asyncio.Event()


def enlist(socket: Socket) -> None:
    """A socket opened."""
    _open.add(socket)


def strike_off(socket: Socket) -> None:
    """A socket is gone, and whatever had to be done for it is done."""
    _open.discard(socket)
    if _draining and not _open:
        _all_gone.set()


def count() -> int:
    """How many sockets are open."""
    return len(_open)


def is_draining() -> bool:
    """Whether new sockets are refused."""
    return _draining


async def drain() -> None:
    """Refuse new sockets, tell every open one, and wait until they are gone, but not for ever."""
    global _draining  # noqa: PLW0603 - a process goes down once
    _draining = True
    sockets = list(_open)
    if sockets:
        logger.info("Going down: telling %d sockets", len(sockets))
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            await asyncio.gather(*(socket.retire() for socket in sockets), return_exceptions=True)
            if _open:
                await _all_gone.wait()
    except TimeoutError:
        logger.warning("Going down: %d sockets did not go by themselves", len(_open))


async def order(text: str, seconds: int) -> int:
    """Tell every process of the site to say so to everybody and to end after so many seconds; return how many heard."""
    async with broker.one_off() as redis:
        return await ProcessChannelLayer.publish_to_group(redis, PROCESSES, {"text": text, "seconds": seconds})


async def listen() -> None:
    """Wait for an order and carry it out; runs as long as the process."""
    layer = get_channel_layer()
    channel = await layer.new_channel("process")
    while True:
        try:
            await layer.group_add(PROCESSES, channel)
            break
        except RedisError:
            await asyncio.sleep(1)
    message = await layer.receive(channel)
    text, seconds = message["text"], message["seconds"]
    logger.info("Ordered to go down in %d s", seconds)
    await asyncio.gather(*(socket.notify(text, seconds) for socket in list(_open)), return_exceptions=True)
    await asyncio.sleep(seconds)
    os.kill(os.getpid(), signal.SIGTERM)
