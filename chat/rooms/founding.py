"""How a room comes to be, is changed and ends, all by its owner; the lobby is the administrator's, and stays.

Names need not be unique: if they were, one that is refused would tell that there is a room nobody should know of. For the same
reason a room's address does not end with a count but with letters that nobody guesses.
"""

from __future__ import annotations

import secrets
from functools import cache
from typing import TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from chat import looks
from chat.models import User
from chat.rooms.membership import required
from chat.rooms.models import LONGEST_SLUG, Membership, Room
from chat.rooms.refusals import Refused

MOST_ROOMS = 50  # of one owner
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud or copied by hand
_END = 8  # of them: 40 random bits


class Facts(TypedDict, total=False):
    """What an owner says about a room."""

    name: str
    topic: str
    is_open: bool
    retention_days: int


@transaction.atomic
def found(owner: User, **facts: Unpack[Facts]) -> Room:
    """Make a room and return it; `too_many` for who has as many as anybody may."""
    User.objects.select_for_update().get(pk=owner.pk)
    if owner.owned_rooms.count() >= MOST_ROOMS:
        raise Refused("too_many")
    room = Room.objects.create(owner=owner, slug=new_slug(facts["name"]), **facts)
    Membership.objects.create(room=room, user=owner, role=Membership.Role.OWNER)
    return room


@transaction.atomic
def edit(slug: str, by: User, **facts: Unpack[Facts]) -> Room:
    """Change what is said about the room, and return it."""
    mine = required(slug, by)
    if not mine.directs:
        raise Refused("not_allowed")
    for name, value in facts.items():
        setattr(mine.room, name, value)
    mine.room.save(update_fields=list(facts))
    mine.room.changed()
    return mine.room


@transaction.atomic
def delete(slug: str, by: User) -> None:
    """End the room, with all that was said there."""
    mine = required(slug, by)
    if mine.role != Membership.Role.OWNER:
        raise Refused("not_allowed")
    ended = mine.room.pk
    mine.room.delete()
    Room.have_changed([ended])


def new_slug(name: str) -> str:
    """Return an address for a room of this name, with what of it can be written in one: nothing of many a script."""
    beginning = slugify(name)[: LONGEST_SLUG - _END - 1].strip("-_") or "room"
    return f"{beginning}-{''.join(secrets.choice(_LETTERS) for _letter in range(_END))}"


def looks_like_the_lobby(name: str) -> bool:
    """Whether a room of this name could be taken for the public board, in any of the site's languages."""
    return not _lobbys_looks().isdisjoint(looks.keys(name))


@cache
def _lobbys_looks() -> frozenset[str]:
    found: set[str] = set()
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {*looks.keys(_("Lobby"))}
    return frozenset(found)
