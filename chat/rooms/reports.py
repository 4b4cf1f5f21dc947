"""The rules of reports: what somebody shows to the administrator, and nothing else. The copies stay when the messages go."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from chat.models import User
from chat.rooms.membership import required
from chat.rooms.models import Report, Room, RoomMessage
from chat.rooms.refusals import Refused

MOST = 20  # messages of one report
SHOWN = 50  # of the last ones, to choose from without a script


def reportable(room: Room, by: User) -> QuerySet[RoomMessage]:
    """Return what others said in the room and has not lost its text, the newest first."""
    said = RoomMessage.objects.filter(room=room, is_deleted=False).exclude(author=by)
    return said.select_related("author").order_by("-seq")


@transaction.atomic
def report(slug: str, by: User, seqs: Iterable[int], reason: str) -> int:
    """Copy these messages for the administrator; return how many. Reporting one again, before it was handled, adds nothing.

    `too_many`, `no_message` where one of them is not there to be seen, `closed` or `not_allowed`.
    """
    mine, wanted = required(slug, by), set(seqs)
    if mine.room.closed:
        raise Refused("closed")
    if len(wanted) > MOST:
        raise Refused("too_many_messages")
    messages = list(reportable(mine.room, by).filter(seq__in=wanted))
    if not messages or len(messages) < len(wanted):
        raise Refused("no_message")
    for message in messages:
        copy = {"author": message.author, "text": message.text, "reason": reason}
        Report.objects.get_or_create(room=mine.room, message=message, reporter=by, handled=None, defaults=copy)
    return len(messages)
