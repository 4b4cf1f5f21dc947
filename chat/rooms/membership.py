"""The rules of membership: who may enter a room, and what they may do there. They know neither sockets, HTTP nor Redis.

Whoever asks for something is named by their user, never by what they were allowed a moment ago: each rule looks up in its own
transaction where they stand. What a rule refuses raises `Refused` and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import User
from chat.rooms.models import LOBBY, Membership, Room, RoomInvitation
from chat.rooms.refusals import Refused

OWNER, MODERATOR, MEMBER = Membership.Role.OWNER, Membership.Role.MODERATOR, Membership.Role.MEMBER


@dataclass(frozen=True)
class Standing:
    """A user in a room that they may enter, as the database says now."""

    room: Room
    role: str  # of `Membership.Role`; whoever comes to an open room is a member
    is_staff: bool
    muted_until: datetime | None

    @property
    def keeps_order(self) -> bool:
        """Whether they may delete what others said, mute and remove members."""
        return self.is_staff or self.role in (OWNER, MODERATOR)

    @property
    def is_muted(self) -> bool:
        """Whether they may only read for now."""
        return self.muted_until is not None and self.muted_until > timezone.now()

    @property
    def invites(self) -> bool:
        """Whether they may ask somebody in; everybody is in the lobby anyway."""
        return self.role in (OWNER, MODERATOR) and not self.room.is_lobby

    @property
    def directs(self) -> bool:
        """Whether they say what the room is and who its moderators are; the lobby is the administrator's."""
        return self.role == OWNER or (self.is_staff and self.room.is_lobby)


def standing(slug: str, user: User) -> Standing | None:
    """Return where this user stands in the room of this slug, or None where they may not enter, or there is none.

    The room may be closed; that is told only to those who could enter it otherwise. Staff have no way into rooms they are not
    invited to; where they may enter, they keep order.
    """
    room = Room.objects.filter(slug=slug).select_related("owner").first()
    if room is None:
        return None
    return standings(room, [user]).get(user.pk)


def standings(room: Room, users: Iterable[User]) -> dict[int, Standing]:
    """Return where each of these users stands in the room, by user id, without those who may not enter it."""
    users = list(users)
    memberships = {each.user_id: each for each in Membership.objects.filter(room=room, user__in=users)}
    found = ((user.pk, _stand(room, user, memberships.get(user.pk))) for user in users)
    return {user: stands for user, stands in found if stands is not None}


def required(slug: str, user: User) -> Standing:
    """Return where this user stands, and keep it so until the transaction ends; `not_allowed` where they may not enter."""
    Room.objects.select_for_update().filter(slug=slug).first()  # so that the next one waits
    mine = standing(slug, user)
    if mine is None:
        raise Refused("not_allowed")
    return mine


@transaction.atomic
def leave(slug: str, user: User) -> None:
    """Be a member no more, and whom they invited is not invited any more.

    An open room stays open to them, and who was muted there stays muted.
    """
    mine = required(slug, user)
    if mine.role == OWNER:
        raise Refused("owner_stays")
    membership = Membership.objects.filter(room=mine.room, user=user).first()
    if membership is None:
        raise Refused("no_member")
    if mine.room.is_open and mine.is_muted:
        membership.role = MEMBER
        membership.save(update_fields=["role"])
    else:
        membership.delete()
    RoomInvitation.objects.filter(room=mine.room, by=user).delete()
    mine.room.changed()


@transaction.atomic
def appoint(slug: str, by: User, username: str) -> User:
    """Make a member a moderator, and return them; in the lobby, where everybody is one, anybody."""
    return _give_role(slug, by, username, MODERATOR)


@transaction.atomic
def dismiss(slug: str, by: User, username: str) -> User:
    """A moderator is a member like others again; return them."""
    return _give_role(slug, by, username, MEMBER)


@transaction.atomic
def hand_over(slug: str, by: User, username: str) -> User:
    """Give the room to another member, and return them; who had it stays as a moderator."""
    mine = required(slug, by)
    if mine.role != OWNER:
        raise Refused("not_allowed")
    heir, membership = somebody_in(mine.room, username, by)
    if membership is None:
        raise Refused("no_member")
    Membership.objects.filter(room=mine.room, user=by).update(role=MODERATOR)
    _crown(mine.room, heir)
    mine.room.changed()
    return heir


@transaction.atomic
def find_heirs() -> None:
    """Rooms whose owner's account has ended go to their longest-serving moderator, else member; the others end as well."""
    rooms = list(Room.objects.select_for_update().filter(owner=None).exclude(slug=LOBBY).order_by("pk"))
    for room in rooms:
        others = members(room).select_related("user")
        heir = others.filter(role=MODERATOR).first() or others.first()
        if heir is None:
            Room.objects.filter(pk=room.pk).delete()
        else:
            _crown(room, heir.user)
    if rooms:
        Room.have_changed([room.pk for room in rooms])


def members(room: Room) -> QuerySet[Membership]:
    """Return those who belong to the room, the longest-serving first."""
    return Membership.objects.filter(room=room, removed=None, user__is_active=True).order_by("since", "pk")


def somebody_else(username: str, than: User) -> User:
    """Return the user of this name; `unknown_user`, or `yourself` where it is `than`."""
    name = username.strip().removeprefix("@")
    person = User.objects.filter(username__iexact=name, is_active=True).first()
    if person is None:
        raise Refused("unknown_user")
    if person == than:
        raise Refused("yourself")
    return person


def somebody_in(room: Room, username: str, than: User) -> tuple[User, Membership | None]:
    """Return somebody else who may enter the room, and their membership, which in an open room not everybody has."""
    person = somebody_else(username, than)
    membership = Membership.objects.filter(room=room, user=person).first()
    if membership.removed if membership else not room.is_open:
        raise Refused("no_member")
    return person, membership


def _stand(room: Room, user: User, membership: Membership | None) -> Standing | None:
    if membership is None:
        return Standing(room, MEMBER, user.is_staff, None) if room.is_open else None
    if membership.removed:
        return None
    return Standing(room, membership.role, user.is_staff, membership.muted_until)


def _give_role(slug: str, by: User, username: str, role: str) -> User:
    mine = required(slug, by)
    if not mine.directs:
        raise Refused("not_allowed")
    person, membership = somebody_in(mine.room, username, by)
    if membership is None and not mine.room.is_lobby:
        raise Refused("no_member")  # nobody gets a part in a room who did not accept to be in it
    if membership and membership.role == OWNER:
        raise Refused("owner_stays")
    Membership.objects.update_or_create(room=mine.room, user=person, defaults={"role": role})
    mine.room.changed()
    return person


def _crown(room: Room, heir: User) -> None:
    Membership.objects.filter(room=room, user=heir).update(role=OWNER, muted_until=None)
    room.owner = heir
    room.save(update_fields=["owner"])
