"""Whatever an owner chooses about the seat beside them is told to their socket at once."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from chat.errands import after_commit
from chat.models import User

CHOICES = {"ask_first"}


@receiver(post_save, sender=User)
def door_changed(instance: User, created: bool, update_fields: frozenset[str] | None = None, **kwargs: Any) -> None:
    """Saved with the choices named in `update_fields`, as `choose` does."""
    if not created and update_fields and CHOICES & update_fields:
        after_commit(lambda pairing: pairing.tell_door(instance.pk, ask_first=instance.ask_first))
