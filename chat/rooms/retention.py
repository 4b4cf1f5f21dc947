"""What rooms forget, and when: messages older than the room keeps them, counts of windows long gone, reports long handled.

Each call deletes a small batch, so that nobody who writes waits for it, and can be repeated by any number of processes at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from chat.rooms.models import Report, Room, RoomMessage, SenderCount

BATCH = 500  # rows at a time; deleting them takes 20 to 50 ms on SQLite
COUNT_DAYS = 30  # a window that said nothing for so long begins anew
REPORT_DAYS = 30  # after it was handled: by then whoever asks what became of it has asked


def forget_some(now: datetime | None = None) -> int:
    """Delete at most `BATCH` rows that are older than they may be; return how many there were, 0 where none is left."""
    for old in _old(now or timezone.now()):
        batch = list(old.values_list("pk", flat=True)[:BATCH])
        if batch:
            old.model._default_manager.filter(pk__in=batch).delete()
            return len(batch)
    return 0


def forget_all(now: datetime | None = None) -> int:
    """Delete all that is older than it may be; return how many rows there were."""
    total = 0
    while count := forget_some(now):
        total += count
    return total


def _old(now: datetime) -> Iterator[QuerySet[Any, Any]]:
    yield from _old_messages(now)
    yield SenderCount.objects.filter(used__lt=now - timedelta(days=COUNT_DAYS)).order_by("pk")
    yield Report.objects.filter(handled__lt=now - timedelta(days=REPORT_DAYS)).order_by("pk")


def _old_messages(now: datetime) -> Iterator[QuerySet[RoomMessage]]:
    """Room by room, for there is an index of how old each one's messages are."""
    for days in list(Room.objects.order_by().values_list("retention_days", flat=True).distinct()):
        limit = now - timedelta(days=days)
        old = RoomMessage.objects.filter(room=OuterRef("pk"), sent_at__lt=limit)
        for room in Room.objects.filter(Exists(old), retention_days=days):
            yield RoomMessage.objects.filter(room=room, sent_at__lt=limit).order_by("seq")
