"""The rules of invitations into rooms: by an owner or moderator, to a user name; whoever is asked accepts or declines.

Somebody who is blocked by the person they invite sees an invitation that nobody answers: a block is not told
(docs/decisions/0020).
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import User
from chat.rooms.membership import required, somebody_else
from chat.rooms.models import Membership, Room, RoomInvitation
from chat.rooms.refusals import Refused

MOST = 200  # that wait in one room


def waiting_for(user: User) -> QuerySet[RoomInvitation]:
    """Return those that wait for this user's answer, as far as they can see."""
    blocked = user.blocks.values("blocked")
    waiting = user.room_invitations.filter(room__closed=None, by__is_active=True).exclude(by__in=blocked)
    return waiting.select_related("room__owner", "by")


@transaction.atomic
def invite(slug: str, by: User, username: str) -> User:
    """Ask somebody into the room, and return them; whoever was removed may come again by this. Asking twice is asking once.

    `not_allowed`, `closed`, `unknown_user`, `yourself`, `is_member` or `too_many`.
    """
    mine = required(slug, by)
    if not mine.invites:
        raise Refused("not_allowed")
    if mine.room.closed:
        raise Refused("closed")
    person = somebody_else(username, by)
    if Membership.objects.filter(room=mine.room, user=person, removed=None).exists():
        raise Refused("is_member")
    if mine.room.invitations.exclude(user=person).count() >= MOST:
        raise Refused("too_many")
    RoomInvitation.objects.update_or_create(room=mine.room, user=person, defaults={"by": by})
    return person


@transaction.atomic
def take_back(slug: str, by: User, invitation: int) -> None:
    """From now on it cannot be accepted; also one that another moderator made."""
    mine = required(slug, by)
    if not mine.invites:
        raise Refused("not_allowed")
    if not mine.room.invitations.filter(pk=invitation).delete()[0]:
        raise Refused("gone")


@transaction.atomic
def accept(user: User, invitation: int) -> Room:
    """Become a member, and return of what."""
    room = _answered(user, invitation)
    membership, is_new = Membership.objects.get_or_create(room=room, user=user)
    if not is_new and membership.removed:
        membership.removed, membership.since = None, timezone.now()
        membership.save(update_fields=["removed", "since"])
    room.changed()
    return room


@transaction.atomic
def decline(user: User, invitation: int) -> Room:
    """Say no, and return to what."""
    return _answered(user, invitation)


def _answered(user: User, invitation: int) -> Room:
    """Its room; it cannot be answered again."""
    found = waiting_for(user).filter(pk=invitation).first()
    if found is None or not RoomInvitation.objects.filter(pk=found.pk).delete()[0]:
        raise Refused("gone")
    return found.room
