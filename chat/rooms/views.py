"""The pages of rooms: the list of them, and the chat itself. They know neither sockets nor Redis: what happens live goes over
the room's socket."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chat.rooms.listing import listing
from chat.rooms.membership import Standing, standing
from chat.sharing import person

ROOMS_ON_A_PAGE = 50  # of those that are open to everybody


@login_required
@require_safe
def rooms(request: HttpRequest) -> HttpResponse:
    """The lobby, one's own rooms, invitations that wait, and the rooms that are open to everybody."""
    listed = listing(person(request))
    open_rooms = Paginator(listed.open, ROOMS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "chat/rooms/rooms.html", {"listed": listed, "open_rooms": open_rooms})


@login_required
@require_safe
def room(request: HttpRequest, slug: str) -> HttpResponse:
    """The chat in a room: one page, the rest goes over the socket. A closed room says that it is."""
    mine = standing_or_404(request, slug)
    template = "chat/rooms/closed.html" if mine.room.closed else "chat/rooms/room.html"
    return render(request, template, {"room": mine.room, "standing": mine})


@login_required
@require_safe
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What is to be known of a room."""
    mine = standing_or_404(request, slug)
    return render(request, "chat/rooms/about.html", {"room": mine.room, "standing": mine})


def standing_or_404(request: HttpRequest, slug: str) -> Standing:
    """Where this person stands in the room. For those who may not enter there is no such room."""
    mine = standing(slug, person(request))
    if mine is None:
        raise Http404
    return mine
