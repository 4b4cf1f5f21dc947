"""The lobby and rooms in real browsers: what people can do there, feature by feature."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.roommates import arrive, called, count, enter, last, names, new_room, settled, together
from tests.site import new_site

pytestmark = pytest.mark.asyncio(loop_scope="session")


# --- Two scenarios: several clients at once ---


async def test_a_message_of_one_arrives_at_the_other_in_real_time(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await alice.say("Hello <b>Bob</b>")
    await expect(last(alice)).to_contain_text("Stored")
    await bob.reads("Hello <b>Bob</b>")
    await expect(last(bob)).to_contain_text(called(alice))
    await bob.say("Hello Alice")
    await alice.reads("Hello Alice")
    assert await settled(alice, bob) == [["Hello <b>Bob</b>", "Hello Alice"]] * 2


async def test_several_at_once_write_without_conflicts_and_read_the_same(visitor, site):
    people, _ = await together(visitor, site)
    for number in range(8):
        await asyncio.gather(*(one.say(f"{one.username} {number}") for one in people))
    for one in people:
        await expect(one.page.locator("#log .message")).to_have_count(24)
    alice, bob, mallory = await settled(*people)
    assert alice == bob == mallory
    for one in people:
        assert [text for text in alice if text.startswith(one.username)] == [f"{one.username} {n}" for n in range(8)]


# --- The public board, who is here, private words, names ---


async def test_whoever_connects_has_a_name_and_reads_and_writes_the_public_board(visitor, site):
    alice, bob = [await arrive(visitor, person) for person in site.trio()[:2]]
    await enter(alice, "/rooms/lobby/")
    await enter(bob, "/rooms/lobby/")
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Lobby")
    await expect(alice.page.locator("#status-bar")).to_contain_text("Messages are kept for 30 days.")
    await alice.say(f"{alice.username} was here")
    await bob.reads(f"{alice.username} was here")
    await expect(last(bob).locator(".message__author")).to_have_text(called(alice))


async def test_the_list_of_those_who_are_connected_is_live(visitor, site):
    (alice, bob, mallory), path = await together(visitor, site)
    await expect(names(alice)).to_have_text([called(one) for one in (alice, bob, mallory)])
    await mallory.go("/settings/")
    await expect(names(alice)).to_have_text([called(alice), called(bob)])
    await alice.reads(f"{called(mallory)} went out.")
    await enter(mallory, path)
    await expect(count(alice)).to_have_text("3")
    await alice.reads(f"{called(mallory)} came in.")
    await bob.say("hello")
    await mallory.go("/settings/")
    await expect(alice.page.locator(".line").last).to_have_text(f"{called(mallory)} went out.")


async def test_several_windows_of_one_person_count_once_and_read_the_same(visitor, site):
    (alice, bob, _), path = await together(visitor, site)
    second = Visitor(await bob.page.context.new_page(), bob.site, bob.username)
    await enter(second, path)
    await bob.say("from the first")
    await second.reads("from the first")
    await second.say("from the second")
    await alice.reads("from the second")
    await expect(count(alice)).to_have_text("3")
    assert await settled(alice, bob, second) == [["from the first", "from the second"]] * 3
    await expect(second.page.locator("#log .message[data-from=me]")).to_have_count(2)
    await second.page.close()
    await bob.say("still here")
    await alice.reads("still here")
    await expect(alice.page.locator(".line").filter(has_text="went out")).to_have_count(0)


async def test_a_private_message_reaches_the_one_who_was_selected_and_nobody_else(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await names(alice).filter(has_text=called(bob)).click()
    await alice.page.get_by_role("button", name="Whisper: only they see it").click()
    await expect(alice.page.locator("#mode")).to_contain_text(f"Whispering to {called(bob)}")
    await alice.say("between us")
    await bob.reads("between us")
    await bob.reads(f"Whisper: only you and {called(alice)} see this")
    await alice.reads("between us")
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.locator("#mode")).to_be_hidden()
    await alice.say(f"/msg {mallory.username} not for Bob")
    await mallory.reads("not for Bob")
    await alice.say("for everybody")
    await mallory.reads("for everybody")
    assert "between us" not in await mallory.texts
    assert "not for Bob" not in await bob.texts


async def test_a_whisper_to_somebody_who_went_comes_back_and_is_said_to_nobody(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await alice.page.get_by_label("Message", exact=True).fill("a draft for everybody")
    await names(alice).filter(has_text=called(mallory)).click()
    await alice.page.get_by_role("button", name="Whisper: only they see it").click()
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("")
    await mallory.say("/leave")
    await expect(count(alice)).to_have_text("2")
    await alice.say("too late")
    await expect(alice.page.locator("#text-error")).to_have_text("This person is not here right now.")
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("too late")
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("a draft for everybody")
    await alice.page.keyboard.press("Enter")
    await bob.reads("a draft for everybody")
    assert await bob.texts == ["a draft for everybody"]


async def test_changing_the_name_is_seen_by_everybody_and_refused_if_it_is_taken(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await alice.say(f"/name {bob.username}")
    await expect(alice.page.locator("#text-error")).to_contain_text("Somebody has this name")
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value(f"/name {bob.username}")
    await alice.say("what I said before")
    await bob.reads("what I said before")
    await alice.say(f"/name Ally {alice.username}")
    for one in (alice, bob):
        await one.reads(f"{called(alice)} is called Ally {alice.username} now.")
        await expect(names(one).filter(has_text=f"Ally {alice.username}")).to_be_visible()
    await expect(last(bob).locator("[data-part=author]")).to_have_text(f"Ally {alice.username}")


# --- Commands, the administrator ---


async def test_the_commands_are_listed_and_work_without_being_known_in_advance(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await alice.say("/help")
    await alice.reads("/msg NAME text")
    await alice.reads("A message that begins with a slash.")
    await alice.say("/users")
    await alice.reads("3 people are here:")
    await alice.say("/me waves")
    await bob.reads(f"\u2068{called(alice)}\u2069 waves")
    await alice.say("//not a command")
    await bob.reads("/not a command")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("/dance", "There is no such command. /help lists those there are."),
        ("/msg nobody-at-all hello", "There is nobody of this name."),
        ("/msg {self} hello", "That is you."),
        ("/msg {self}", "There is nothing in this message."),
        ("/name", "Something is missing. /help says how this command is written."),
    ],
)
async def test_what_cannot_be_done_is_answered_in_words_and_nothing_typed_is_lost(
    visitor, site, typed: str, answer: str
):
    (alice,), _ = await together(visitor, site, people=1)
    line = typed.format(self=alice.username)
    await alice.say(line)
    await expect(alice.page.locator("#text-error")).to_contain_text(answer)
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value(line)


async def test_of_several_that_are_refused_at_once_none_is_lost(visitor, site):
    (alice,), _ = await together(visitor, site, people=1)
    await alice.page.evaluate("""
      for (const text of ["/msg nobody.here one", "/msg nobody.here two"]) {
        document.querySelector("#composer textarea").value = text;
        document.querySelector("#composer").requestSubmit();
      }
    """)
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("/msg nobody.here one")
    await alice.reads("There is nobody of this name. /msg nobody.here two")


async def test_leaving_is_told_at_once_and_leads_back_to_the_rooms(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await bob.say("/leave")
    await bob.page.wait_for_url("**/rooms/")
    await alice.reads(f"{called(bob)} went out.")
    await mallory.page.get_by_role("button", name="Options").click()
    await mallory.page.locator("#options-dialog").get_by_role("button", name="Go out of the room").click()
    await mallory.page.wait_for_url("**/rooms/")
    await expect(names(alice)).to_have_text([called(alice)])


async def test_the_administrator_speaks_to_everybody_in_every_room(visitor, site):
    (alice, bob, mallory), path = await together(visitor, site)
    await new_room(mallory, "Another room")
    await asyncio.to_thread(site.make_staff, alice.username)
    await enter(alice, path)
    await alice.say("/announce Tea is served")
    for one in (alice, bob, mallory):
        await one.reads("From the administrator: Tea is served")
    await bob.say("/announce So is coffee")
    await expect(bob.page.locator("#text-error")).to_contain_text("There is no such command")


async def test_the_administrator_shuts_down_and_everybody_is_told_before(visitor):
    own = await asyncio.to_thread(new_site, processes=1, RATE_LIMITS="off")
    try:
        alice, bob = [await arrive(visitor, person) for person in own.people("alice", "bob")]
        alice.site = bob.site = own.urls()[0]
        own.make_staff(alice.username)
        for one in (alice, bob):
            await enter(one, "/rooms/lobby/")
        await alice.say("/shutdown soon")
        await expect(alice.page.locator("#text-error")).to_contain_text("Something is missing")
        await alice.say("/shutdown 2 A new kettle.")
        for one in (alice, bob):
            await expect(one.page.locator("#stopping")).to_contain_text("A new kettle.")
        await bob.stands("Tandem")  # restarting, or out of reach: the page tries again by itself
        await expect(bob.page.locator("#status-bar[data-tone=trouble]")).to_be_visible()
        assert await asyncio.to_thread(own.servers[0].process.wait, 15) == 0
    finally:
        own.stop()
