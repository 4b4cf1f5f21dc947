"""A room's log in the database: the truth of what was said there, and in which order.

`seq` is one order of all that happens in a room: a message takes the next one, and so does an edit or a deletion, which the
message remembers as `changed`. Whoever writes locks the room's row first and keeps it until the commit, so that seqs become
visible in their own order, without a gap, whichever process writes.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from chat.models import User
from chat.rooms import membership
from chat.rooms.frames import News, change_frame, message_frame, time
from chat.rooms.models import Room, RoomMessage, SenderCount
from chat.rooms.protocol import Refusal


@dataclass(frozen=True)
class Append:
    """User `user` says something; `n` is their count in this room and window."""

    room: int
    user: int
    window: str
    n: int
    text: str
    is_action: bool = False


@dataclass(frozen=True)
class Edit:
    """Message `of` shall read like this."""

    room: int
    user: int
    of: int
    text: str


@dataclass(frozen=True)
class Delete:
    """Message `of` shall lose its text."""

    room: int
    user: int
    of: int


Change = Append | Edit | Delete


@dataclass(frozen=True)
class Stored:
    """A change and its place; `news` is what everybody has to be told, None where that was done when it came first."""

    seq: int
    at: str
    news: News | None


def write(changes: list[Change]) -> list[Stored | Refusal]:
    """Write these changes in one transaction; return for each its place, or why it was refused.

    Doing it twice is safe: a message that is stored is not stored again, and its answer is the same.
    """
    outcomes: dict[int, Stored | Refusal] = {}
    with transaction.atomic():
        for room in sorted({change.room for change in changes}):  # so no two writers wait for each other
            mine = {number: change for number, change in enumerate(changes) if change.room == room}
            outcomes |= _write_to(room, mine)
    return [outcomes[number] for number in range(len(changes))]


def _write_to(room: int, changes: dict[int, Change]) -> dict[int, Stored | Refusal]:
    locked = Room.objects.select_for_update().filter(pk=room, closed=None).first()
    if locked is None:
        return {number: Refusal("not_allowed") for number in changes}
    pen = _Pen(locked, list(changes.values()))
    outcomes: dict[int, Stored | Refusal] = {}
    for number, change in changes.items():
        try:
            outcomes[number] = pen.write(change)
        except Refusal as refusal:
            outcomes[number] = refusal
    pen.lay_down()
    return outcomes


class _Pen:
    """What is written to one room in one transaction, while its row is locked."""

    def __init__(self, room: Room, changes: list[Change]) -> None:
        self.room, self.seq = room, room.seq
        self.now = _now()
        self.users = User.objects.filter(is_active=True).in_bulk({change.user for change in changes})
        self.standings = membership.standings(room, self.users.values())
        self.counts = _counts(room, [change for change in changes if isinstance(change, Append)])
        self.older = _messages(room, {change.of for change in changes if not isinstance(change, Append)})
        self.added: list[RoomMessage] = []
        self.counted: set[tuple[int, str]] = set()
        self.altered: set[int] = set()

    def write(self, change: Change) -> Stored:
        """Write one change; raises `Refusal`."""
        standing = self.standings.get(change.user)
        if standing is None:
            raise Refusal("not_allowed")
        if isinstance(change, Append):
            return self._append(change, standing)
        message = self.older.get(change.of)
        is_theirs = message is not None and message.author_id == change.user
        if isinstance(change, Delete) and message and (is_theirs or standing.keeps_order):
            return self._delete(message)
        if isinstance(change, Edit) and message and is_theirs and not message.is_deleted:
            return self._edit(message, change.text, standing)
        raise Refusal("no_message")

    def _append(self, change: Append, standing: membership.Standing) -> Stored:
        who = (change.user, change.window)
        last = self.counts.get(who, 0)
        if change.n <= last:
            return self._again(change, last + 1)
        if change.n > last + 1:
            raise Refusal("out_of_order", expected=last + 1)
        if standing.is_muted:
            raise Refusal("muted")
        message = RoomMessage(
            room=self.room, author=self.users[change.user], window=change.window, n=change.n, text=change.text,
            is_action=change.is_action, seq=self._next(), changed=self.seq, sent_at=self.now,
        )  # fmt: skip
        self.counts[who] = change.n
        self.counted.add(who)
        self.added.append(message)
        return Stored(message.seq, time(self.now), message_frame(message))

    def _again(self, change: Append, expected: int) -> Stored:
        """A count that was used: by this very message, whose answer was lost, or by another window of the same name."""
        before = self._stored(change)
        if before is None or (before.text != change.text and before.changed == before.seq):
            raise Refusal("out_of_order", expected=expected)
        return Stored(before.seq, time(before.sent_at), None)

    def _stored(self, change: Append) -> RoomMessage | None:
        key = (change.user, change.window, change.n)
        for message in self.added:
            if (message.author_id, message.window, message.n) == key:
                return message
        mine = RoomMessage.objects.filter(room=self.room, author=change.user, window=change.window)
        return mine.filter(n=change.n).first()

    def _edit(self, message: RoomMessage, text: str, standing: membership.Standing) -> Stored:
        if standing.is_muted:
            raise Refusal("muted")
        message.text, message.edited_at = text, self.now
        return self._alter(message)

    def _delete(self, message: RoomMessage) -> Stored:
        if message.is_deleted:
            return Stored(message.changed, time(self.now), None)
        message.text, message.is_deleted = "", True
        return self._alter(message)

    def _alter(self, message: RoomMessage) -> Stored:
        message.changed = self._next()
        self.altered.add(message.seq)
        return Stored(message.changed, time(self.now), change_frame(message))

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def lay_down(self) -> None:
        """Bring everything to the database."""
        if self.seq == self.room.seq:
            return
        RoomMessage.objects.bulk_create(self.added)
        altered = [self.older[seq] for seq in self.altered]
        RoomMessage.objects.bulk_update(altered, ["text", "changed", "edited_at", "is_deleted"])
        counts = [
            SenderCount(room=self.room, user_id=user, window=window, n=self.counts[user, window], used=self.now)
            for user, window in self.counted
        ]
        SenderCount.objects.bulk_create(
            counts, update_conflicts=True, unique_fields=["room", "user", "window"], update_fields=["n", "used"]
        )
        Room.objects.filter(pk=self.room.pk).update(seq=self.seq)


def _counts(room: Room, appends: list[Append]) -> dict[tuple[int, str], int]:
    """How far each of these windows has counted."""
    users, windows = {change.user for change in appends}, {change.window for change in appends}
    found = SenderCount.objects.filter(room=room, user__in=users, window__in=windows)
    counts = {(each.user_id, each.window): each.n for each in found}
    if {(change.user, change.window) for change in appends} - counts.keys():
        # A count that was forgotten while its messages are still here.
        messages = RoomMessage.objects.filter(room=room, author__in=users, window__in=windows)
        for user, window, n in messages.values_list("author", "window").annotate(Max("n")).order_by():
            counts.setdefault((user, window), n)
    return counts


def _messages(room: Room, seqs: set[int]) -> dict[int, RoomMessage]:
    found = RoomMessage.objects.filter(room=room, seq__in=seqs) if seqs else []
    return {message.seq: message for message in found}


def _now() -> datetime.datetime:
    """The moment, as exactly as it is told to clients."""
    now = timezone.now()
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
