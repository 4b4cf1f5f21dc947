"""Whatever a user chooses about the seat beside them, about their name, or about being shown in rooms, holds at once, also where
they are already."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from chat.errands import after_commit
from chat.models import Block, User
from chat.pairs.pairing import Pairing
from chat.rooms.changes import tell_person_changed

CHOICES = {"ask_first", "do_not_disturb"}
SHOWN = {"name", "is_invisible"}


@receiver(post_save, sender=User)
def door_changed(instance: User, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Saved with what changed named in `update_fields`, as the forms of the pages do."""
    changed = frozenset() if created else update_fields or frozenset()
    user = instance.pk
    if "name" in changed:
        after_commit(lambda redis: Pairing(redis).rename(user, instance.display_name))
    if SHOWN & changed:
        after_commit(lambda redis: tell_person_changed(redis, user))
    if CHOICES & changed:
        ask_first, do_not_disturb = instance.ask_first, instance.do_not_disturb
        after_commit(lambda redis: Pairing(redis).tell_door(user, ask_first=ask_first, do_not_disturb=do_not_disturb))


@receiver(post_save, sender=Block)
def blocked(instance: Block, created: bool, **kwargs: Any) -> None:
    """The two are parted, if they are together."""
    after_commit(lambda redis: Pairing(redis).block(instance.owner_id, instance.blocked_id))
