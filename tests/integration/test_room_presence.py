"""Who is in a room, what they say to one alone, and what they type after a slash: from outside, on two server processes."""

from __future__ import annotations

import asyncio

import pytest

from chat.models import Block, RoomInvitation, User
from chat.rooms.limits import INVITATIONS_AT_ONCE
from tests.person import Frame, Person
from tests.room import Entrance, Keeper, RoomSocket
from tests.site import new_site


def shown(person: Person) -> dict[str, str]:
    return {"username": person.username, "name": person.username.title()}


async def told_of(socket: RoomSocket, type_: str, person: Person) -> Frame:
    """The frame that says that this person came or went."""
    return await socket.next(type_, where=lambda frame: shown(person) in frame["people"])


# --- Coming and going ---


async def test_everyone_sees_who_joins_and_who_leaves(alice, bob, room, enter):
    a = await enter(alice, room)
    b = await enter(bob, room)
    assert await told_of(a, "entered", bob) == {"type": "entered", "people": [shown(bob)], "online": 2}
    await b.send("leave")
    assert await told_of(a, "exited", bob) == {"type": "exited", "people": [shown(bob)], "online": 1}
    assert await b.closed() == 1000
    assert b.heard[-1] == {"type": "closing", "reason": "left", "retry": None}
    assert (await enter(bob, room)).names() == [alice.username, bob.username], "and may come again"


async def test_two_windows_of_one_user_count_once(alice, bob, room, enter):
    a = await enter(alice, room)
    left, right = await enter(bob, room, "left"), await enter(bob, room, "right")
    assert (right.names(), right.welcome["online"]) == ([alice.username, bob.username], 2)
    await told_of(a, "entered", bob)
    await left.send("leave")
    await left.closed()
    await right.send("members")
    assert (await right.next("members"))["online"] == 2
    await right.send("leave")
    await told_of(a, "exited", bob)
    came = [
        frame["type"] for frame in a.heard if frame["type"] in ("entered", "exited") and shown(bob) in frame["people"]
    ]
    assert came == ["entered", "exited"]


