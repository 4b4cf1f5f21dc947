"""Rooms from outside: people on two server processes, what they say to everybody, and what the log says afterwards."""

from __future__ import annotations

import asyncio

import pytest
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from chat.rooms.models import Room, RoomMessage
from tests.person import Frame
from tests.room import RoomSocket


def said(frames: list[Frame]) -> list[tuple[int, str]]:
    return [(frame["seq"], frame["text"]) for frame in frames if frame["type"] == "message"]


# --- Coming in ---


async def test_on_connecting_one_gets_a_name_the_users_and_the_commands(alice, bob, room, enter):
    a = await enter(alice, room)
    assert a.welcome["user"] == {"username": alice.username, "name": alice.username.title()}
    assert a.names() == [alice.username]
    commands = {each["name"]: each["usage"] for each in a.welcome["commands"]}
    assert list(commands) == ["users", "msg", "me", "name", "leave", "help"]
    b = await enter(bob, room)
    assert (b.names(), b.welcome["online"]) == ([alice.username, bob.username], 2)
    assert b.welcome["room"] == {
        "slug": room.slug,
        "name": room.name,
        "topic": "",
        "is_lobby": False,
        "is_open": True,
        "retention_days": 30,
        "role": "member",
        "muted_until": None,
    }
    assert (b.welcome["seq"], b.welcome["n"], b.welcome["messages"], b.welcome["more"]) == (0, 0, [], False)
    assert b.welcome["limits"] == {"text": 8000, "frame": 65536}


async def test_the_lobby_is_the_public_board(alice, enter):
    a = await enter(alice, "lobby")
    assert (a.welcome["room"]["is_lobby"], a.welcome["room"]["role"]) == (True, "member")


async def test_no_cookie_a_wrong_one_and_an_old_one_are_told_to_log_in(here, room):
    for cookie in (None, "sessionid=nonsense", "sessionid=" + "é" * 10):
        socket = await RoomSocket.knock(here, room.slug, cookie=cookie)
        assert await socket.closed() == 4401
        assert socket.heard == [{"type": "closing", "reason": "logged_out", "retry": None}]


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example"])
async def test_a_foreign_origin_is_refused(alice, here, room, origin):
    with pytest.raises(InvalidStatus) as refused:
        await RoomSocket.knock(here, room.slug, cookie=alice.cookie_header, origin=origin)
    assert refused.value.response.status_code == 403


async def test_no_room_and_one_that_is_not_open_to_somebody_look_alike(alice, mallory, here, keeper, enter):
    private = await keeper.room(alice)
    await enter(alice, private)
    heard = []
    for slug in (private.slug, "no-such-room", "lobby%00", "LOBBY", "x" * 500):
        socket = await RoomSocket.knock(here, slug, cookie=mallory.cookie_header)
        assert await socket.closed() == 4404
        heard.append(socket.heard)
    assert heard == [[{"type": "closing", "reason": "no_room", "retry": None}]] * len(heard)


# --- The public board ---


