"""What sockets of rooms ask the database about people: who somebody is, where they stand, and what they may be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from chat import looks
from chat.models import Block, Invitation, User, is_taken
from chat.names import LONGEST_NAME, clean_name
from chat.rooms import inviting, replay
from chat.rooms.frames import person_frame
from chat.rooms.membership import Standing, standing, standings
from chat.rooms.models import Room
from chat.rooms.protocol import Refusal
from chat.rooms.refusals import Refused
from chat.wire import Person


@dataclass(frozen=True)
class Arrival:
    """Where a user stands in the room they come to, and how far their window has counted there."""

    standing: Standing
    n: int


@dataclass(frozen=True)
class Somebody:
    """A user by whom another can be meant; `is_closed` where they block whoever asked.

    `wants_no_asks` there, and where they are not to be disturbed.
    """

    user: int
    person: Person
    is_closed: bool
    wants_no_asks: bool = False


@dataclass(frozen=True)
class Appearance:
    """How a user appears in rooms, or that they do not."""

    person: Person
    is_invisible: bool


def arrival(slug: str, user: User, window: str) -> Arrival | None:
    """Return how this user comes to the room of this slug, or None where they may not, or there is none."""
    stands = standing(slug, user) if "\0" not in slug else None
    return Arrival(stands, replay.counted(stands.room.pk, user.pk, window)) if stands else None


def review(room: int, users: Iterable[int]) -> tuple[Room, dict[int, Standing]] | None:
    """Return the room and where each of these users stands there now; None where there is no such room."""
    found = Room.objects.filter(pk=room).first()
    return None if found is None else (found, standings(found, User.objects.filter(pk__in=list(users), is_active=True)))


def appearances(users: Iterable[int]) -> dict[int, Appearance]:
    """Return how these users appear."""
    found = User.objects.filter(pk__in=list(users)).only("username", "name", "is_invisible")
    return {user.pk: Appearance(person_frame(user), user.is_invisible) for user in found}


def somebody(written: str, asker: int) -> Somebody:
    """Return who is meant by a user name, or by a display name however it is written; `unknown_user` or `yourself`."""
    user = _named(written)
    if user is None:
        raise Refusal("unknown_user")
    if user.pk == asker:
        raise Refusal("yourself")
    is_closed = Block.objects.filter(owner=user, blocked=asker).exists()
    return Somebody(user.pk, person_frame(user), is_closed, is_closed or user.do_not_disturb)


def _named(written: str) -> User | None:
    name = written.replace("\0", "").strip().removeprefix("@")
    people = User.objects.filter(is_active=True).only("username", "name", "do_not_disturb")
    small, _ = looks.keys(name)
    return people.filter(username__iexact=name).first() or people.filter(name_small=small).first()


def arrange(host: int, guest: int) -> tuple[str, Person]:
    """Make a one-time invitation of `host` that only `guest` can use; return its token, and how the guest is shown.

    `no_ask` where the guest's account is gone.
    """
    person = User.objects.filter(pk=guest, is_active=True).only("username", "name").first()
    if person is None:
        raise Refusal("no_ask")
    return Invitation.arrange(host, guest).token, person_frame(person)


def rename(user: int, written: str) -> Person:
    """Give this user another display name; `bad_name` or `name_taken`."""
    try:
        name = clean_name(written)
    except ValidationError:
        raise Refusal("bad_name") from None
    if not name or len(name) > LONGEST_NAME:
        raise Refusal("bad_name")
    me = User.objects.get(pk=user)
    if is_taken(name, but_for=me):
        raise Refusal("name_taken")
    me.name = name
    try:
        with transaction.atomic():
            me.save(update_fields=["name"])
    except IntegrityError:  # somebody was quicker
        raise Refusal("name_taken") from None
    return person_frame(me)


def invite(slug: str, by: int, written: str) -> Person:
    """Invite somebody to this room; raises `Refusal`. Asking twice is asking once."""
    try:
        return person_frame(inviting.invite(slug, User.objects.get(pk=by), written))
    except Refused as refused:
        # The room was closed: the socket is told so by its end.
        other = refused.reason not in ("not_allowed", "unknown_user", "yourself", "is_member", "too_many")
        raise Refusal("not_allowed" if other else refused.reason) from None  # type: ignore[arg-type]


def is_staff(user: int) -> bool:
    """Whether this user is an administrator, as the database says now."""
    return User.objects.filter(pk=user, is_active=True, is_staff=True).exists()
