"""The pages. Views know neither sockets nor Redis keys: pairs live behind the socket."""

from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.conf import settings as conf
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from chat import accounts, sharing, tokens
from chat.forms import DoorForm, NameForm, ShownForm
from chat.models import User, inviter, was_changed
from chat.sharing import person


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What Tandem is, or on to the chat for those who are logged in."""
    if request.user.is_authenticated:
        return redirect("chat")
    return render(request, "landing.html")


@login_required
@require_safe
def chat(request: HttpRequest) -> HttpResponse:
    """The private chat: one page, the rest goes over the socket."""
    user = person(request)
    context = {
        "token": user.token,
        "token_grouped": tokens.grouped(user.token),
        "share_link": sharing.link(request, user.token),
    }
    return render(request, "chat/chat.html", context)


@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """The share link's page. The token is in the fragment, which no server and no log ever sees."""
    return render(request, "chat/join.html")


@sensitive_post_parameters("token")
@require_POST
def invitation(request: HttpRequest) -> JsonResponse:
    """Who invites with this token: told only to those who have it and are logged in, and no faster than they may join."""
    if not request.user.is_authenticated:
        return _refusal("logged_out", 403)
    if not ratelimit.consume(request, action="invitation"):
        return _refusal("rate_limited", 429)
    token = tokens.normalise(request.POST.get("token", ""))
    owner = inviter(token, person(request)) if token else None
    if not owner:
        return _refusal("unknown_token", 404, changed=token is not None and was_changed(token))
    if owner == request.user:
        return _refusal("own_token", 409)
    return JsonResponse({"username": owner.username, "name": owner.display_name})


@login_required
@require_http_methods(["GET", "POST"])
def rotate_token(request: HttpRequest) -> HttpResponse:
    """Change the token: GET asks, POST does it."""
    if request.method == "GET":
        return render(request, "chat/rotate_token.html")
    person(request).rotate_token()
    messages.success(request, _("Your token was changed. The old one no longer works."))
    return redirect("chat")


@login_required
@require_GET
def token_qr(request: HttpRequest) -> HttpResponse:
    """The share link as a QR code."""
    return sharing.qr(request, person(request).token)


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """What a person can change about themselves."""
    user = person(request)
    form = NameForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid() and form.take():
        messages.success(request, _("Saved."))
        return redirect("settings")
    context = {
        "form": form,
        "token_grouped": tokens.grouped(user.token),
        "blocks": user.blocks.select_related("blocked"),
        "sends_mail": conf.SENDS_MAIL,
    }
    return render(request, "chat/settings.html", context)


@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Delete the account: GET says what happens, POST does it; both ask first who it is."""
    if request.method == "GET":
        return render(request, "chat/delete_account.html")
    accounts.delete_account(request, person(request))
    messages.success(request, _("Your account is deleted."))
    return redirect("landing")


@login_required
@require_POST
def door(request: HttpRequest) -> HttpResponse:
    """Choose how the seat beside oneself is taken; the chat's page hears of it over its socket."""
    form = DoorForm(request.POST, instance=person(request))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    return redirect("settings")


@login_required
@require_POST
def shown(request: HttpRequest) -> HttpResponse:
    """Choose whether rooms show that one is there; they hear of it at once."""
    form = ShownForm(request.POST, instance=person(request))
    if form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
    return redirect("settings")


@login_required
@require_POST
def block(request: HttpRequest) -> HttpResponse:
    """Let this person in no more. The answer is the same whether or not there is one of that name."""
    user = person(request)
    other = User.objects.filter(username=request.POST.get("username", "")).exclude(pk=user.pk).first()
    if other:
        user.blocks.get_or_create(blocked=other)
    return HttpResponse(status=204)


@login_required
@require_POST
def unblock(request: HttpRequest, block: int) -> HttpResponse:
    """Let them in again as anybody else."""
    get_object_or_404(person(request).blocks, pk=block).delete()
    messages.success(request, _("They can join you again."))
    return redirect("settings")


@login_required
@require_POST
def end_login(request: HttpRequest, login: int) -> HttpResponse:
    """Log out in one other browser; django-allauth's own list can only end all of them at once."""
    get_object_or_404(UserSession, pk=login, user=person(request)).end()
    messages.success(request, _("Logged out there."))
    return redirect("usersessions_list")


def _refusal(code: str, status: int, *, changed: bool = False) -> JsonResponse:
    return JsonResponse({"code": code, **({"changed": True} if changed else {})}, status=status)
