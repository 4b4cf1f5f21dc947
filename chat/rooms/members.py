"""The pages about who belongs to a room: inviting, answering, leaving, keeping order. The rules decide; here is what is said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from chat.models import User
from chat.rooms import inviting, membership, order
from chat.rooms.entrance import allowed, standing_or_404
from chat.rooms.forms import InviteForm
from chat.rooms.membership import OWNER, Standing
from chat.rooms.models import Membership
from chat.rooms.refusals import Refused
from chat.sharing import person

MEMBERS_ON_A_PAGE = 50
REMOVED_ON_A_PAGE = 100  # the last ones; others are let in by their user name

Rule = Callable[[str, User, str], User]


def _mute(seconds: int) -> Rule:
    return lambda slug, by, username: order.mute(slug, by, username, timezone.now() + timedelta(seconds=seconds))


def _mute_for_good(slug: str, by: User, username: str) -> User:
    return order.mute(slug, by, username, order.FOR_GOOD)


# What can be done about somebody in a room, and what is said when it is done.
DEEDS: dict[str, tuple[Rule, object]] = {
    "mute_hour": (_mute(3_600), gettext_lazy("%(name)s can only read for 1 hour.")),
    "mute_day": (_mute(86_400), gettext_lazy("%(name)s can only read for 1 day.")),
    "mute": (_mute_for_good, gettext_lazy("%(name)s can only read from now on.")),
    "unmute": (order.unmute, gettext_lazy("%(name)s can write again.")),
    "remove": (order.remove, gettext_lazy("%(name)s is out of the room.")),
    "let_back": (order.let_back, gettext_lazy("%(name)s can come in again.")),
    "appoint": (membership.appoint, gettext_lazy("%(name)s is a moderator now.")),
    "dismiss": (membership.dismiss, gettext_lazy("%(name)s is a moderator no more.")),
}


def about_page(request: HttpRequest, mine: Standing, form: InviteForm | None = None) -> HttpResponse:
    """What is to be known of a room; `form` is an invitation that has to be corrected."""
    room = mine.room
    belong = Paginator(membership.members(room).select_related("user"), MEMBERS_ON_A_PAGE)
    page = belong.get_page(request.GET.get("page"))
    removed = Membership.objects.filter(room=room).exclude(removed=None).select_related("user").order_by("-removed")
    context = {
        "room": room,
        "standing": mine,
        "belongs": Membership.objects.filter(room=room, user=person(request), removed=None).exists(),
        "members": page,
        "rows": [(one, one.user != request.user and order.is_over(mine, one.role)) for one in page],
        "removed": removed[:REMOVED_ON_A_PAGE] if mine.keeps_order else None,
        "invitations": room.invitations.select_related("user", "by") if mine.invites else None,
        "form": form or InviteForm(),
        "for_good": order.FOR_GOOD,
        "now": timezone.now(),
    }
    return render(request, "chat/rooms/about.html", context)


@login_required
@require_POST
def deed(request: HttpRequest, slug: str) -> HttpResponse:
    """Do something about somebody in the room: `deed` says what, `username` about whom."""
    standing_or_404(request, slug)
    rule, said = DEEDS.get(request.POST.get("deed", ""), (None, ""))
    if rule is None:
        return redirect("about_room", slug)
    try:
        about = rule(slug, person(request), request.POST.get("username", ""))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, str(said) % {"name": about.display_name})
    return redirect("about_room", slug)


@login_required
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the room to another member: GET asks, POST does it."""
    mine = allowed(request, slug, lambda mine: mine.role == OWNER)
    others = membership.members(mine.room).exclude(user=person(request)).select_related("user")
    if request.method == "GET":
        return render(request, "chat/rooms/hand_over.html", {"room": mine.room, "others": others})
    give = partial(membership.hand_over, slug, person(request), request.POST.get("username", ""))
    return _done(request, slug, give, _("The room was handed over. You are one of its moderators now."))


@login_required
@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Belong to the room no more: GET says what happens, POST does it."""
    mine = standing_or_404(request, slug)
    if request.method == "GET":
        return render(request, "chat/rooms/leave.html", {"room": mine.room, "standing": mine})
    go = partial(membership.leave, slug, person(request))
    return _done(request, slug, go, _("You do not belong to this room any more."), to="rooms")


@login_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask somebody into the room."""
    mine = allowed(request, slug, lambda mine: mine.invites)
    if not ratelimit.consume(request, action="room_invitation"):
        return render(request, "429.html", status=429)
    form = InviteForm(request.POST)
    if form.is_valid() and (asked := form.invite(slug, person(request))):
        messages.success(request, _("%(name)s is invited.") % {"name": asked.display_name})
        return redirect("about_room", slug)
    return about_page(request, mine, form)


@login_required
@require_POST
def take_back(request: HttpRequest, slug: str, invitation: int) -> HttpResponse:
    """From now on it cannot be accepted."""
    standing_or_404(request, slug)
    end = partial(inviting.take_back, slug, person(request), invitation)
    return _done(request, slug, end, _("The invitation was taken back."))


@login_required
@require_POST
def accept(request: HttpRequest, invitation: int) -> HttpResponse:
    """Become a member, and go in."""
    try:
        room = inviting.accept(person(request), invitation)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("rooms")
    return redirect("room", room.slug)


@login_required
@require_POST
def decline(request: HttpRequest, invitation: int) -> HttpResponse:
    """Say no; whoever invited is not told."""
    try:
        inviting.decline(person(request), invitation)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("You declined the invitation."))
    return redirect("rooms")


def _done(
    request: HttpRequest, slug: str, rule: Callable[[], object], said: str, to: str = "about_room"
) -> HttpResponse:
    """Do it and say so, or say why not."""
    try:
        rule()
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("about_room", slug)
    messages.success(request, said)
    return redirect(to) if to == "rooms" else redirect(to, slug)
