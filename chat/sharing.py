"""A token on its way to somebody: its link, and the link as a picture."""

from __future__ import annotations

import io
from typing import cast

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from chat.models import User


def person(request: HttpRequest) -> User:
    """Return who is logged in."""
    return cast(User, request.user)


def link(request: HttpRequest, token: str) -> str:
    """Return the share link: the token is in its fragment, which no server and no log ever sees."""
    return f"{request.build_absolute_uri(reverse('join'))}#{token}"


def qr(request: HttpRequest, token: str) -> HttpResponse:
    """Return the share link as a QR code, an SVG."""
    image = io.BytesIO()
    segno.make(link(request, token), error="m").save(image, kind="svg", scale=6, border=2, light="#fff", xmldecl=False)
    return HttpResponse(image.getvalue(), content_type="image/svg+xml")
