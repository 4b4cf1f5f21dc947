"""Whatever a user chooses about the seat beside them, or about their name, holds at once, also where they are waiting already."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from chat.errands import after_commit
from chat.models import Block, User

CHOICES = {"ask_first", "do_not_disturb"}


@receiver(post_save, sender=User)
def door_changed(instance: User, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Saved with what changed named in `update_fields`, as the forms of the pages do."""
    if not created and update_fields and "name" in update_fields:
        after_commit(lambda pairing: pairing.rename(instance.pk, instance.display_name))
    if not created and update_fields and CHOICES & update_fields:
        user, ask_first, do_not_disturb = instance.pk, instance.ask_first, instance.do_not_disturb
        after_commit(lambda pairing: pairing.tell_door(user, ask_first=ask_first, do_not_disturb=do_not_disturb))


@receiver(post_save, sender=Block)
def blocked(instance: Block, created: bool, **kwargs: Any) -> None:
    """The two are parted, if they are together."""
    after_commit(lambda pairing: pairing.block(instance.owner_id, instance.blocked_id))
