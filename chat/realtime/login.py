"""Who opened a socket: the person behind the login cookie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import (
    BACKEND_SESSION_KEY,
    HASH_SESSION_KEY,
    SESSION_KEY,
    get_user,
    get_user_model,
    load_backend,
)
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest, parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from chat.prepared import Prepared
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
    session = _Session(session_key)
    user = _user_of(session)
    if user is None:
        # Django has the last word: it knows more ways for a login to be good, such as one signed with a former key.
        request = HttpRequest()
        request.session = session
        user = get_user(request)
    return Login(user, session_key) if user.is_authenticated else None


class _Session(_SessionStore):  # type: ignore[misc, valid-type]
    """One that is read with SQL made once."""

    key_salt = _SessionStore().key_salt  # which Django makes of the name of the class

    def load(self) -> dict[str, Any]:
        row = _SESSION.first(self.session_key)
        if row is None or row[1] <= timezone.now():
            self._session_key = None
            return {}
        found: dict[str, Any] = self.decode(row[0])
        return found


def _user_of(session: _Session) -> Any:
    """Return the user whose login this is, by the same rules as Django's `get_user`; None where it is not that simple."""
    user_id, backend, proof = (session.get(name) for name in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY))
    if not (user_id and proof) or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    model = get_user_model()
    row = _USER.first(model._meta.pk.to_python(user_id))
    if row is None:
        return None
    user = model.from_db(DEFAULT_DB_ALIAS, _USER.columns, row)
    is_good = load_backend(backend).user_can_authenticate(user)  # type: ignore[attr-defined]
    return user if is_good and constant_time_compare(proof, user.get_session_auth_hash()) else None


_SESSION = Prepared(
    lambda key: Session.objects.filter(session_key=key).values_list("session_data", "expire_date"), "a session key"
)
_USER = Prepared(lambda pk: get_user_model()._default_manager.filter(pk=pk), -1)


def _ended(logins: list[Login]) -> list[Login]:
    keys = [login.session_key for login in logins]
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    alive = set(sessions.values_list("session_key", flat=True))
    users = get_user_model().objects.filter(pk__in={login.user.pk for login in logins}, is_active=True)
    active = set(users.values_list("pk", flat=True))
    return [login for login in logins if login.session_key not in alive or login.user.pk not in active]


def _header(scope: dict[str, Any], wanted: bytes) -> str:
    return "; ".join(value.decode("latin1") for name, value in scope["headers"] if name == wanted)
