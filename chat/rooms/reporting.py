"""Showing messages to the administrator: from the room's page by its script, which gets JSON, or on a page of its own without."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chat.rooms import reports
from chat.rooms.entrance import standing_or_404
from chat.rooms.forms import ReportForm
from chat.rooms.membership import Standing
from chat.sharing import person


@sensitive_post_parameters("reason")
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """GET: choose from the last messages, or from those named by `seq`. POST: show those named to the administrator."""
    is_script = request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    if not request.user.is_authenticated:
        return _refusal("logged_out", "", 403) if is_script else redirect_to_login(request.get_full_path())
    mine = standing_or_404(request, slug)
    if request.method == "GET":
        return _page(request, mine, ReportForm(), ReportForm(request.GET).chosen)
    if not ratelimit.consume(request, action="report"):
        return _refusal("rate_limited", "", 429) if is_script else render(request, "429.html", status=429)
    form = ReportForm(request.POST)
    count = form.report(slug, person(request)) if form.is_valid() else None
    if is_script:
        return JsonResponse({"reported": count}) if count else _refusal(*form.first_error, 400)
    if count:
        messages.success(request, _said(count))
        return redirect("about_room", slug)
    return _page(request, mine, form, form.chosen)


def _page(request: HttpRequest, mine: Standing, form: ReportForm, chosen: list[int]) -> HttpResponse:
    if mine.room.closed:
        return render(request, "chat/rooms/closed.html", {"room": mine.room})
    shown = reports.reportable(mine.room, person(request))
    named = shown.filter(seq__in=chosen)
    context = {
        "room": mine.room,
        "form": form,
        "chosen": chosen,
        "shown": (named if request.method == "GET" and named else shown)[: reports.SHOWN],
    }
    return render(request, "chat/rooms/report.html", context)


def _said(count: int) -> str:
    thanks = ngettext(
        "The administrator sees %(count)s message that you chose. Thank you.",
        "The administrator sees %(count)s messages that you chose. Thank you.",
        count,
    )
    return thanks % {"count": count}


def _refusal(code: str, message: str, status: int) -> JsonResponse:
    return JsonResponse({"code": code, "message": message or _("This did not work. Try again later.")}, status=status)
