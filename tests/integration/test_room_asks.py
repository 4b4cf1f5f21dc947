"""Asking somebody in a room for a private pair: no token is copied, and the answer is theirs."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from django.utils import timezone

from chat.models import Block, Invitation, User
from tests.person import Person
from tests.room import RoomSocket


def shown(person: Person) -> dict[str, str]:
    return {"username": person.username, "name": person.username.title()}


async def ask(asker: RoomSocket, owner: RoomSocket, person: Person) -> str:
    """Let one ask the other; return the ask."""
    await asker.send("ask", to=person.username)
    asked, rung = await asker.next("asked"), await owner.next("ask")
    assert asked["ask"] == rung["ask"]
    assert (asked["seconds"], rung["seconds"]) == (60, 60)
    assert asked["person"]["username"] == person.username
    found: str = asked["ask"]
    return found


async def together(enter, room, *people: Person) -> list[RoomSocket]:
    """Sockets of people of whom the first has seen the last come."""
    sockets = [await enter(person, room) for person in people]
    await sockets[0].next("entered", where=lambda frame: people[-1].username in str(frame))
    return sockets


async def test_on_yes_both_are_paired_without_copying_a_token(people, room, enter, here):
    alice, bob, mallory = people
    a, b, m = await together(enter, room, *people)
    found = await ask(a, b, bob)
    await b.send("admit", ask=found)
    host, guest = await b.next("admitted"), await a.next("admitted")
    assert host == {"type": "admitted", "ask": found, "role": "host", "partner": shown(alice), "token": None}
    token = guest.pop("token")
    assert guest == {"type": "admitted", "ask": found, "role": "guest", "partner": shown(bob)}
    host_pair, guest_pair, other = await bob.open(here), await alice.open(here), await mallory.open(here)
    assert (await other.join(token))["code"] == "unknown_token", "it is for nobody else"
    joined = await guest_pair.join(token)
    assert (joined["pair"]["role"], joined["pair"]["partner"]) == ("guest", shown(bob))
    assert (await host_pair.next("joined"))["pair"]["partner"] == shown(alice)
    assert found not in str(m.heard + await m.settle())


async def test_a_token_that_was_arranged_is_used_once_and_by_the_same_again(people, room, enter, here, keeper):
    alice, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    await b.send("admit", ask=await ask(a, b, bob))
    token = (await a.next("admitted"))["token"]
    host, guest = await bob.open(here), await alice.open(here)
    joined = await guest.join(token)
    assert await guest.join(token) == joined, "the page missed the answer and asks again"
    await guest.send("leave", pair=guest.pair)
    await host.next("left")
    assert (await guest.join(token))["code"] == "unknown_token"
    assert await keeper.do(lambda alias: Invitation.objects.using(alias).get(token=token).guest_id) == alice.id


async def test_whoever_said_yes_is_not_asked_again_and_may_not_want_to_be_disturbed(people, room, enter, here, keeper):
    alice, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    found = await ask(a, b, bob)
    await keeper.do(
        lambda alias: User.objects.using(alias).filter(pk=bob.id).update(ask_first=True, do_not_disturb=True)
    )
    await b.send("admit", ask=found)
    token = (await a.next("admitted"))["token"]
    guest = await alice.open(here)
    assert (await guest.join(token))["code"] == "partner_offline", "his page is still on its way"
    await bob.open(here)
    assert (await guest.join(token))["type"] == "joined"


async def test_who_is_not_to_be_disturbed_hears_no_ask(people, room, enter, keeper):
    _, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    await keeper.do(lambda alias: User.objects.using(alias).filter(pk=bob.id).update(do_not_disturb=True))
    await a.send("ask", to=bob.username)
    await a.next("asked")
    assert "ask" not in {frame["type"] for frame in await b.settle()}


async def test_a_block_holds_whatever_was_arranged(people, room, enter, here, keeper):
    alice, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    await b.send("admit", ask=await ask(a, b, bob))
    token = (await a.next("admitted"))["token"]
    await bob.open(here)
    await keeper.do(lambda alias: Block.objects.using(alias).create(owner_id=bob.id, blocked_id=alice.id))
    assert (await (await alice.open(here)).join(token))["code"] == "partner_offline"


async def test_what_was_arranged_runs_out_and_is_no_invitation_to_others(people, room, enter, here, keeper):
    alice, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    await b.send("admit", ask=await ask(a, b, bob))
    token = (await a.next("admitted"))["token"]
    owner = await keeper.do(lambda alias: User.objects.using(alias).get(pk=bob.id))
    assert await keeper.do(lambda alias: Invitation.open_of(owner).using(alias).count()) == 0
    past = timezone.now() - timedelta(seconds=1)
    await keeper.do(lambda alias: Invitation.objects.using(alias).filter(token=token).update(expires=past))
    await bob.open(here)
    assert (await (await alice.open(here)).join(token))["code"] == "unknown_token"


async def test_a_no_is_a_no_for_a_while(people, room, enter):
    _, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    found = await ask(a, b, bob)
    await b.send("decline", ask=found)
    for socket in (a, b):
        assert await socket.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "declined"}
    await a.send("ask", to=bob.username)
    again = (await a.next("asked"))["ask"]
    assert await a.next("lapsed") == {"type": "lapsed", "ask": again, "reason": "declined"}
    assert "ask" not in {frame["type"] for frame in await b.settle()}


async def test_an_ask_can_be_withdrawn_and_answered_once(people, room, enter):
    _, bob, _ = people
    a, b, m = await together(enter, room, *people)
    found = await ask(a, b, bob)
    for socket, frame in ((m, "admit"), (m, "withdraw"), (a, "admit"), (b, "withdraw")):
        await socket.send(frame, ask=found)
        assert await socket.refused() == "no_ask"
    await a.send("withdraw", ask=found)
    for socket in (a, b):
        assert await socket.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "withdrawn"}
    for socket, frame in ((a, "withdraw"), (b, "admit"), (b, "decline")):
        await socket.send(frame, ask=found)
        assert await socket.refused() == "no_ask"


async def test_every_window_of_the_asked_rings_and_one_answers(people, room, enter):
    _, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    other = await enter(bob, room, "other")
    found = await ask(a, b, bob)
    assert (await other.next("ask"))["ask"] == found
    await other.send("admit", ask=found)
    assert (await other.next("admitted"))["role"] == "host"
    assert await b.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "gone"}
    assert "lapsed" not in {frame["type"] for frame in await other.settle()}
    await a.next("admitted")


async def test_the_same_ask_again_is_the_same_and_another_window_takes_its_place(people, room, enter):
    alice, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    found = await ask(a, b, bob)
    await a.send("ask", to=bob.username)
    assert (await a.next("asked"))["ask"] == found
    other = await enter(alice, room, "other")
    later = await ask(other, b, bob)
    assert later != found
    assert await a.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "withdrawn"}
    assert [frame["reason"] for frame in b.heard if frame["type"] == "lapsed"] == ["withdrawn"]
    await b.send("admit", ask=later)
    await other.next("admitted")
    assert "admitted" not in {frame["type"] for frame in await a.settle()}


async def test_an_ask_in_another_room_takes_the_place_of_the_first(people, room, enter, keeper):
    alice, bob, _ = people
    a, b = await together(enter, room, alice, bob)
    found = await ask(a, b, bob)
    elsewhere = await keeper.room(alice, bob)
    other_a, other_b = await together(enter, elsewhere, alice, bob)
    assert await ask(other_a, other_b, bob) != found
    for socket in (a, b):
        assert await socket.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "withdrawn"}


async def test_whoever_goes_away_asks_no_more_and_answers_no_more(people, room, enter):
    _, bob, _ = people
    a, b, _ = await together(enter, room, *people)
    found = await ask(a, b, bob)
    a.cut()
    async with asyncio.timeout(15):
        assert await b.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "gone"}
    a = await enter(people[0], room)
    found = await ask(a, b, bob)
    await b.send("leave")
    assert await a.next("lapsed") == {"type": "lapsed", "ask": found, "reason": "gone"}


async def test_asking_oneself_nobody_and_too_often(people, room, enter):
    alice, _, mallory = people
    a = (await together(enter, room, *people))[0]
    for to, code in ((alice.username, "yourself"), ("nobody-is", "unknown_user")):
        await a.send("ask", to=to)
        assert await a.refused() == code
    for _ in range(4):
        await a.send("ask", to=mallory.username)
        await a.next("asked")
    await a.send("ask", to=mallory.username)
    assert await a.refused() == "rate_limited"
