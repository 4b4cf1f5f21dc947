"""What one inbox wants to hear from Redis, over the pipeline of its loop, whatever happens to the line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from redis.exceptions import TimeoutError as RedisTimeoutError

from chat.realtime import broker

CONFIRM_SECONDS = 4.0  # how long `want` waits for Redis to confirm


class Subscription:
    """Delivers what is published under the wanted names; runs `on_return` after each line that was lost."""

    def __init__(self, deliver: Callable[[str, bytes], None]) -> None:
        self._deliver = deliver
        self._confirmed: dict[str, asyncio.Event] = {}
        self._pipeline = broker.client()
        self._pipeline.listeners.append(self)
        self.on_return: list[Callable[[], None]] = []

    async def want(self, name: str) -> None:
        """Deliver what is published under `name` from when this returns; raises RedisError if Redis does not answer."""
        if name not in self._confirmed:
            self._confirmed[name] = asyncio.Event()
            self._pipeline.connect()
            self._pipeline.subscribe([name])
        confirmed = self._confirmed[name]
        if confirmed.is_set():
            return
        try:
            await asyncio.wait_for(confirmed.wait(), CONFIRM_SECONDS)
        except TimeoutError:
            raise RedisTimeoutError("Redis did not confirm a subscription") from None

    def drop(self, name: str) -> None:
        """Deliver nothing under `name` any more."""
        if self._confirmed.pop(name, None):
            self._pipeline.unsubscribe([name])

    def close(self) -> None:
        """Deliver nothing at all; a later `want` begins anew."""
        names = list(self._confirmed)
        self._confirmed.clear()
        self._pipeline.unsubscribe(names)

    def wants(self, name: str) -> bool:
        """Whether `name` is wanted."""
        return name in self._confirmed

    def connected(self, *, after_loss: bool) -> None:
        """Ask a new line for everything, before anything else goes over it."""
        for confirmed in self._confirmed.values():
            confirmed.clear()
        if self._confirmed:
            self._pipeline.subscribe(self._confirmed)
        if after_loss:
            for hook in self.on_return:
                hook()

    def pushed(self, push: list[Any]) -> None:
        """A message, or Redis' word that it listens."""
        kind = push[0]
        if kind not in (b"message", b"subscribe"):
            return
        name = push[1].decode()
        confirmed = self._confirmed.get(name)
        if confirmed is None:
            return
        if kind == b"message":
            self._deliver(name, push[2])
        else:
            confirmed.set()
