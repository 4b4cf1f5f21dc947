"""SQL that is made once says what Django's own would say, for good logins and for each that is none."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, get_user
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from chat.models import Block, Invitation, User, door_of
from chat.prepared import Prepared
from chat.realtime import login
from tests.make_people import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> dict[str, Any]:
    return make("alice")


@pytest.fixture
def bob() -> dict[str, Any]:
    return make("bob")


def django_says(key: str) -> Any:
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    return user if user.is_authenticated else None


def changed(alice: dict[str, Any], **values: Any) -> None:
    session = SessionStore(alice["cookie"])
    session.update(values)
    session.save()


def test_a_login_is_found_with_the_whole_user(alice, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = login._login(alice["cookie"])
    assert found
    expected = User.objects.get(pk=alice["id"])
    names = [field.attname for field in User._meta.concrete_fields]
    assert {name: getattr(found.user, name) for name in names} == {name: getattr(expected, name) for name in names}
    assert not found.user.take_credentials_change(), "it counts as read from the database"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda alice: Session.objects.all().delete(),
        lambda alice: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)),
        lambda alice: User.objects.update(is_active=False),
        lambda alice: User.objects.all().delete(),
        lambda alice: User.objects.update(password="another"),
        lambda alice: changed(alice, **{HASH_SESSION_KEY: ""}),
        lambda alice: changed(alice, **{BACKEND_SESSION_KEY: "somebody.elses.Backend"}),
        lambda alice: Session.objects.update(session_data="what nobody signed"),
    ],
    ids=["gone", "expired", "disabled", "deleted", "password", "no proof", "backend", "forged"],
)
def test_a_login_that_is_none_is_none(alice, spoil):
    spoil(alice)
    assert login._login(alice["cookie"]) is None
    assert django_says(alice["cookie"]) is None


def test_a_login_from_before_the_key_was_changed_is_good(alice, settings):
    """Here Django has the last word; it signs the login anew."""
    user = User.objects.get(pk=alice["id"])
    proof = user.get_session_auth_hash()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [site_settings.SECRET_KEY]
    changed(alice, **{HASH_SESSION_KEY: proof})
    found = login._login(alice["cookie"])
    assert found
    assert found.user == user


def test_a_door_is_as_its_owner_wants_it(alice, bob):
    assert door_of("0" * 32, bob["id"]) is None
    door = door_of(alice["token"], bob["id"])
    assert door
    assert (door.owner, door.asks_first, door.is_closed, door.invitation) == (alice["id"], False, False, None)
    User.objects.filter(pk=alice["id"]).update(ask_first=True)
    door = door_of(alice["token"], bob["id"])
    assert door
    assert door.asks_first is True
    Block.objects.create(owner_id=alice["id"], blocked_id=bob["id"])
    carol: dict[str, Any] = make("carol")
    for guest, is_closed in ((bob, True), (carol, False)):
        door = door_of(alice["token"], guest["id"])
        assert door
        assert door.is_closed is is_closed
    invitation = Invitation.objects.create(owner_id=alice["id"], expires=timezone.now() + timedelta(hours=1))
    door = door_of(invitation.token, carol["id"])
    assert door
    assert (door.owner, door.invitation) == (alice["id"], invitation.pk)


def test_each_thread_has_its_own(alice):
    """What a connection made of SQL is for this connection."""
    names = Prepared(lambda pk: User.objects.filter(pk=pk).values_list("username"), -1)
    assert names.first(alice["id"]) == ("alice",)
    assert names.first(alice["id"] + 1) is None
    here, there = names._mine.compiler, []

    def prepare() -> None:
        names._prepare()
        there.append(names._mine.compiler)

    thread = threading.Thread(target=prepare)
    thread.start()
    thread.join()
    assert there != [here]


def test_a_value_without_a_place_is_noticed():
    missing = Prepared(lambda pk: User.objects.all(), -1)
    with pytest.raises(AssertionError):
        missing.first(1)
    assert connection.is_usable()
