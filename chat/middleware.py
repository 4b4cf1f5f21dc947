"""What every page has: it is in no cache, and where the database or Redis does not answer it says so."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


class NeverCache:
    """Pages show tokens, names and logins: neither a shared cache nor the disk of a borrowed computer keeps them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        add_never_cache_headers(response)
        return response


class SayWhatIsDown:
    """Answers 503 with a page that says what to do when a part the view needs is not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, (RedisError, OperationalError, InterfaceError)):
            return None
        logger.error("%s: %s does not answer: %s", request.path, _part(exception), type(exception).__name__)
        response = render(request, "503.html", status=503, using=None)
        response["Retry-After"] = "10"
        return response


def _part(exception: Exception) -> str:
    return "Redis" if isinstance(exception, RedisError) else "the database"
