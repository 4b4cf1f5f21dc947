"""Who opened a socket: the person behind the login cookie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user, get_user_model
from django.contrib.sessions.models import Session
from django.http import HttpRequest, parse_cookie
from django.utils import timezone

from chat.realtime.lookup import look_up

if TYPE_CHECKING:
    from chat.models import User

_SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Login:
    """A user, the key in their cookie, and this login's name, which is safe to store: the key cannot be made from it."""

    user: User
    session_key: str

    @property
    def name(self) -> str:
        return login_name(self.session_key)


def login_name(session_key: str) -> str:
    """Return the name of the login that has this session key."""
    return hashlib.sha256(f"tandem login {session_key}".encode()).hexdigest()[:32]


async def login_of(scope: dict[str, Any]) -> Login | None:
    """Return the login whose cookie came with the handshake, or None; raises DatabaseError where nobody can tell."""
    cookies = parse_cookie(_header(scope, b"cookie"))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME)
    return await look_up(_login, session_key) if session_key else None


async def ended_logins(logins: list[Login]) -> list[Login]:
    """Return those of `logins` that the database does not know any more, whichever way they ended."""
    return await look_up(_ended, logins)


def _login(session_key: str) -> Login | None:
    request = HttpRequest()
    request.session = _SessionStore(session_key)
    # Django's own, so that nothing is forgotten: it checks the password's hash too, and whether the account is active.
    user = get_user(request)
    return Login(user, session_key) if user.is_authenticated else None


def _ended(logins: list[Login]) -> list[Login]:
    keys = [login.session_key for login in logins]
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    alive = set(sessions.values_list("session_key", flat=True))
    users = get_user_model().objects.filter(pk__in={login.user.pk for login in logins}, is_active=True)
    active = set(users.values_list("pk", flat=True))
    return [login for login in logins if login.session_key not in alive or login.user.pk not in active]


def _header(scope: dict[str, Any], wanted: bytes) -> str:
    return "; ".join(value.decode("latin1") for name, value in scope["headers"] if name == wanted)
