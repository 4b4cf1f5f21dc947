"""The rules of membership: who may enter a room, and what they may do there. They know neither sockets, HTTP nor Redis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from chat.rooms.models import Membership, Room

if TYPE_CHECKING:
    from chat.models import User


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
        return self.is_staff or self.role in (Membership.Role.OWNER, Membership.Role.MODERATOR)

    @property
    def is_muted(self) -> bool:
        """Whether they may only read for now."""
        return self.muted_until is not None and self.muted_until > timezone.now()


def standing(slug: str, user: User) -> Standing | None:
    """Return where this user stands in the room of this slug, or None where they may not enter, or there is none.

    The room may be closed; that is told only to those who could enter it otherwise. Staff have no way into rooms they are not
    invited to; where they may enter, they keep order.
    """
    room = Room.objects.filter(slug=slug).first()
    if room is None:
        return None
    return standings(room, [user]).get(user.pk)


def standings(room: Room, users: Iterable[User]) -> dict[int, Standing]:
    """Return where each of these users stands in the room, by user id, without those who may not enter it."""
    users = list(users)
    memberships = {each.user_id: each for each in Membership.objects.filter(room=room, user__in=users)}
    found = ((user.pk, _stand(room, user, memberships.get(user.pk))) for user in users)
    return {user: stands for user, stands in found if stands is not None}


def _stand(room: Room, user: User, membership: Membership | None) -> Standing | None:
    if membership is None:
        return Standing(room, Membership.Role.MEMBER, user.is_staff, None) if room.is_open else None
    if membership.removed:
        return None
    return Standing(room, membership.role, user.is_staff, membership.muted_until)
