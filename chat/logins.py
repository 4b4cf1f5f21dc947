"""Whatever ends a login ends its sockets: logging out here or there, a new password, an account disabled or deleted."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from redis.exceptions import RedisError

from chat.models import PushSubscription, User
from chat.pairs.pairing import Pairing
from chat.realtime import broker
from chat.realtime.login import login_name

logger = logging.getLogger(__name__)


@receiver(post_delete, sender=Session)
def login_ended(instance: Session, **kwargs: Any) -> None:
    """Logged out, ended from the list of login sessions, or a new key after a password change."""
    user = instance.get_decoded().get(SESSION_KEY)
    if user is not None:
        _after_commit(lambda pairing: pairing.log_out(int(user), login_name(instance.session_key)))


@receiver(post_save, sender=User)
def credentials_changed(instance: User, created: bool, **kwargs: Any) -> None:
    """A new password or a disabled account ends every login of the user; a new token only has to be told."""
    if created:
        return
    if instance.take_credentials_change():
        PushSubscription.objects.filter(user=instance).delete()
        _after_commit(lambda pairing: pairing.log_out(instance.pk))
    if kwargs["update_fields"] and "token" in kwargs["update_fields"]:
        _after_commit(lambda pairing: pairing.tell_token(instance.pk, instance.token))


@receiver(post_delete, sender=User)
def account_deleted(instance: User, **kwargs: Any) -> None:
    """Nobody is left to log in."""
    user = instance.pk
    _after_commit(lambda pairing: pairing.log_out(user))


def _after_commit(errand: Callable[[Pairing], Awaitable[None]]) -> None:
    transaction.on_commit(partial(_run, errand))


def _run(errand: Callable[[Pairing], Awaitable[None]]) -> None:
    try:
        async_to_sync(_with_pairing)(errand)
    except RedisError as error:
        # The login is over all the same; the sockets learn it when their logins are checked again.
        logger.error("Redis did not take the end of a login: %s", type(error).__name__)


async def _with_pairing(errand: Callable[[Pairing], Awaitable[None]]) -> None:
    async with broker.one_off() as redis:
        await errand(Pairing(redis))
