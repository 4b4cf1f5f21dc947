"""Who may be in a room and write there, as the database says: what changes while somebody is there holds within a second."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat.models import User
from chat.rooms.models import Room
from tests.person import Frame
from tests.room import RoomSocket

WITHIN = 1.5  # seconds; what is promised is one


async def closing(socket: RoomSocket, reason: str, code: int) -> None:
    async with asyncio.timeout(WITHIN):
        assert await socket.next("closing") == {"type": "closing", "reason": reason, "retry": None}
        assert await socket.closed() == code


@pytest.mark.parametrize("hint", [True, False], ids=["hint", "hint-lost"])
async def test_a_removed_member_is_out_within_a_second(alice, bob, keeper, enter, hint):
    room = await keeper.room(alice, bob)
    a, b = await enter(alice, room), await enter(bob, room)
    await a.next("entered", where=lambda frame: bob.username in str(frame))
    await keeper.membership(room, bob, removed=timezone.now(), hint=hint)
    await closing(b, "removed", 4403)
    async with asyncio.timeout(WITHIN):
        assert (await a.next("exited"))["people"] == [{"username": bob.username, "name": bob.username.title()}]
    again = await RoomSocket.knock(enter.next_url(), room.slug, cookie=bob.cookie_header)
    assert await again.closed() == 4404
    await a.say("now that he is gone")
    assert "now that" not in str(b.heard)


async def test_a_removed_member_writes_nothing_more_even_at_once(alice, bob, keeper, enter):
    """The right to write is looked up where the message is stored, not remembered by the socket."""
    room = await keeper.room(alice, bob)
    a, b = await enter(alice, room), await enter(bob, room)
    await b.say("before")
    await keeper.membership(room, bob, removed=timezone.now(), hint=False)
    await b.send("message", n=2, text="after")
    answer = await b.next("error", "closing")
    assert answer.get("code", "not_allowed") == "not_allowed"
    assert [frame["text"] for frame in [await a.hears(1), *await a.settle()] if frame["type"] == "message"] == [
        "before"
    ]


@pytest.mark.parametrize("hint", [True, False], ids=["hint", "hint-lost"])
async def test_a_closed_room_lets_everybody_go(people, room, keeper, enter, hint):
    alice, bob, _ = people
    a, b = await enter(alice, room), await enter(bob, room)
    now = timezone.now()
    await keeper.change(room, lambda alias: Room.objects.using(alias).filter(pk=room.pk).update(closed=now), hint=hint)
    for socket in (a, b):
        await closing(socket, "closed", 4410)
    again = await RoomSocket.knock(enter.next_url(), room.slug, cookie=alice.cookie_header)
    assert await again.closed() == 4410


async def test_a_deleted_room_is_no_room(alice, bob, room, keeper, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await keeper.change(room, lambda alias: Room.objects.using(alias).get(pk=room.pk).delete(), hint=False)
    for socket in (a, b):
        await closing(socket, "no_room", 4404)


async def test_a_room_that_is_not_open_any_more_keeps_its_members_only(alice, bob, room, keeper, enter):
    await keeper.membership(room, alice)
    a, b = await enter(alice, room), await enter(bob, room)
    await keeper.change(room, lambda alias: Room.objects.using(alias).filter(pk=room.pk).update(is_open=False))
    await closing(b, "removed", 4403)
    assert (await a.next("room"))["room"]["is_open"] is False
    assert (await a.say("still here"))["type"] == "accepted"


async def test_what_changes_about_a_room_and_ones_place_in_it_is_told(alice, bob, keeper, enter):
    room = await keeper.room(alice, bob)
    a, b = await enter(alice, room), await enter(bob, room)
    await keeper.change(
        room, lambda alias: Room.objects.using(alias).filter(pk=room.pk).update(name="Roses", topic="Red")
    )
    for socket in (a, b):
        told: Frame = await socket.next("room")
        assert (told["room"]["name"], told["room"]["topic"], told["room"]["role"]) == ("Roses", "Red", "member")
    await keeper.membership(room, alice, role="moderator")
    told = await a.next("room")
    assert (told["room"]["role"], "invite" in [each["name"] for each in told["commands"]]) == ("moderator", True)
    assert "room" not in {frame["type"] for frame in await b.settle()}


async def test_a_muted_member_reads_and_does_not_write(alice, bob, keeper, enter):
    room = await keeper.room(alice, bob)
    a, b = await enter(alice, room), await enter(bob, room)
    await b.say("before", n=1)
    until = timezone.now() + timedelta(hours=1)
    await keeper.membership(room, bob, muted_until=until)
    assert (await b.next("room"))["room"]["muted_until"].startswith(f"{until:%Y-%m-%dT%H:%M}")
    await b.send("message", n=2, text="x")
    await b.send("edit", of=1, text="x")
    await b.send("whisper", to=alice.username, text="x")
    await b.command("/me shouts", n=2)
    assert [await b.refused() for _ in range(4)] == ["muted"] * 4
    await b.send("typing", active=True)
    await a.say("you can read this")
    assert (await b.next("message"))["text"] == "you can read this"
    assert {frame["type"] for frame in await a.settle()} <= {"message", "entered"}
    await keeper.membership(room, bob, muted_until=None)
    assert (await b.next("room"))["room"]["muted_until"] is None
    assert (await b.say("thank you", n=2))["type"] == "accepted"


async def test_the_end_of_a_login_closes_its_sockets_at_once_by_the_hint(alice, bob, room, enter, keeper):
    from chat.realtime.login import login_name

    a, b = await enter(alice, room), await enter(bob, room)
    await keeper.hint("rooms", {"type": "login.ended", "user": alice.id, "login": login_name(alice.cookie)})
    await closing(a, "logged_out", 4401)
    await keeper.hint("rooms", {"type": "login.ended", "user": bob.id, "login": "another"})
    assert {frame["type"] for frame in await b.settle()} <= {"entered", "exited"}
    await keeper.hint("rooms", {"type": "login.ended", "user": bob.id, "login": ""})
    await closing(b, "logged_out", 4401)


async def test_the_end_of_a_login_is_found_within_five_seconds_without_a_hint(people, room, enter, keeper):
    alice, bob, _ = people
    a, b, m = [await enter(person, room) for person in people]
    await keeper.do(lambda alias: Session.objects.using(alias).filter(session_key=alice.cookie).delete())
    await keeper.do(lambda alias: User.objects.using(alias).filter(pk=bob.id).update(is_active=False))
    async with asyncio.timeout(6):
        assert [await a.closed(), await b.closed()] == [4401, 4401]
    assert "closing" not in {frame["type"] for frame in await m.settle()}


async def test_a_name_that_was_changed_on_a_page_is_heard_without_a_hint(alice, bob, room, enter, keeper):
    await enter(alice, room)
    b = await enter(bob, room)
    await keeper.do(lambda alias: User.objects.using(alias).filter(pk=alice.id).update(name="Somebody Else"))
    async with asyncio.timeout(6):
        told = await b.next("renamed")
    assert (told["username"], told["name"], told["before"]) == (alice.username, "Somebody Else", alice.username.title())
