"""Whether this process lives, and whether what it needs answers: for probes, which come from beside the process."""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from redis.exceptions import RedisError

from chat.models import User


class AnswerProbes:
    """Answers /healthz and /readyz before anything else: a probe knows neither the site's host name nor TLS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        return probe() if probe else self.get_response(request)


def healthz() -> HttpResponse:
    """Whether this process lives."""
    return _say("ok", 200)


def readyz() -> HttpResponse:
    """Whether the database has its tables and Redis answers."""
    try:
        User.objects.exists()
    except DatabaseError:
        return _say("the database does not answer", 503)
    try:
        cache.get("readyz")
    except RedisError:
        return _say("Redis does not answer", 503)
    return _say("ready", 200)


def _say(words: str, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain", headers=headers)


PROBES = {"/healthz": healthz, "/readyz": readyz}
