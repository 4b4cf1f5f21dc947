"""Messages lose their text: those of an account that ends, and what the administrator takes away.

They keep their place, and each loss takes a place of its own in the room's log, so that whoever is there or comes later hears
of it like of any deletion. The log's own verbs are in log.py; here is what nobody does over a socket.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver

from chat.models import User
from chat.rooms import membership
from chat.rooms.models import Room, RoomMessage, rooms_changed

_AT_ONCE = 500  # messages in one statement


@receiver(pre_delete, sender=User)
def forget_what_they_said(instance: User, **kwargs: Any) -> None:
    """An account ends, on its owner's page or by staff: nothing of what they said stays."""
    # Whoever is writing in this person's name now is done before this, or comes too late.
    User.objects.select_for_update().filter(pk=instance.pk).first()
    said = RoomMessage.objects.filter(author=instance)
    for room in Room.objects.filter(pk__in=said.values("room")).order_by("pk"):
        erase(room, said)
    said.update(author=None, window="")


@receiver(post_delete, sender=User)
def pass_rooms_on(**kwargs: Any) -> None:
    """By now the rooms they owned have no owner, and whoever ended in the same moment is no member any more."""
    membership.find_heirs()


@transaction.atomic
def erase(room: Room, messages: QuerySet[RoomMessage]) -> int:
    """Take the texts of those of `messages` that are in this room and still have one; return how many those were."""
    seq = Room.objects.select_for_update().get(pk=room.pk).seq
    lost = list(messages.filter(room=room, is_deleted=False).order_by("seq").only("seq"))
    for place, message in enumerate(lost, seq + 1):
        message.changed, message.text, message.is_deleted = place, "", True
    for some in _pieces(lost):
        RoomMessage.objects.bulk_update(some, ["changed", "text", "is_deleted"])
    if lost:
        Room.objects.filter(pk=room.pk).update(seq=F("seq") + len(lost))
        rooms_changed.send(Room, rooms=[room.pk])
    return len(lost)


def _pieces(messages: list[RoomMessage]) -> Iterator[list[RoomMessage]]:
    for start in range(0, len(messages), _AT_ONCE):
        yield messages[start : start + _AT_ONCE]