async def test_everyone_reads_the_board_and_posts_to_it_the_sender_included(alice, bob, mallory, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    m = await enter(mallory, room)
    accepted = await a.say("  Hello <b>everybody</b> \u202e \x00 ")
    expected = {
        "type": "message",
        "seq": accepted["seq"],
        "author": {"username": alice.username, "name": alice.username.title()},
        "text": "Hello <b>everybody</b> \u202e",
        "action": False,
        "sent_at": accepted["sent_at"],
        "edited": False,
        "deleted": False,
    }
    for socket in (a, b, m):
        assert await socket.hears(1) == expected
    await m.say("me too")
    for socket in (a, b, m):
        assert (await socket.hears(2))["text"] == "me too"


async def test_several_users_at_once_without_conflicts(people, room, enter):
    """The end-to-end scenario: everybody talks at once, and all see the same, each once, in the same order."""
    sockets = [await enter(person, room) for person in (*people, people[0])]
    count = 20

    async def talk(socket: RoomSocket, number: int) -> list[tuple[int, str]]:
        for n in range(1, count + 1):
            await socket.send("message", n=socket.welcome["n"] + n, text=f"{number} says {n}")
        while len(said(socket.heard)) < 3 * count:
            await socket.receive()
        return said(socket.heard)

    async def read(socket: RoomSocket) -> list[tuple[int, str]]:
        while len(said(socket.heard)) < 3 * count:
            await socket.receive()
        return said(socket.heard)

    talking = (talk(socket, number) for number, socket in enumerate(sockets[:3]))
    logs = await asyncio.gather(*talking, read(sockets[3]))
    assert all(log == logs[0] for log in logs)
    assert [seq for seq, _ in logs[0]] == list(range(1, 3 * count + 1))
    for number in range(3):
        mine = [text for _, text in logs[0] if text.startswith(f"{number} ")]
        assert mine == [f"{number} says {n}" for n in range(1, count + 1)]
    for socket in sockets[:3]:
        await socket.settle()
        assert [frame["n"] for frame in socket.heard if frame["type"] == "accepted"] == list(range(1, count + 1))


async def test_a_message_arrives_at_the_other_in_real_time(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    delays = []
    for number in range(10):
        sent = asyncio.get_running_loop().time()
        await a.send("message", n=number + 1, text="now")
        await b.next("message")
        delays.append(asyncio.get_running_loop().time() - sent)
    assert sorted(delays)[5] < 0.25


async def test_whoever_comes_later_reads_what_was_said(alice, bob, room, enter):
    a = await enter(alice, room)
    for number in range(55):
        await a.say(f"message {number}")
    b = await enter(bob, room)
    assert [text for _, text in said(b.welcome["messages"])] == [f"message {number}" for number in range(5, 55)]
    assert (b.welcome["seq"], b.welcome["more"]) == (55, True)
    await b.send("history", before=b.welcome["messages"][0]["seq"])
    page = await b.expect("history")
    assert ([text for _, text in said(page["messages"])], page["before"], page["more"]) == (
        [f"message {number}" for number in range(5)],
        6,
        False,
    )


# --- Each once ---


async def test_a_repeated_count_is_accepted_again_and_stored_once(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    first = await a.say("once", n=1)
    assert await a.say("once", n=1) == first
    again = await enter(alice, room)
    assert again.welcome["n"] == 1
    assert await again.say("once", n=1) == first
    await a.say("twice", n=2)
    assert said(await b.read(2)) == [(1, "once"), (2, "twice")]
    assert said(await b.settle()) == []


async def test_windows_count_for_themselves(alice, room, enter):
    left = await enter(alice, room, "left")
    right = await enter(alice, room, "right")
    assert [(await left.say("one", n=1))["seq"], (await right.say("two", n=1))["seq"]] == [1, 2]
    assert (await enter(alice, room, "left")).welcome["n"] == 1
    assert (await enter(alice, room, "new")).welcome["n"] == 0


async def test_a_gap_in_the_count_is_refused(alice, room, enter):
    a = await enter(alice, room)
    assert await a.say("too far", n=3) == {
        "type": "error",
        "code": "out_of_order",
        "message": "A message before this one has not arrived.",
        "for": "message",
        "n": 3,
        "expected": 1,
    }


async def test_coming_back_one_reads_what_one_missed(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await a.say("before")
    await b.next("message")
    b.cut()
    for number in range(52):  # more than is read at once
        await a.say(f"missed {number}")
    await a.send("edit", of=1, text="edited")
    await a.next("edited")
    b = await enter(bob, room)
    await b.send("resume", seq=1)
    resumed = await b.next("resumed")
    assert resumed == {"type": "resumed", "seq": 54, "complete": True}
    assert said(b.heard) == [(number + 2, f"missed {number}") for number in range(52)]
    assert [(frame["of"], frame["text"]) for frame in b.heard if frame["type"] == "edited"] == [(1, "edited")]
    assert (await a.say("after"))["type"] == "accepted"
    assert (await b.next("message"))["text"] == "after"


async def test_reading_again_costs_by_what_is_read(alice, room, keeper, enter):
    def fill(alias: str) -> None:
        messages = (
            RoomMessage(room=room, author_id=alice.id, seq=n, changed=n, n=n, text="x", sent_at=timezone.now())
            for n in range(1, 1_001)
        )
        RoomMessage.objects.using(alias).bulk_create(messages)
        Room.objects.using(alias).filter(pk=room.pk).update(seq=1_000)

    await keeper.do(fill)
    a = await enter(alice, room)
    for _ in range(12):  # of 20 pieces each, where 60 may be read at once
        await a.send("resume", seq=0)
    assert (await a.next("error"))["code"] == "rate_limited"


async def test_resuming_past_what_is_kept_is_said(alice, room, keeper, enter):
    a = await enter(alice, room)
    for number in range(3):
        await a.say(f"message {number}")
    await keeper.do(lambda alias: RoomMessage.objects.using(alias).filter(room_id=room.pk, seq__lte=2).delete())
    await a.send("resume", seq=0)
    assert await a.next("resumed") == {"type": "resumed", "seq": 3, "complete": False}
    for seq in (3, 99):
        await a.send("resume", seq=seq)
        assert await a.next("resumed") == {"type": "resumed", "seq": 3, "complete": True}


async def test_an_event_that_was_lost_is_read_from_the_database(alice, bob, room, keeper, enter):
    """What another process wrote and could not publish: as if Redis had lost it."""
    a, b = await enter(alice, room), await enter(bob, room)

    def write(alias: str) -> None:
        from django.utils import timezone

        message = RoomMessage(room_id=room.pk, seq=1, changed=1, author_id=alice.id, n=1, text="unheard of")
        message.sent_at = timezone.now()
        message.save(using=alias)
        Room.objects.using(alias).filter(pk=room.pk).update(seq=1)

    await keeper.do(write)
    async with asyncio.timeout(3):
        for socket in (a, b):
            assert said(await socket.read(1)) == [(1, "unheard of")]


# --- Edits and deletions ---


async def test_an_edit_and_a_deletion_are_seen_by_everybody(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await a.say("Helo")
    await a.send("edit", of=1, text=" Hello ")
    for socket in (a, b):
        edited = await socket.next("edited")
        assert (edited["seq"], edited["of"], edited["text"]) == (2, 1, "Hello")
    await a.send("delete", of=1)
    for socket in (a, b):
        assert await socket.next("deleted") == {"type": "deleted", "seq": 3, "of": 1}
    later = await enter(bob, room)
    [message] = later.welcome["messages"]
    assert (message["text"], message["deleted"], message["edited"]) == ("", True, False)


async def test_nobody_changes_what_somebody_else_said(alice, mallory, room, enter):
    a, m = await enter(alice, room), await enter(mallory, room)
    await a.say("mine")
    for frame in ({"type_": "edit", "of": 1, "text": "x"}, {"type_": "delete", "of": 1}, {"type_": "delete", "of": 9}):
        await m.send(**frame)
        assert await m.refused() == "no_message"
    assert [frame["type"] for frame in await a.settle()] == []


async def test_who_keeps_order_deletes_what_others_said(alice, bob, keeper, enter):
    room = await keeper.room(alice, bob, roles=["moderator"])
    a, b = await enter(alice, room), await enter(bob, room)
    await b.say("rude")
    await a.send("delete", of=1)
    assert await b.next("deleted") == {"type": "deleted", "seq": 2, "of": 1}


# --- From outside ---


async def test_an_outsider_hears_nothing_of_a_room_they_are_not_in(people, keeper, site, enter):
    alice, bob, mallory = people
    private, other = await keeper.room(alice, bob), await keeper.room()
    a, b = await enter(alice, private), await enter(bob, private)
    m = [await enter(mallory, other) for _ in range(2)]
    await a.say("a secret")
    assert (await b.next("message"))["text"] == "a secret", "it does travel"
    await b.send("typing", active=True)
    await a.next("typing")
    for socket in m:
        await socket.send("edit", of=1, text="x")
        assert await socket.refused() == "no_message"
        await socket.send("resume", seq=0)
        assert await socket.next("resumed") == {"type": "resumed", "seq": 0, "complete": True}
        await socket.send("history", before=100)
        assert (await socket.next("history"))["messages"] == []
        await socket.settle()
        assert "secret" not in str(socket.heard)
        assert alice.username not in str(socket.heard)
    assert "a secret" not in site.log()
    assert alice.username not in site.log()


# --- What is no frame ---


async def test_ten_bad_frames_close_the_socket(alice, room, enter):
    a = await enter(alice, room)
    for number in range(10):
        await (a.send_raw(b"\x00") if number % 2 else a.send("nonsense"))
    assert await a.closed() == 1008
    assert [frame.get("code") for frame in a.heard if frame["type"] == "error"] == ["unknown_type", "bad_frame"] * 5


async def test_an_empty_and_a_long_message_are_answered_in_words(alice, room, enter):
    a = await enter(alice, room)
    assert (await a.say("  \n "))["code"] == "empty"
    assert (await a.say("x" * 8_001))["code"] == "too_long"
    assert (await a.say("x" * 8_000, n=1))["type"] == "accepted"


async def test_a_flood_of_frames_closes_the_socket_and_of_messages_is_refused(alice, bob, room, enter):
    a = await enter(alice, room)
    for n in range(1, 81):
        await a.send("message", n=n, text="x")
    refused = await a.next("error")
    assert (refused["code"], refused["n"] > 50) == ("rate_limited", True)
    b = await enter(bob, room)
    for _ in range(400):
        await b.send("ping")
    assert await b.closed() == 4429
    assert b.heard[-1] == {"type": "closing", "reason": "flooding", "retry": 10.0}