async def test_a_reload_is_no_exit(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await told_of(a, "entered", bob)
    await b.close()
    b = await enter(bob, room)
    await b.send("leave")
    await told_of(a, "exited", bob)
    assert [frame["type"] for frame in a.heard].count("exited") == 1


async def test_a_lost_connection_is_an_exit_in_a_few_seconds(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    b.cut()
    async with asyncio.timeout(8):
        await told_of(a, "exited", bob)


async def test_the_list_of_users_is_there_for_the_asking(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await told_of(a, "entered", bob)
    expected = {"type": "members", "online": 2, "members": [shown(alice), shown(bob)]}
    await a.send("members")
    assert await a.next("members") == expected
    await b.command("/users")
    assert await b.next("members") == expected


async def test_an_invisible_user_is_seen_by_nobody_and_reads_and_writes(alice, bob, room, enter, keeper):
    await keeper.do(lambda alias: User.objects.using(alias).filter(pk=bob.id).update(is_invisible=True))
    a = await enter(alice, room)
    b = await enter(bob, room)
    assert (b.names(), b.welcome["online"]) == ([alice.username], 1)
    await b.send("typing", active=True)
    await b.say("I am a voice")
    assert (await a.hears(1))["author"]["username"] == bob.username
    await a.send("whisper", to=bob.username, text="psst")
    assert await a.refused() == "not_here"
    await a.send("ask", to=bob.username)
    assert await a.refused() == "not_here"
    await b.send("leave")
    await b.closed()
    await a.settle()
    kinds = {frame["type"] for frame in a.heard if bob.username in str(frame)}
    assert kinds == {"message"}, "the premise is that what he says is heard"


async def test_becoming_invisible_and_visible_again_holds_at_once(alice, bob, room, enter, keeper):
    a, b = await enter(alice, room), await enter(bob, room)
    await told_of(a, "entered", bob)
    for invisible, told in ((True, "exited"), (False, "entered")):
        await keeper.do(lambda alias, to=invisible: User.objects.using(alias).filter(pk=bob.id).update(is_invisible=to))
        await keeper.hint("rooms", {"type": "person.changed", "user": bob.id})
        await told_of(a, told, bob)
    assert (await b.settle())[-1]["type"] in ("entered", "exited")


async def test_a_process_that_dies_takes_its_people_with_it_and_no_others():
    """Their leases run out; whoever is on another process stays."""
    site = new_site(2)
    try:
        alice, bob, _ = site.trio()
        enter = Entrance(site)
        a, b = await enter(alice, "lobby"), await enter(bob, "lobby")
        await told_of(a, "entered", bob)
        site.servers[1].process.kill()
        async with asyncio.timeout(18):
            assert (await told_of(a, "exited", bob))["online"] == 1
        b = await RoomSocket.enter(site.urls()[0], bob, "lobby")
        assert b.names() == [alice.username, bob.username]
    finally:
        site.stop()


# --- To one alone ---


async def test_a_private_message_reaches_only_the_selected_user(people, room, enter, site):
    alice, bob, mallory = people
    a, b, m = [await enter(person, room) for person in people]
    other = await enter(bob, room, "another window")
    await told_of(a, "entered", mallory)
    await m.say("I hear everything")
    assert (await a.hears(1))["text"] == "I hear everything", "all three are in one room"
    await a.send("whisper", to=bob.username, text="only you")
    for socket in (a, b, other):
        whisper = await socket.next("whisper")
        assert (whisper["sender"], whisper["to"], whisper["text"]) == (shown(alice), shown(bob), "only you")
    await b.command(f"/msg {alice.username.upper()} only you too")
    for socket in (a, b, other):
        whisper = await socket.next("whisper")
        assert (whisper["sender"], whisper["to"], whisper["text"]) == (shown(bob), shown(alice), "only you too")
    await m.settle()
    assert "only you" not in str(m.heard)
    late = await enter(mallory, room, "later")
    await late.send("resume", seq=0)
    await late.next("resumed")
    await late.send("history", before=1_000)
    await late.next("history")
    assert "only you" not in str(late.heard), "it is stored nowhere"
    assert "only you" not in site.log()
    with site.redis() as redis:
        assert not any("only you" in str(redis.dump(key)) for key in redis.keys("*"))


async def test_an_unknown_user_and_oneself_are_answered_in_words(alice, bob, mallory, room, enter):
    a, _ = await enter(alice, room), await enter(mallory, room)
    for to, code in (("nobody-is-called-so", "unknown_user"), (alice.username, "yourself"), (bob.username, "not_here")):
        await a.send("whisper", to=to, text="hello")
        error = await a.next("error")
        assert (error["code"], error["for"], bool(error["message"])) == (code, "whisper", True)
        await a.command(f"/msg {to} hello")
        error = await a.next("error")
        assert (error["code"], error["for"]) == (code, "command")
    await a.send("whisper", to=bob.username, text="  ")
    assert await a.refused() == "empty"


async def test_whoever_blocks_one_seems_not_to_answer(alice, bob, room, enter, keeper):
    a, b = await enter(alice, room), await enter(bob, room)
    await told_of(a, "entered", bob)
    await a.send("whisper", to=bob.username, text="hello")
    await b.next("whisper")
    await keeper.do(lambda alias: Block.objects.using(alias).create(owner_id=bob.id, blocked_id=alice.id))
    await a.send("whisper", to=bob.username, text="hello again")
    await a.next("whisper", where=lambda frame: frame["text"] == "hello again")
    await a.send("ask", to=bob.username)
    asked = await a.next("asked")
    assert (asked["person"], asked["seconds"]) == (shown(bob), 60)
    assert {frame["type"] for frame in await b.settle()} <= {"entered", "exited"}


async def test_a_display_name_says_who_is_meant_however_it_is_written(alice, bob, room, enter, keeper):
    def rename(alias: str) -> None:
        user = User.objects.using(alias).get(pk=bob.id)
        user.name = f"Łukasz{bob.id}"
        user.save(using=alias, update_fields=["name"])

    await keeper.do(rename)
    a, b = await enter(alice, room), await enter(bob, room)
    await a.next("entered", where=lambda frame: bob.username in str(frame))
    await a.command(f"/msg łUKASZ{bob.id} hello")
    assert (await b.next("whisper"))["text"] == "hello"


async def test_everybody_but_oneself_sees_who_types(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    for active in (True, False):
        await a.send("typing", active=active)
        assert await b.next("typing") == {"type": "typing", "person": shown(alice), "active": active}
    assert "typing" not in {frame["type"] for frame in await a.settle()}


# --- Names ---


async def test_a_new_name_is_seen_by_everybody_in_every_room(alice, bob, room, enter, keeper):
    other = await keeper.room()
    a, b = await enter(alice, room), await enter(bob, room)
    elsewhere, there = await enter(alice, other), await enter(bob, other)
    await a.command(f"/name  The Real {alice.id} ")
    expected = {
        "type": "renamed",
        "username": alice.username,
        "name": f"The Real {alice.id}",
        "before": alice.username.title(),
    }
    for socket in (a, b, elsewhere, there):
        assert await socket.next("renamed") == expected
    await a.say("it is me")
    assert (await b.next("message"))["author"] == {"username": alice.username, "name": f"The Real {alice.id}"}
    await b.command("/users")
    assert f"The Real {alice.id}" in [each["name"] for each in (await b.next("members"))["members"]]


async def test_a_name_that_is_taken_however_it_is_written_is_refused(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    lookalike = bob.username.replace("o", "\u043e")  # the Cyrillic one
    for name, code in (
        (bob.username, "name_taken"),
        (bob.username.title(), "name_taken"),
        (lookalike, "name_taken"),
        ("\u200b", "bad_name"),
        ("x" * 41, "bad_name"),
    ):
        await a.command(f"/name {name}")
        assert await a.refused() == code, name
    assert "renamed" not in {frame["type"] for frame in await b.settle()}


async def test_a_name_that_was_given_up_is_free_again(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    for name in (f"First {alice.id}", f"Second {alice.id}"):
        await a.command(f"/name {name}")
        await a.next("renamed")
    await b.command(f"/name first {alice.id}")
    assert (await b.next("renamed", where=lambda frame: frame["username"] == bob.username))[
        "name"
    ] == f"first {alice.id}"


# --- Commands ---


async def test_wrong_commands_are_answered(alice, room, enter):
    a = await enter(alice, room)
    for text, code in (
        ("/dance", "unknown_command"),
        ("users", "unknown_command"),
        ("/", "unknown_command"),
        ("/__class__", "unknown_command"),
        ("/msg", "bad_command"),
        ("/msg bob", "empty"),
        ("/me", "empty"),
        ("/me waves", "bad_command"),
        ("/name", "bad_command"),
        ("/invite bob", "unknown_command"),
        ("/announce hello", "unknown_command"),
        ("/shutdown 60", "unknown_command"),
    ):
        await a.command(text)
        error = await a.next("error")
        assert (error["code"], error["for"]) == (code, "command"), text


async def test_help_lists_the_commands(alice, room, enter):
    a = await enter(alice, room)
    await a.command("/HELP")
    assert (await a.next("commands"))["commands"] == a.welcome["commands"]


async def test_me_is_a_message_about_oneself(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await a.command("/me waves", n=1)
    assert (await a.next("accepted"))["n"] == 1
    message = await b.next("message")
    assert (message["text"], message["action"]) == ("waves", True)
    await b.send("message", n=1, text="/me is literal here")
    message = await a.next("message", where=lambda frame: frame["seq"] == 2)
    assert (message["text"], message["action"]) == ("/me is literal here", False)


async def test_leave_is_a_command_too(alice, bob, room, enter):
    a, b = await enter(alice, room), await enter(bob, room)
    await told_of(a, "entered", bob)
    await b.command("/leave")
    assert await b.closed() == 1000
    await told_of(a, "exited", bob)


async def test_an_owner_invites_by_name(alice, bob, mallory, keeper, enter):
    room = await keeper.room(alice, mallory, roles=["owner"])
    a, m = await enter(alice, room), await enter(mallory, room)
    assert "invite" in [each["name"] for each in a.welcome["commands"]]
    await a.command(f"/invite {bob.username}")
    assert await a.next("invited") == {"type": "invited", "person": shown(bob)}
    invited = await keeper.do(
        lambda alias: list(RoomInvitation.objects.using(alias).filter(room=room).values_list("user"))
    )
    assert invited == [(bob.id,)]
    for name, code in ((mallory.username, "is_member"), (alice.username, "yourself"), ("nobody-is", "unknown_user")):
        await a.command(f"/invite {name}")
        assert await a.refused() == code
    await m.command(f"/invite {bob.username}")
    assert await m.refused() == "unknown_command"


async def test_nobody_is_rung_by_invitations_without_end(alice, bob, keeper, enter):
    room = await keeper.room(alice, roles=["owner"])
    a = await enter(alice, room)
    for _ in range(INVITATIONS_AT_ONCE):
        await a.command(f"/invite {bob.username}")
        await a.next("invited")
    await a.command(f"/invite {bob.username}")
    assert await a.refused() == "rate_limited"


async def make_staff(keeper: Keeper, person: Person, is_staff: bool = True) -> None:
    await keeper.do(lambda alias: User.objects.using(alias).filter(pk=person.id).update(is_staff=is_staff))


async def test_the_administrator_announces_to_everybody_in_any_room(alice, bob, room, enter, keeper):
    other = await keeper.room(bob)
    await make_staff(keeper, alice)
    a, b = await enter(alice, room), await enter(bob, other)
    await a.command("/announce There is cake.")
    for socket in (a, b):
        assert (await socket.next("announcement"))["text"] == "There is cake."
    await make_staff(keeper, alice, is_staff=False)
    await a.command("/announce There is more.")
    assert await a.refused() == "not_allowed", "whoever is no administrator any more"


async def test_the_administrator_shuts_down_and_everybody_is_told_before():
    site = new_site(2)
    try:
        alice, bob, _ = site.trio()
        enter = Entrance(site)
        promote = f"from chat.models import User; User.objects.filter(pk={alice.id}).update(is_staff=True)"
        await asyncio.to_thread(site._manage, "shell", "-v", "0", "-c", promote)
        a, b = await enter(alice, "lobby"), await enter(bob, "lobby")
        for seconds in ("soon", "9999999", "0" * 5_000):
            await a.command(f"/shutdown {seconds}")
            assert await a.refused() == "bad_command"
        await a.command("/shutdown 1 Back in five minutes.")
        for socket in (a, b):
            assert await socket.next("notice") == {"type": "notice", "text": "Back in five minutes.", "seconds": 1}
            assert await socket.closed() == 1012
        assert [await asyncio.to_thread(server.process.wait, 10) for server in site.servers] == [0, 0]
        assert "Traceback" not in site.log()
    finally:
        site.stop()


@pytest.mark.parametrize("text", ["/msg", "/me", "/name"])
async def test_a_command_with_much_behind_it_is_answered(alice, room, enter, text):
    a = await enter(alice, room)
    await a.command(f"{text} " + "x" * 8_000)
    assert await a.refused() == "too_long"
