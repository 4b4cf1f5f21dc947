"""Where the rules are tried without any server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from tests.site import Valkey
from tests.town import Town


@pytest.fixture
async def town(valkey: Valkey) -> AsyncIterator[Town]:
    async with Redis.from_url(valkey.url, max_connections=5_000) as redis:  # one for each window
        await redis.flushall()
        town = Town(redis)
        yield town
        await town.close()
