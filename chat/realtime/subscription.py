"""One pub/sub connection to Redis that comes back by itself: a process has one, however many sockets it serves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from redis.asyncio.client import PubSub
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from chat.realtime import broker

logger = logging.getLogger(__name__)

SILENCE_SECONDS = 4.0  # then Redis is asked whether it is there, and has as long again to answer
BACKOFF_SECONDS = (0.1, 2.0)  # first and longest pause before connecting again
CONFIRM_SECONDS = 4.0  # how long `want` waits for Redis to confirm


class Subscription:
    """Delivers what is published under the wanted names; runs `on_return` after each connection that was lost."""

    def __init__(self, deliver: Callable[[str, bytes], None]) -> None:
        self._deliver = deliver
        self._confirmed: dict[str, asyncio.Event] = {}
        self._pubsub: PubSub | None = None
        self._reader: asyncio.Task[None] | None = None
        self.on_return: list[Callable[[], None]] = []

    async def want(self, name: str) -> None:
        """Deliver what is published under `name` from when this returns; raises RedisError if Redis does not answer."""
        if name not in self._confirmed:
            self._confirmed[name] = asyncio.Event()
            if self._reader is None:
                self._reader = asyncio.create_task(self._read_for_ever())
            elif self._pubsub is not None:
                # Where this fails, the reader notices too, and subscribes to everything again.
                with contextlib.suppress(RedisError, OSError):
                    await self._pubsub.subscribe(name)
        try:
            await asyncio.wait_for(self._confirmed[name].wait(), CONFIRM_SECONDS)
        except TimeoutError:
            raise RedisTimeoutError("Redis did not confirm a subscription") from None

    async def drop(self, name: str) -> None:
        """Deliver nothing under `name` any more."""
        if self._confirmed.pop(name, None) and self._pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._pubsub.unsubscribe(name)

    async def close(self) -> None:
        """End the connection; a later `want` begins a new one."""
        self._confirmed.clear()
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
            self._reader = None

    async def _read_for_ever(self) -> None:
        first, longest = BACKOFF_SECONDS
        pause, lost = first, False
        while True:
            try:
                await self._read_one_connection(lost)
            except (RedisError, OSError) as error:
                if self._pubsub is not None or not lost:
                    logger.warning("The subscription to Redis is lost: %s", type(error).__name__)
                pause = first if self._pubsub is not None else min(pause * 2, longest)
                lost = True
            finally:
                self._pubsub = None
                for confirmed in self._confirmed.values():
                    confirmed.clear()
            await asyncio.sleep(pause)

    async def _read_one_connection(self, after_loss: bool) -> None:
        async with broker.one_off(for_ever=True) as redis, redis.pubsub() as pubsub:
            names = set(self._confirmed)
            await pubsub.subscribe(*names)
            self._pubsub = pubsub  # from here on `want` subscribes by itself
            if wanted_meanwhile := self._confirmed.keys() - names:
                await pubsub.subscribe(*wanted_meanwhile)
            if after_loss:
                logger.info("The subscription to Redis is back")
                for hook in self.on_return:
                    hook()
            while True:
                await self._expect(pubsub)

    async def _expect(self, pubsub: PubSub) -> None:
        """Wait for the next message and deliver it; raises where Redis is silent even when asked."""
        message = await pubsub.get_message(timeout=SILENCE_SECONDS)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=SILENCE_SECONDS)
            if message is None:
                raise RedisTimeoutError("Redis is silent")
        if message["type"] == "message":
            self._deliver(message["channel"].decode(), message["data"])
        elif message["type"] == "subscribe" and (confirmed := self._confirmed.get(message["channel"].decode())):
            confirmed.set()
