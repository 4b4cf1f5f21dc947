"""What the database knows of a room, as clients are told it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from chat.rooms import protocol
from chat.rooms.membership import Standing
from chat.rooms.models import RoomMessage
from chat.wire import Person, timestamp

if TYPE_CHECKING:
    from chat.models import User

News = protocol.Message | protocol.Edited | protocol.Deleted  # what has a place in the log


def time(moment: datetime.datetime) -> str:
    """Return a moment of the database as it is written in frames."""
    return timestamp(round(moment.timestamp() * 1000))


def person_frame(user: User) -> Person:
    """Return how this user is shown to others."""
    return Person(user.username, user.display_name)


def room_frame(standing: Standing) -> protocol.RoomState:
    """Return the room as somebody who stands there so sees it."""
    room, muted_until = standing.room, standing.muted_until
    return protocol.RoomState(
        slug=room.slug,
        name=room.name,
        topic=room.topic,
        is_lobby=room.is_lobby,
        is_open=room.is_open,
        retention_days=room.retention_days,
        role=standing.role,  # type: ignore[arg-type]  # the choices of the model are the words of the protocol
        muted_until=time(muted_until) if standing.is_muted and muted_until else None,
    )


def message_frame(message: RoomMessage) -> protocol.Message:
    """Return the frame of a message as it is now."""
    return protocol.Message(
        seq=message.seq,
        author=person_frame(message.author) if message.author else None,
        text=message.text,
        action=message.is_action,
        sent_at=time(message.sent_at),
        edited=message.edited_at is not None and not message.is_deleted,
        deleted=message.is_deleted,
    )


def change_frame(message: RoomMessage) -> protocol.Edited | protocol.Deleted:
    """Return the frame of what happened to a message last."""
    if message.is_deleted or message.edited_at is None:
        return protocol.Deleted(message.changed, message.seq)
    return protocol.Edited(message.changed, message.seq, message.text, time(message.edited_at))
