"""The pages of rooms: who sees which, and what can be done there."""

from __future__ import annotations

import re
import uuid
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
    """allauth counts tries in the cache; each test begins with none."""
    own = {"LOCATION": valkey.url, "KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {"default": {**settings.CACHES["default"], **own}}


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


# --- What can be done on them ----------------------------------------------------------------------------------------


def post(user: User, name: str, /, *args: object, **fields: object) -> str:
    """The page that one is led to, as HTML, which is sound."""
    response = at_the_pages(user).post(reverse(name, args=args), fields, follow=True)
    assert response.status_code == 200
    html = response.content.decode()
    assert_sound(Page(html))
    return html


def come(room: Room, *users: User, role: str = Membership.Role.MEMBER) -> None:
    for user in users:
        Membership.objects.create(room=room, user=user, role=role)


def test_a_room_is_made_and_changed(alice: User, bob: User) -> None:
    read(alice, "new_room")
    page = post(alice, "new_room", name="Book\u200b club", topic="Thursdays", retention_days=7)
    room = Room.objects.get(name="Book club")
    assert "Now invite somebody" in page
    assert status(bob, "room", room.slug) == 404
    read(alice, "edit_room", room.slug)
    page = post(alice, "edit_room", room.slug, name="Readers", topic="", retention_days=90, is_open="on")
    assert "Messages are kept for 90 days" in page
    assert "Readers" in read(bob, "rooms")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "\u200b", "retention_days": 7}, "needs letters or digits"),
        ({"name": "LOBBY", "retention_days": 7}, "the public board"),
        ({"name": "x" * 61, "retention_days": 7}, "at most 60 characters"),
        ({"name": "Kitchen", "retention_days": 8}, "not one of the available choices"),
    ],
)
def test_a_mistake_is_said_beside_its_field(alice: User, fields: dict[str, object], sentence: str) -> None:
    assert sentence in post(alice, "new_room", **fields)
    assert Room.objects.count() == 1, "the lobby alone"


def test_the_lobby_is_changed_by_staff_but_keeps_its_name_and_its_door(alice: User) -> None:
    assert status(alice, "edit_room", LOBBY) == 403
    alice.is_staff = True
    alice.save()
    post(alice, "edit_room", LOBBY, name="Mine", topic="Be kind.", retention_days=7)
    lobby = Room.objects.get(slug=LOBBY)
    assert (lobby.name, lobby.topic, lobby.is_open, lobby.retention_days) == ("Lobby", "Be kind.", True, 7)


def test_a_room_is_deleted_by_post_alone_after_it_was_asked(alice: User, bob: User) -> None:
    room = found(alice)
    come(room, bob)
    assert status(bob, "delete_room", "kitchen") == 403
    assert "nobody can bring it back" in read(alice, "delete_room", "kitchen")
    assert Room.objects.filter(pk=room.pk).exists()
    assert "The room is deleted." in post(alice, "delete_room", "kitchen")
    assert not Room.objects.filter(pk=room.pk).exists()


def test_from_the_invitation_to_the_room(alice: User, bob: User) -> None:
    room = found(alice)
    assert "bob is invited." in post(alice, "invite_to_room", "kitchen", username="bob")
    assert "Waiting for an answer" in read(alice, "about_room", "kitchen")
    page = read(bob, "rooms")
    assert "1 invitation waits" in page
    assert "From <bdi>Alice</bdi>" in page
    assert "1 invitation waits" in read(bob, "settings"), "every page's header says so"
    assert "invitation waits" not in read(alice, "settings")
    assert 'data-socket="/ws/rooms/kitchen/"' in post(bob, "accept_room", room.invitations.get().pk)
    assert "Kitchen" in read(bob, "rooms")


def test_an_invitation_can_be_declined_or_taken_back(alice: User, bob: User, mallory: User) -> None:
    room = found(alice)
    post(alice, "invite_to_room", "kitchen", username="bob")
    assert "You declined" in post(bob, "decline_room", room.invitations.get().pk)
    assert status(bob, "room", "kitchen") == 404
    post(alice, "invite_to_room", "kitchen", username="bob")
    asked = room.invitations.get().pk
    assert "answered already" in post(mallory, "accept_room", asked)
    assert "was taken back" in post(alice, "take_back_room", "kitchen", asked)
    assert "answered already" in post(bob, "accept_room", asked)


