"""The way to Redis: one client for each event loop, because an async client belongs to the loop it was made in."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's name

from chat.realtime import sentinel

CONNECTIONS = 16  # at once from one process; more only make Redis switch between them
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 4.0  # a script takes under a millisecond; past this, Redis or the way to it is gone

_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = weakref.WeakKeyDictionary()


def client() -> Redis:
    """Return the running loop's client, made on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = _make()
    return _clients[loop]


@asynccontextmanager
async def one_off(*, for_ever: bool = False) -> AsyncIterator[Redis]:
    """A client for one errand, such as in a view's thread, or for one subscription, which waits `for_ever`.

    A subscription is never retried behind its owner's back: whoever misses events has to know.
    """
    redis = _make(answer_seconds=None, retries=0) if for_ever else _make()
    try:
        yield redis
    finally:
        await redis.aclose()


def _make(answer_seconds: float | None = ANSWER_SECONDS, retries: int = 2) -> Redis:
    options: dict[str, Any] = {
        "max_connections": CONNECTIONS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": answer_seconds,
        # Every script may be sent twice: a repeated `n`, join or leave answers the same again. A Redis that is silent is
        # not asked again, or its silence would last three times as long for whoever waits.
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.02), retries, supported_errors=(ConnectionError,)),
    }
    if sentinel.is_sentinel(settings.REDIS_URL):
        return sentinel.async_client(settings.REDIS_URL, **options)
    return Redis.from_pool(BlockingConnectionPool.from_url(settings.REDIS_URL, timeout=ANSWER_SECONDS, **options))
