"""What pages tell the sockets of rooms, so that these look at once.

A hint carries nothing that is not in the database, and may be lost: every process looks there each second anyway.

The group `room.<id>` hears `{"type": "room.changed"}`. The group `rooms` hears `{"type": "person.changed", "user": id}` and
`{"type": "login.ended", "user": id, "login": name}`; an empty name stands for all of that user's logins.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.dispatch import receiver
from redis.asyncio import Redis

from chat.errands import after_commit
from chat.realtime.layer import ProcessChannelLayer
from chat.rooms.models import Room, rooms_changed

EVERYWHERE = "rooms"  # the group of every process that has sockets of rooms


def group_of(room: int) -> str:
    """Return the group of those who are in this room."""
    return f"room.{room}"


async def tell_person_changed(redis: Redis, user: int) -> None:
    """Somebody has another display name, or is shown or not shown any more."""
    await _publish(redis, EVERYWHERE, {"type": "person.changed", "user": user})


async def tell_login_ended(redis: Redis, user: int, login: str = "") -> None:
    """This login has ended, or all of this user's."""
    await _publish(redis, EVERYWHERE, {"type": "login.ended", "user": user, "login": login})


@receiver(rooms_changed, sender=Room)
def tell_rooms_changed(rooms: Iterable[int], **kwargs: Any) -> None:
    """In the transaction that changed them."""
    after_commit(lambda redis: _look(redis, rooms))


async def _look(redis: Redis, rooms: Iterable[int]) -> None:
    for room in rooms:
        await _publish(redis, group_of(room), {"type": "room.changed"})


async def _publish(redis: Redis, group: str, hint: dict[str, object]) -> None:
    await ProcessChannelLayer.publish_to_group(redis, group, hint)
