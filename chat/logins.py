"""Whatever ends a login ends its sockets: logging out here or there, a new password, an account disabled or deleted."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from redis.asyncio import Redis

from chat.errands import after_commit
from chat.models import PushSubscription, User
from chat.pairs.pairing import Pairing
from chat.realtime.login import login_name
from chat.rooms.changes import tell_login_ended


@receiver(post_delete, sender=Session)
def login_ended(instance: Session, **kwargs: Any) -> None:
    """Logged out, ended from the list of login sessions, or a new key after a password change."""
    user = instance.get_decoded().get(SESSION_KEY)
    if user is not None:
        _end_sockets(int(user), login_name(instance.session_key))


@receiver(post_save, sender=User)
def credentials_changed(instance: User, created: bool, **kwargs: Any) -> None:
    """A new password or a disabled account ends every login of the user; a new token only has to be told."""
    if created:
        return
    if instance.take_credentials_change():
        PushSubscription.objects.filter(user=instance).delete()
        _end_sockets(instance.pk)
    if kwargs["update_fields"] and "token" in kwargs["update_fields"]:
        after_commit(lambda redis: Pairing(redis).tell_token(instance.pk, instance.token))


@receiver(post_delete, sender=User)
def account_deleted(instance: User, **kwargs: Any) -> None:
    """Nobody is left to log in."""
    _end_sockets(instance.pk)


def _end_sockets(user: int, login: str = "") -> None:
    """Those of one login, or all of this user's."""

    async def errand(redis: Redis) -> None:
        await Pairing(redis).log_out(user, login)
        await tell_login_ended(redis, user, login)

    after_commit(errand)
