"""What a page has to tell the sockets, once what it changed in the database is certain."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial

from asgiref.sync import async_to_sync
from django.db import transaction
from redis.asyncio import Redis
from redis.exceptions import RedisError

from chat.realtime import broker

logger = logging.getLogger(__name__)

Errand = Callable[[Redis], Awaitable[object]]


def after_commit(errand: Errand) -> None:
    """Run the errand after the transaction, if there is one; where Redis is away it is lost, and that is in the log.

    Nothing depends on it for good: logins are checked again, whoever joins is judged by what the database says, and rooms look
    there every second.
    """
    transaction.on_commit(partial(_run, errand))


def _run(errand: Errand) -> None:
    try:
        async_to_sync(_with_redis)(errand)
    except RedisError as error:
        logger.error("Redis did not take what a page changed: %s", type(error).__name__)


async def _with_redis(errand: Errand) -> None:
    async with broker.one_off() as redis:
        await errand(redis)
