"""Reading a room's log: its end, a page of it, and what happened since somebody was last told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Max, QuerySet

from chat.rooms.frames import News, change_frame, message_frame
from chat.rooms.models import Room, RoomMessage, SenderCount
from chat.rooms.protocol import PAGE, Message

PIECE = 50  # that happened, read at once
PAGE_CHARACTERS = 100_000  # of the texts of one page: it goes out in one frame


class NoRoom(Exception):
    """There is no such room, or not any more, or not for this user."""


@dataclass(frozen=True)
class Head:
    """How far a room's log goes, and which revision its members and rights have."""

    seq: int
    revision: int


@dataclass(frozen=True)
class Page:
    """Messages, the oldest first, of a log that ended at `seq` then; `more` whether there are older ones."""

    messages: list[Message]
    more: bool
    seq: int


@dataclass(frozen=True)
class Piece:
    """What happened, by its place; with it, all is known up to `seq`."""

    news: list[News]
    seq: int


def heads(rooms: Iterable[int]) -> dict[int, Head]:
    """Return the heads of those of these rooms that there are."""
    found = Room.objects.filter(pk__in=list(rooms)).order_by().values_list("pk", "seq", "revision")
    return {room: Head(seq, revision) for room, seq, revision in found}


def counted(room: int, user: int, window: str) -> int:
    """Return how far this user has counted in this room and window."""
    count = SenderCount.objects.filter(room=room, user=user, window=window).values_list("n", flat=True).first()
    if count is None:  # or it was forgotten, as that of a window that said nothing for long
        mine = RoomMessage.objects.filter(room=room, author=user, window=window)
        count = mine.aggregate(last=Max("n"))["last"]
    return count or 0


def page(room: int, before: int | None = None) -> Page:
    """Return the messages before this one, or the last ones: `PAGE` of them, or fewer where they are long; raises `NoRoom`."""
    seq = _end(room)
    found = _messages(room).filter(seq__lt=seq + 1 if before is None else before).order_by("-seq")
    messages: list[Message] = []
    characters, more = 0, False
    for message in found[: PAGE + 1]:
        characters += len(message.text)
        more = len(messages) == PAGE or (characters > PAGE_CHARACTERS and bool(messages))
        if more:
            break
        messages.append(message_frame(message))
    return Page(messages[::-1], more, seq)


def piece(room: int, after: int, up_to: int) -> Piece:
    """Return what happened after `after`, at most `PIECE` of it and nothing after `up_to`, which must be in the log.

    What happened to a message comes after it, though it is sent as it is now. Of several edits there is only the last.
    """
    said = _messages(room).filter(seq__gt=after, seq__lte=up_to).order_by("seq")[: PIECE + 1]
    changed = _messages(room).filter(changed__gt=after, changed__lte=up_to).exclude(changed=F("seq"))
    news: list[News] = [message_frame(message) for message in said]
    news += [change_frame(message) for message in changed.order_by("changed")[: PIECE + 1]]
    news.sort(key=lambda each: each.seq)
    is_all = len(news) <= PIECE
    return Piece(news[:PIECE], up_to if is_all else news[PIECE - 1].seq)


def reaches_back_to(room: int, seq: int) -> bool:
    """Whether nothing that was said after `seq` was forgotten since; raises `NoRoom`."""
    head = _end(room)
    first = RoomMessage.objects.filter(room=room).order_by("seq").values_list("seq", flat=True).first()
    return seq >= head or (first is not None and first <= seq + 1)


def _end(room: int) -> int:
    seq = Room.objects.filter(pk=room).values_list("seq", flat=True).first()
    if seq is None:
        raise NoRoom
    return seq


def _messages(room: int) -> QuerySet[RoomMessage]:
    authors = RoomMessage.objects.filter(room=room).select_related("author")
    return authors.only("seq", "changed", "text", "is_action", "is_deleted", "sent_at", "edited_at", *_AUTHOR)


_AUTHOR = ("author__username", "author__name")
