"""What somebody does on a page is heard by the sockets of rooms at once, whichever process has the page and which the socket."""

from __future__ import annotations

import asyncio

from tests.person import Frame, Person
from tests.room import RoomSocket

WITHIN = 1.0  # seconds


async def at_once(socket: RoomSocket, *types: str) -> Frame:
    async with asyncio.timeout(WITHIN):
        return await socket.next(*types)


async def owned(keeper, owner: Person, *others: Person):
    """A room with an owner and members."""
    room = await keeper.room(owner, *others, roles=["owner"])
    await keeper.do(lambda alias: type(room).objects.using(alias).filter(pk=room.pk).update(owner_id=owner.id))
    return room


async def test_who_is_removed_on_a_page_is_out(alice, bob, keeper, enter):
    room = await owned(keeper, alice, bob)
    b, a = await enter(bob, room), await enter(alice, room)
    page = f"/rooms/{room.slug}/members/"
    assert await alice.post(enter.next_url(), page, deed="mute_hour", username=bob.username) == 200
    assert (await at_once(b, "room"))["room"]["muted_until"]
    assert await alice.post(enter.next_url(), page, deed="appoint", username=bob.username) == 200
    assert (await at_once(b, "room"))["room"]["role"] == "moderator"
    assert await alice.post(enter.next_url(), page, deed="remove", username=bob.username) == 200
    assert (await at_once(b, "closing"))["reason"] == "removed"
    assert await b.closed() == 4403
    assert (await at_once(a, "exited"))["online"] == 1
    assert await alice.post(enter.next_url(), page, deed="let_back", username=bob.username) == 200
    again = await RoomSocket.knock(enter.next_url(), room.slug, cookie=bob.cookie_header)
    assert await again.closed() == 4404, "what is not open to everybody takes an invitation"


async def test_a_room_that_is_edited_and_deleted_on_a_page(alice, bob, keeper, enter):
    room = await owned(keeper, alice, bob)
    b = await enter(bob, room)
    edited = {"name": "Roses", "topic": "Red", "retention_days": "7"}
    assert await alice.post(enter.next_url(), f"/rooms/{room.slug}/edit/", **edited) == 200
    told = (await at_once(b, "room"))["room"]
    assert (told["name"], told["topic"], told["retention_days"]) == ("Roses", "Red", 7)
    assert await alice.post(enter.next_url(), f"/rooms/{room.slug}/delete/", name="Roses") == 200
    assert (await at_once(b, "closing"))["reason"] == "no_room"


async def test_who_was_invited_by_a_command_accepts_on_a_page_and_comes_in(alice, bob, keeper, enter):
    room = await owned(keeper, alice)
    a = await enter(alice, room)
    await a.command(f"/invite {bob.username}")
    await a.next("invited")
    outside = await RoomSocket.knock(enter.next_url(), room.slug, cookie=bob.cookie_header)
    assert await outside.closed() == 4404, "an invitation alone opens no door"
    [invitation] = await keeper.do(lambda alias: list(room.invitations.using(alias).values_list("pk", flat=True)))
    assert await bob.post(enter.next_url(), f"/rooms/invitations/{invitation}/accept/") == 200
    assert bob.username in (await enter(bob, room)).names()


async def test_being_shown_or_not_is_chosen_on_a_page(alice, bob, room, enter):
    a, _ = await enter(alice, room), await enter(bob, room)
    await a.next("entered", where=lambda frame: bob.username in str(frame))
    assert await bob.post(enter.next_url(), "/settings/shown/", is_invisible="on") == 200
    assert bob.username in str(await at_once(a, "exited"))
    assert await bob.post(enter.next_url(), "/settings/shown/") == 200
    assert bob.username in str(await at_once(a, "entered"))


async def test_a_name_that_is_changed_on_a_page_is_told(alice, bob, room, enter):
    a, _ = await enter(alice, room), await enter(bob, room)
    await a.next("entered", where=lambda frame: bob.username in str(frame))
    assert await bob.post(enter.next_url(), "/settings/", name=f"Robert {bob.id}") == 200
    assert (await at_once(a, "renamed"))["name"] == f"Robert {bob.id}"


async def test_logging_out_closes_the_windows_of_that_login(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await a.next("entered", where=lambda frame: bob.username in str(frame))
    assert await bob.post(enter.next_url(), "/accounts/logout/") == 200
    assert (await at_once(b, "closing"))["reason"] == "logged_out"
    assert await b.closed() == 4401
    assert bob.username in str(await at_once(a, "exited"))
