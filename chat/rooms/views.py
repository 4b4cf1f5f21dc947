"""The pages of rooms: the list, the chat in one, and what its owner says about it. They know neither sockets nor Redis: what
happens live goes over the room's socket."""

from __future__ import annotations

from copy import copy

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.rooms import founding, order
from chat.rooms.entrance import allowed, standing_or_404
from chat.rooms.forms import RoomForm
from chat.rooms.listing import listing
from chat.rooms.members import about_page
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
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Make a room."""
    form = RoomForm(request.POST or None)
    if request.method == "POST":
        if not ratelimit.consume(request, action="room"):
            return render(request, "429.html", status=429)
        if form.is_valid() and (made := form.found(person(request))):
            messages.success(request, _("The room is there. Now invite somebody, or go in."))
            return redirect("about_room", made.slug)
    return render(request, "chat/rooms/new.html", {"form": form})


@login_required
@require_safe
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """What is to be known of a room, who belongs to it, and what can be done about that."""
    return about_page(request, standing_or_404(request, slug))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what is said about the room."""
    mine = allowed(request, slug, lambda mine: mine.directs)
    form = RoomForm(request.POST or None, instance=copy(mine.room))  # what is filled in is not yet so
    if request.method == "POST" and form.is_valid():
        founding.edit(slug, person(request), **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("about_room", slug)
    return render(request, "chat/rooms/edit.html", {"room": mine.room, "form": form})


@login_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """End the room: GET says what happens, POST does it."""
    mine = allowed(request, slug, lambda mine: mine.role == "owner")
    if request.method == "GET":
        return render(request, "chat/rooms/delete.html", {"room": mine.room})
    founding.delete(slug, person(request))
    messages.success(request, _("The room is deleted."))
    return redirect("rooms")


@login_required
@require_POST
def close(request: HttpRequest, slug: str) -> HttpResponse:
    """The administrator closes the room, or opens it again."""
    mine = allowed(request, slug, lambda mine: mine.is_staff)
    if request.POST.get("open"):
        order.reopen(mine.room)
        messages.success(request, _("The room is open again."))
    else:
        order.close(mine.room)
        messages.success(request, _("The room is closed."))
    return redirect("about_room", slug)
