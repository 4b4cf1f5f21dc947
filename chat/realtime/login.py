"""Who opened a socket: the person behind the login cookie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from django.conf import settings
from django.http import parse_cookie

if TYPE_CHECKING:
    from chat.models import User

_SessionStore = import_module(settings.SESSION_ENGINE).SessionStore


@dataclass(frozen=True)
class Login:
    """A user and the name of this login, which is safe to store: the cookie cannot be made from it."""

    user: User
    name: str


def login_name(session_key: str) -> str:
    """Return the name of the login that has this session key."""
    return hashlib.sha256(f"tandem login {session_key}".encode()).hexdigest()[:32]


async def login_of(scope: dict[str, Any]) -> Login | None:
    """Return the login whose cookie came with the handshake, or None; raises DatabaseError where nobody can tell."""
    cookies = parse_cookie(_header(scope, b"cookie"))
    session_key = cookies.get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return None
    # channels.auth.get_user checks the password's hash too, so a login from before a password change is none.
    user = await get_user({"session": await _session(session_key)})
    return Login(user, login_name(session_key)) if user.is_authenticated else None


@database_sync_to_async
def _session(session_key: str) -> Any:
    session = _SessionStore(session_key)
    session.load()
    return session


def _header(scope: dict[str, Any], wanted: bytes) -> str:
    return "; ".join(value.decode("latin1") for name, value in scope["headers"] if name == wanted)
