"""Which rooms somebody sees on their page, and in what order. Who may enter them is in membership.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from chat.models import User
from chat.rooms import inviting
from chat.rooms.models import LOBBY, Membership, Room, RoomInvitation


@dataclass(frozen=True)
class Listing:
    """What is on somebody's page of rooms, from top to bottom; `lobby` is None for whoever was removed from it."""

    lobby: Room | None
    invitations: QuerySet[RoomInvitation]
    mine: QuerySet[Membership]
    open: QuerySet[Room]


def listing(user: User) -> Listing:
    """Return the rooms that `user` may enter, or was invited to."""
    mine, shut_out = _mine(user), user.memberships.exclude(removed=None).values("room")
    others = Room.objects.exclude(pk__in=mine.values("room")).exclude(pk__in=shut_out)
    return Listing(
        lobby=others.filter(slug=LOBBY).first(),
        invitations=inviting.waiting_for(user),
        mine=mine.select_related("room__owner"),
        open=others.filter(is_open=True, closed=None).exclude(slug=LOBBY).select_related("owner"),
    )


def waiting(request: HttpRequest) -> dict[str, object]:
    """For every page's header: how many invitations wait for an answer; nobody is asked where the page shows none."""
    return {"rooms_waiting": partial(_waiting, request)}


def _waiting(request: HttpRequest) -> int:
    return inviting.waiting_for(request.user).count() if isinstance(request.user, User) else 0


def _mine(user: User) -> QuerySet[Membership]:
    """Where they belong. In an open room everybody is a member; whoever has a row there only to be muted did not choose it."""
    memberships = user.memberships.filter(removed=None).exclude(room__slug=LOBBY)
    only_muted = memberships.filter(room__is_open=True, role=Membership.Role.MEMBER, muted_until__gt=timezone.now())
    return memberships.exclude(pk__in=only_muted.values("pk")).order_by(F("room__name"), "pk")
