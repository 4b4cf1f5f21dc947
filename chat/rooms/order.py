"""The rules of keeping order: who may be muted or removed, and by whom. The site's staff, besides, close rooms.

An owner is over moderators, moderators over members, and staff, where they may enter, over all of them.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from chat.models import User
from chat.rooms.membership import MEMBER, MODERATOR, OWNER, Standing, required, somebody_else, somebody_in
from chat.rooms.models import Membership, Room, RoomInvitation
from chat.rooms.refusals import Refused

FOR_GOOD = datetime(9999, 12, 31, tzinfo=UTC)
_RANKS: dict[str, int] = {MEMBER: 0, MODERATOR: 1, OWNER: 2}
_STAFF = 3


@transaction.atomic
def mute(slug: str, by: User, username: str, until: datetime) -> User:
    """Let them only read up to this time, and return them."""
    room, person, _ = _below(slug, by, username)
    silence(room, person, until)
    return person


@transaction.atomic
def unmute(slug: str, by: User, username: str) -> User:
    """Let them write again, and return them."""
    room, person, _ = _below(slug, by, username)
    silence(room, person, None)
    return person


@transaction.atomic
def silence(room: Room, person: User, until: datetime | None) -> bool:
    """Mute them, or end it with None, without asking by whom: the administrator may do it anywhere.

    Return whether they can be there at all; being muted makes nobody a member of a room by invitation.
    """
    membership = Membership.objects.filter(room=room, user=person)
    if not membership.update(muted_until=until):
        if not room.is_open:
            return False
        Membership.objects.create(room=room, user=person, muted_until=until)
    room.changed()
    return True


@transaction.atomic
def remove(slug: str, by: User, username: str) -> User:
    """Show them out, and return them: they may not come back before somebody invites them or lets them in."""
    room, person, role = _below(slug, by, username)
    if role == OWNER:
        raise Refused("owner_stays")
    out = {"removed": timezone.now(), "role": MEMBER}
    Membership.objects.update_or_create(room=room, user=person, defaults=out)
    RoomInvitation.objects.filter(room=room, user=person).delete()
    RoomInvitation.objects.filter(room=room, by=person).delete()
    room.changed()
    return person


@transaction.atomic
def let_back(slug: str, by: User, username: str) -> User:
    """Somebody who was removed may come into this open room again like anybody; return them."""
    mine = required(slug, by)
    if not (mine.keeps_order and mine.room.is_open):
        raise Refused("not_allowed")
    person = somebody_else(username, by)
    membership = Membership.objects.filter(room=mine.room, user=person).exclude(removed=None).first()
    if membership is None:
        raise Refused("gone")
    if membership.muted_until and membership.muted_until > timezone.now():
        membership.removed = None
        membership.save(update_fields=["removed"])
    else:
        membership.delete()
    mine.room.changed()
    return person


@transaction.atomic
def close(room: Room) -> None:
    """Nobody reads or writes here until it is opened again; what was said stays. The administrator may do it anywhere."""
    Room.objects.filter(pk=room.pk, closed=None).update(closed=timezone.now())
    room.changed()


@transaction.atomic
def reopen(room: Room) -> None:
    """Let the members in again."""
    Room.objects.filter(pk=room.pk).update(closed=None)
    room.changed()


def _below(slug: str, by: User, username: str) -> tuple[Room, User, str]:
    """The room, and somebody there over whom `by` is, with their role."""
    mine = required(slug, by)
    if not mine.keeps_order:
        raise Refused("not_allowed")
    person, membership = somebody_in(mine.room, username, by)
    role = membership.role if membership else MEMBER
    if not is_over(mine, role):
        raise Refused("not_allowed")
    return mine.room, person, role


def is_over(mine: Standing, role: str) -> bool:
    """Whether somebody who stands so may mute and remove people of this role."""
    return (_STAFF if mine.is_staff else _RANKS[mine.role]) > _RANKS[role] and mine.keeps_order
