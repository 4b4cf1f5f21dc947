"""The pages of one-time invitations: make one, see those that are open, take one back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chat import sharing, tokens
from chat.forms import InvitationForm
from chat.models import Invitation
from chat.sharing import person


@login_required
@require_http_methods(["GET", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """Those that are open, and the form for another one."""
    owner = person(request)
    form = InvitationForm(request.POST or None, owner=owner)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Here is your invitation."))
        return redirect("invitations")
    found = [
        {"invitation": one, "link": sharing.link(request, one.token), "token_grouped": tokens.grouped(one.token)}
        for one in Invitation.open_of(owner)
    ]
    return render(request, "chat/invitations.html", {"form": form, "invitations": found})


@login_required
@require_POST
def take_back(request: HttpRequest, invitation: int) -> HttpResponse:
    """From now on it leads nowhere."""
    get_object_or_404(Invitation.open_of(person(request)), pk=invitation).delete()
    messages.success(request, _("The invitation was taken back."))
    return redirect("invitations")


@login_required
@require_GET
def qr(request: HttpRequest, invitation: int) -> HttpResponse:
    """Its link as a QR code."""
    return sharing.qr(request, get_object_or_404(Invitation.open_of(person(request)), pk=invitation).token)
