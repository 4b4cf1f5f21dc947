"""The way to Redis: one pipeline for each event loop, because a connection belongs to the loop it was made in."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from django.conf import settings
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError  # noqa: A004 - redis-py's name

from chat.realtime import sentinel
from chat.realtime.pipeline import Pipeline

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 4.0  # a script takes under a millisecond; past this, Redis or the way to it is gone

_pipelines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Pipeline] = weakref.WeakKeyDictionary()


def client() -> Pipeline:
    """Return the running loop's pipeline, made on first use."""
    loop = asyncio.get_running_loop()
    if loop not in _pipelines:
        # The pipeline itself tries again; RESP3 brings what is published over the same line as the answers.
        pool = _client(Retry(NoBackoff(), 0), protocol=3).connection_pool
        _pipelines[loop] = Pipeline(pool.make_connection)
    return _pipelines[loop]


@asynccontextmanager
async def one_off() -> AsyncIterator[Redis]:
    """A client for one errand, such as in a view's thread, whose loop ends with it."""
    # Every script may be sent twice: a repeated join or leave answers the same again. A Redis that is silent is not asked
    # again, or its silence would last three times as long for whoever waits.
    redis = _client(Retry(ExponentialBackoff(cap=0.2, base=0.02), 2, supported_errors=(ConnectionError,)))
    try:
        yield redis
    finally:
        await redis.aclose()


def _client(retry: Retry, **options: Any) -> Redis:
    options |= {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": ANSWER_SECONDS, "retry": retry}
    if sentinel.is_sentinel(settings.REDIS_URL):
        return sentinel.async_client(settings.REDIS_URL, **options)
    return Redis.from_pool(BlockingConnectionPool.from_url(settings.REDIS_URL, timeout=ANSWER_SECONDS, **options))
