"""Who may see which page of a room."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from chat.rooms.membership import Standing, standing
from chat.sharing import person


def standing_or_404(request: HttpRequest, slug: str) -> Standing:
    """Return where this person stands in the room. For those who may not enter there is no such room."""
    mine = standing(slug, person(request))
    if mine is None:
        raise Http404
    return mine


def allowed(request: HttpRequest, slug: str, may: Callable[[Standing], bool]) -> Standing:
    """Return where they stand, if they may do this; the others, who know of the room, are told that they may not."""
    mine = standing_or_404(request, slug)
    if not may(mine):
        raise PermissionDenied
    return mine
