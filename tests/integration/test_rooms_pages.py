"""The pages of rooms: who sees which, and what can be done there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from chat.models import User
from chat.rooms.models import LOBBY, Membership, Room
from tests.integration.test_pages import Page, assert_sound
from tests.site import Valkey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shared_cache(settings: Settings, valkey: Valkey) -> None:
    """allauth counts tries in the cache."""
    default = {**settings.CACHES["default"], "LOCATION": valkey.url}
    settings.CACHES = {"default": default}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", name="Alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def mallory() -> User:
    return User.objects.create_user("mallory")


def at_the_pages(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def found(owner: User, name: str = "Kitchen", slug: str = "kitchen", **fields: Any) -> Room:
    room = Room.objects.create(name=name, slug=slug, owner=owner, **fields)
    Membership.objects.create(room=room, user=owner, role=Membership.Role.OWNER)
    return room


def read(user: User, name: str, *args: object) -> str:
    """The page as HTML, which is sound."""
    response = at_the_pages(user).get(reverse(name, args=args))
    assert response.status_code == 200
    html = response.content.decode()
    assert_sound(Page(html))
    return html


def status(user: User, name: str, *args: object) -> int:
    return at_the_pages(user).get(reverse(name, args=args)).status_code


def without_csrf(response: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


# --- Who may see what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "args"), [("rooms", []), ("room", [LOBBY]), ("about_room", [LOBBY])])
def test_whoever_is_not_logged_in_is_asked_to(client: Client, name: str, args: list[str]) -> None:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_everybody_finds_the_lobby_and_goes_in(bob: User) -> None:
    assert reverse("room", args=[LOBBY]) in read(bob, "rooms")
    assert 'data-socket="/ws/rooms/lobby/"' in read(bob, "room", LOBBY)
    assert "Messages are kept for 30 days" in read(bob, "about_room", LOBBY)


def test_a_room_by_invitation_is_there_only_for_its_members(alice: User, mallory: User) -> None:
    found(alice)
    assert "Kitchen" in read(alice, "rooms")
    assert "Kitchen" in read(alice, "room", "kitchen")
    assert "Kitchen" not in read(mallory, "rooms")
    for name in ("room", "about_room"):
        inside, nowhere = (at_the_pages(mallory).get(reverse(name, args=[slug])) for slug in ("kitchen", "nowhere"))
        assert inside.status_code == nowhere.status_code == 404
        assert without_csrf(inside) == without_csrf(nowhere), "not even that there is one"


def test_staff_have_no_way_into_a_room_they_are_not_invited_to(alice: User, mallory: User) -> None:
    found(alice)
    mallory.is_staff = mallory.is_superuser = True
    mallory.save()
    assert status(mallory, "room", "kitchen") == 404


def test_everybody_finds_an_open_room(alice: User, bob: User) -> None:
    found(alice, is_open=True, topic="What is for dinner?")
    page = read(bob, "rooms")
    assert "What is for dinner?" in page
    assert "Alice" in page, "whose it is"
    assert status(bob, "room", "kitchen") == 200


def test_whoever_was_removed_does_not_find_it_any_more(alice: User, bob: User) -> None:
    room = found(alice, is_open=True)
    Membership.objects.create(room=room, user=bob, removed=timezone.now())
    assert "Kitchen" not in read(bob, "rooms")
    assert status(bob, "room", "kitchen") == 404


def test_a_closed_room_says_so_to_those_who_could_enter(alice: User, mallory: User) -> None:
    found(alice, closed=timezone.now())
    page = read(alice, "room", "kitchen")
    assert "This room is closed" in page
    assert "data-socket" not in page
    assert status(mallory, "room", "kitchen") == 404


def test_without_rooms_of_ones_own_the_page_says_how_to_get_one(bob: User) -> None:
    page = read(bob, "rooms")
    assert "None yet." in page
    assert "Nobody has opened a room" in page
