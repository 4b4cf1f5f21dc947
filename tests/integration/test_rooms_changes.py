"""What pages tell the sockets of rooms, after the commit; and what a deleted account leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings
from redis import Redis

from chat.models import User
from chat.realtime.layer import GROUP
from chat.realtime.login import login_name
from chat.rooms import erasing, founding, inviting, membership, order
from chat.rooms.models import LOBBY, Membership, Room, RoomMessage
from tests.site import Valkey

pytestmark = pytest.mark.django_db(transaction=True)

Hints = Callable[[], list[tuple[str, dict[str, Any]]]]


@pytest.fixture
def hints(settings: Settings, valkey: Valkey) -> Iterator[Hints]:
    """What the groups of the layer have heard since it was asked last."""
    settings.REDIS_URL = valkey.url
    with Redis.from_url(valkey.url) as redis, redis.pubsub() as pubsub:
        pubsub.psubscribe(f"{GROUP}*")
        assert pubsub.get_message(timeout=5)

        def heard() -> list[tuple[str, dict[str, Any]]]:
            redis.publish(f"{GROUP}end", "")
            found = []
            while (message := pubsub.get_message(timeout=5)) and message["channel"] != f"{GROUP}end".encode():
                group = message["channel"].decode().removeprefix(GROUP)
                found.append((group, msgspec.msgpack.decode(message["data"])[1]))
            return found

        yield heard


@pytest.fixture(autouse=True)
def lobby(db: None) -> Room:
    """Emptied with the database after each of these tests."""
    return Room.objects.get_or_create(slug=LOBBY, defaults={"name": "Lobby", "is_open": True})[0]


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", name="Alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def kitchen(alice: User) -> Room:
    return founding.found(alice, name="Kitchen")


def come(room: Room, *users: User, role: str = membership.MEMBER) -> None:
    for user in users:
        Membership.objects.create(room=room, user=user, role=role)


def say(room: Room, author: User, *texts: str) -> list[RoomMessage]:
    said = []
    for n, text in enumerate(texts, 1):
        room.refresh_from_db()
        room.seq += 1
        room.save(update_fields=["seq"])
        place = {"seq": room.seq, "changed": room.seq, "n": n, "sent_at": timezone.now()}
        said.append(RoomMessage.objects.create(room=room, author=author, window="w", text=text, **place))
    return said


# --- Hints -----------------------------------------------------------------------------------------------------------


def test_each_rule_tells_the_room_once_that_it_changed(hints: Hints, alice: User, bob: User, kitchen: Room) -> None:
    slug = kitchen.slug
    told = [(f"room.{kitchen.pk}", {"type": "room.changed"})]
    founding.edit(slug, alice, topic="Soup")
    assert hints() == told
    inviting.invite(slug, alice, "bob")
    assert hints() == [], "nobody in the room has to know"
    inviting.accept(bob, inviting.waiting_for(bob).get().pk)
    assert hints() == told
    for rule in (membership.appoint, membership.dismiss, order.unmute, membership.hand_over):
        rule(slug, alice, "bob")
        assert hints() == told, rule
    order.mute(slug, bob, "alice", order.FOR_GOOD)
    assert hints() == told
    order.remove(slug, bob, "alice")
    assert hints() == told
    order.close(kitchen)
    assert hints() == told
    order.reopen(kitchen)
    assert hints() == told
    founding.delete(slug, bob)
    assert hints() == told


def test_nothing_is_told_of_what_did_not_happen(hints: Hints, alice: User, kitchen: Room) -> None:
    with transaction.atomic():
        founding.edit(kitchen.slug, alice, topic="Soup")
        assert hints() == [], "not yet"
        transaction.set_rollback(True)
    assert hints() == []


def test_a_hint_that_is_lost_changes_nothing(
    settings: Settings, alice: User, kitchen: Room, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    founding.edit(kitchen.slug, alice, topic="Soup")
    kitchen.refresh_from_db()
    assert (kitchen.topic, kitchen.revision) == ("Soup", 1)
    assert "Redis did not take what a page changed" in caplog.text


@pytest.mark.parametrize("field", ["name", "is_invisible"])
def test_who_is_shown_otherwise_is_told_to_all_rooms(hints: Hints, alice: User, field: str) -> None:
    setattr(alice, field, "Alicia" if field == "name" else True)
    alice.save(update_fields=[field])
    assert ("rooms", {"type": "person.changed", "user": alice.pk}) in hints()
    alice.save(update_fields=["ask_first"])
    assert "person.changed" not in str(hints())


def test_a_login_that_ends_is_told_to_all_rooms(hints: Hints, alice: User) -> None:
    session = SessionStore()
    session[SESSION_KEY] = str(alice.pk)
    session.save()
    key = str(session.session_key)
    session.delete()
    assert ("rooms", {"type": "login.ended", "user": alice.pk, "login": login_name(key)}) in hints()


@pytest.mark.parametrize("how", ["disabled", "new password", "deleted"])
def test_all_logins_that_end_are_told_to_all_rooms(hints: Hints, alice: User, how: str) -> None:
    user, pk = User.objects.get(pk=alice.pk), alice.pk
    if how == "deleted":
        user.delete()
    else:
        user.is_active = how != "disabled"
        if how == "new password":
            user.set_password("another one")
        user.save()
    assert ("rooms", {"type": "login.ended", "user": pk, "login": ""}) in hints()


# --- What a deleted account leaves behind ----------------------------------------------------------------------------


def test_a_deleted_account_leaves_no_text_and_no_name(
    hints: Hints, alice: User, bob: User, kitchen: Room, lobby: Room
) -> None:
    come(kitchen, bob)
    say(kitchen, bob, "mine", "mine too")
    (kept,) = say(kitchen, alice, "hers")
    say(lobby, bob, "to everybody")
    bob.delete()
    (one, two) = RoomMessage.objects.filter(room=kitchen, author=None).order_by("seq")
    assert [(each.text, each.is_deleted, each.window) for each in (one, two)] == [("", True, "")] * 2
    assert [(one.seq, one.changed), (two.seq, two.changed)] == [(1, 4), (2, 5)], "each loss has its own place"
    kitchen.refresh_from_db()
    assert kitchen.seq == 5
    kept.refresh_from_db()
    assert (kept.text, kept.changed) == ("hers", 3)
    assert not RoomMessage.objects.filter(room=lobby).exclude(text="").exists()
    groups = {group for group, _ in hints()}
    assert {f"room.{kitchen.pk}", f"room.{lobby.pk}", "rooms"} <= groups


def test_what_was_deleted_before_is_not_deleted_again(bob: User, lobby: Room) -> None:
    (message,) = say(lobby, bob, "oh")
    erasing.erase(lobby, RoomMessage.objects.all())
    assert erasing.erase(lobby, RoomMessage.objects.all()) == 0
    bob.delete()
    message.refresh_from_db()
    assert (message.changed, message.author) == (2, None)


def test_only_the_messages_of_that_room_lose_their_text(bob: User, lobby: Room, kitchen: Room) -> None:
    say(lobby, bob, "here")
    say(kitchen, bob, "there")
    assert erasing.erase(lobby, RoomMessage.objects.filter(author=bob)) == 1
    assert RoomMessage.objects.get(room=kitchen).text == "there"


def test_their_rooms_go_to_others_or_end(hints: Hints, alice: User, bob: User, kitchen: Room) -> None:
    alone = founding.found(alice, name="Alone")
    come(kitchen, bob)
    hints()
    alice.delete()
    kitchen.refresh_from_db()
    assert kitchen.owner == bob
    assert Membership.objects.get(room=kitchen).role == membership.OWNER
    assert not Room.objects.filter(pk=alone.pk).exists()
    assert {f"room.{kitchen.pk}", f"room.{alone.pk}"} <= {group for group, _ in hints()}


def test_however_an_account_is_deleted(alice: User, bob: User, kitchen: Room, lobby: Room) -> None:
    """Staff delete many at once, and those who inherit may be among them."""
    come(kitchen, bob)
    say(lobby, alice, "hello")
    User.objects.filter(pk__in=[alice.pk, bob.pk]).delete()
    assert not Room.objects.filter(pk=kitchen.pk).exists()
    assert RoomMessage.objects.get().text == ""