def test_why_somebody_is_not_invited_stands_beside_the_field(alice: User, bob: User) -> None:
    come(found(alice), bob)
    for username, sentence in (
        ("nobody", "nobody of this name"),
        ("alice", "That is you"),
        ("bob", "in the room already"),
    ):
        page = Page(post(alice, "invite_to_room", "kitchen", username=username))
        assert sentence in page.html
        assert page.named("username")["aria-invalid"] == "true"
    assert at_the_pages(bob).post(reverse("invite_to_room", args=["kitchen"]), {"username": "x"}).status_code == 403


def test_a_moderator_mutes_and_removes_from_the_page(alice: User, bob: User, mallory: User) -> None:
    room = found(alice)
    come(room, bob, role=Membership.Role.MODERATOR)
    come(room, mallory)
    assert "Remove from the room" in read(bob, "about_room", "kitchen")
    assert "Remove from the room" not in read(mallory, "about_room", "kitchen")
    assert "mallory can only read for 1 hour." in post(
        bob, "room_deed", "kitchen", username="mallory", deed="mute_hour"
    )
    assert "It ends" in read(bob, "about_room", "kitchen")
    assert "mallory can write again." in post(bob, "room_deed", "kitchen", username="mallory", deed="unmute")
    assert "may not do this" in post(mallory, "room_deed", "kitchen", username="bob", deed="remove")
    assert "may not do this" in post(bob, "room_deed", "kitchen", username="alice", deed="mute")
    assert "mallory is out" in post(bob, "room_deed", "kitchen", username="mallory", deed="remove")
    assert status(mallory, "room", "kitchen") == 404
    assert "Removed</h3>" in read(bob, "about_room", "kitchen")


def test_an_unknown_deed_does_nothing(alice: User, bob: User) -> None:
    come(found(alice), bob)
    post(alice, "room_deed", "kitchen", username="bob", deed="__class__")
    assert Membership.objects.get(user=bob).removed is None


def test_staff_let_somebody_into_the_lobby_again(alice: User, mallory: User) -> None:
    alice.is_staff = True
    alice.save()
    post(alice, "room_deed", LOBBY, username="mallory", deed="remove")
    assert status(mallory, "room", LOBBY) == 404
    assert read(mallory, "rooms").count("ws/rooms") == 0
    assert "mallory can come in again." in post(alice, "room_deed", LOBBY, username="mallory", deed="let_back")
    assert status(mallory, "room", LOBBY) == 200


def test_the_owner_names_a_moderator_and_hands_the_room_over(alice: User, bob: User) -> None:
    room = found(alice)
    assert "You are the only member" in read(alice, "hand_over_room", "kitchen")
    come(room, bob)
    assert "bob is a moderator now." in post(alice, "room_deed", "kitchen", username="bob", deed="appoint")
    assert status(bob, "hand_over_room", "kitchen") == 403
    read(alice, "hand_over_room", "kitchen")
    assert "was handed over" in post(alice, "hand_over_room", "kitchen", username="bob")
    room.refresh_from_db()
    assert room.owner == bob
    assert status(alice, "delete_room", "kitchen") == 403


def test_leaving_asks_first(alice: User, bob: User) -> None:
    come(found(alice), bob)
    assert "unless somebody invites you again" in read(bob, "leave_room", "kitchen")
    assert status(bob, "room", "kitchen") == 200
    assert "do not belong" in post(bob, "leave_room", "kitchen")
    assert status(bob, "room", "kitchen") == 404
    assert "handed over or deleted first" in post(alice, "leave_room", "kitchen")


def test_only_staff_close_a_room(alice: User, bob: User) -> None:
    found(alice, is_open=True)
    assert at_the_pages(alice).post(reverse("close_room", args=["kitchen"])).status_code == 403
    bob.is_staff = True
    bob.save()
    assert "The room is closed." in post(bob, "close_room", "kitchen")
    assert "This room is closed" in read(alice, "room", "kitchen")
    assert "The room is open again." in post(bob, "close_room", "kitchen", open="yes")
    assert status(alice, "room", "kitchen") == 200


def test_what_changes_something_is_no_link(alice: User) -> None:
    found(alice)
    for name, args in (
        ("accept_room", [1]),
        ("decline_room", [1]),
        ("close_room", ["kitchen"]),
        ("room_deed", ["kitchen"]),
        ("invite_to_room", ["kitchen"]),
        ("take_back_room", ["kitchen", 1]),
    ):
        assert status(alice, name, *args) == 405, name


def test_rooms_are_not_made_by_the_dozen(alice: User) -> None:
    client = at_the_pages(alice)
    answers = {client.post(reverse("new_room"), {"name": "x", "retention_days": 7}).status_code for _ in range(21)}
    assert answers == {302, 429}
