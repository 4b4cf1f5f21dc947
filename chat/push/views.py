"""A browser asks to be told, or no longer to be."""

from __future__ import annotations

from typing import cast

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chat.models import PushSubscription, User
from chat.push import message
from chat.push.delivery import is_known

MOST_DEVICES = 5  # of one person; a new one takes the place of the oldest


@sensitive_post_parameters("endpoint", "p256dh", "auth")
@login_required
@require_http_methods(["GET", "POST"])
def push(request: HttpRequest) -> JsonResponse:
    """GET: the key that a browser subscribes with. POST: tell this browser from now on, as long as its login lasts."""
    if request.method == "GET":
        return JsonResponse({"key": message.encode(message.point(message.private_key(settings.PUSH_KEY)))})
    if not ratelimit.consume(request, action="push"):
        return JsonResponse({"code": "rate_limited"}, status=429)
    endpoint, p256dh, auth = (request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth"))
    if not (is_known(endpoint) and _are_keys(p256dh, auth)):
        return JsonResponse({"code": "bad_subscription"}, status=400)
    values = {
        "user": _user(request),
        "session_id": request.session.session_key,
        "p256dh": p256dh,
        "auth": auth,
        "language": get_language() or settings.LANGUAGE_CODE,
    }
    PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=values)
    newest = PushSubscription.objects.filter(user=_user(request)).order_by("-created", "-pk")
    for one_too_many in newest[MOST_DEVICES:]:
        one_too_many.delete()
    return JsonResponse({"on": True})


@sensitive_post_parameters("endpoint")
@login_required
@require_POST
def known(request: HttpRequest) -> JsonResponse:
    """Whether this browser is told."""
    return JsonResponse({"on": _mine(request).exists()})


@sensitive_post_parameters("endpoint")
@login_required
@require_POST
def stop(request: HttpRequest) -> JsonResponse:
    """Do not tell this browser any more."""
    _mine(request).delete()
    return JsonResponse({"on": False})


def _mine(request: HttpRequest):  # type: ignore[no-untyped-def] # a QuerySet, whose type the plug-in knows
    endpoint = request.POST.get("endpoint", "")
    return PushSubscription.alive().filter(user=_user(request), endpoint=endpoint)


def _are_keys(p256dh: str, auth: str) -> bool:
    try:
        message.public_key(message.decode(p256dh))
        return len(message.decode(p256dh)) == 65 and len(message.decode(auth)) == 16
    except ValueError:
        return False


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)
