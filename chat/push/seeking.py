"""Somebody comes with the token of a person who is not here: tell that person's devices, if they want that.

At most once in ten minutes for each owner, so that a token in the wrong hands is no bell to ring all night.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.utils import translation
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from chat.models import PushSubscription
from chat.pairs.protocol import Refusal
from chat.push import message
from chat.push.delivery import NotDelivered, post

logger = logging.getLogger(__name__)

EVERY = 600  # seconds
PATIENCE = 4.0  # seconds that whoever came is kept waiting for the push service
ALL_DEVICES = 6.0  # seconds for all devices of one owner
THREADS, MOST_WAITING = 4, 100
GONE = (404, 410)  # the browser has given up this subscription

T = TypeVar("T")

_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="push")
_waiting: set[asyncio.Future[bool]] = set()


async def announced(owner: int, joining: Awaitable[T]) -> T:
    """Return what `joining` returns. Where it is refused because the owner is not here, tell the owner's devices first."""
    try:
        return await joining
    except Refusal as refusal:
        if refusal.code == "partner_offline":
            refusal.notified = await _told(owner)
        raise


async def _told(owner: int) -> bool:
    """Whether a device of the owner has been told, now or a while ago; False where nobody can say so in time."""
    if len(_waiting) >= MOST_WAITING:
        return False
    telling = asyncio.get_running_loop().run_in_executor(_threads, _tell, owner)
    _waiting.add(telling)
    telling.add_done_callback(_waiting.discard)
    try:
        return await asyncio.wait_for(asyncio.shield(telling), PATIENCE)
    except TimeoutError:
        return False


def _tell(owner: int) -> bool:
    try:
        return _tell_devices(owner)
    except (DatabaseError, InterfaceError, RedisError) as error:
        logger.warning("An owner could not be told: %s", type(error).__name__)
        return False
    finally:
        connection.close()  # of this thread, which may not be needed again for days


def _tell_devices(owner: int) -> bool:
    devices = list(PushSubscription.alive().filter(user=owner))
    key = f"push:{owner}"
    if not devices:
        return False
    if settings.RATE_LIMITS and not cache.add(key, False, EVERY):
        return bool(cache.get(key))
    until = time.monotonic() + ALL_DEVICES
    told = [_deliver(device) for device in devices if time.monotonic() < until]
    cache.set(key, any(told), EVERY)
    return any(told)


def _deliver(device: PushSubscription) -> bool:
    key = message.private_key(settings.PUSH_KEY)
    body = message.encrypt(_words(device.language), message.decode(device.p256dh), message.decode(device.auth))
    headers = {
        "Authorization": message.authorization(device.endpoint, settings.PUSH_CONTACT, key),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(EVERY),
        "Topic": "sought",  # a later one takes the place of one that still waits
        "Urgency": "high",
    }
    try:
        status = post(device.endpoint, headers, body)
    except NotDelivered as error:
        logger.warning("A push service was not reached: %s", error)
        return False
    if status in GONE:
        device.delete()
    elif status >= 300:
        logger.warning("A push service answered %d.", status)
    return status < 300


def _words(language: str) -> bytes:
    """The same for everybody who reads this language: the device may be on a table that others look at."""
    with translation.override(language):
        words = {
            "title": _("Somebody with your token is here"),
            "body": _("Open Tandem, and they can join you."),
            "lang": language,
            "dir": "rtl" if get_language_bidi() else "ltr",
        }
    return json.dumps(words).encode()
