"""The lobby and rooms in real browsers: what people can do there, feature by feature."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Visitor
from tests.faults.proxy import Proxy
from tests.site import new_site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def arrive(visitor, person, **context: object) -> Visitor:
    """Somebody who is logged in already."""
    made: Visitor = await visitor(person.username, **context)
    made.username = person.username
    await made.page.context.add_cookies([{"name": "sessionid", "value": person.cookie, "url": made.site}])
    return made


async def new_room(owner: Visitor, name: str = "Tea", *, is_open: bool = True) -> str:
    """Its address."""
    await owner.go("/rooms/new/")
    await owner.page.get_by_label("Name", exact=True).fill(name)
    if is_open:
        await owner.page.get_by_label("Open to everybody").check()
    await owner.page.get_by_role("button", name="Make the room").click()
    await owner.page.wait_for_url("**/about/")
    path = owner.page.url.removeprefix(owner.site).removesuffix("about/")
    await enter(owner, path)
    return path


async def together(
    visitor, site, *, width: int = 1280, people: int = 3, **context: object
) -> tuple[list[Visitor], str]:
    """Alice, who owns the room, Bob and Mallory, all in one open room."""
    trio = [await arrive(visitor, person, width=width, **context) for person in site.trio()[:people]]
    path = await new_room(trio[0])
    for one in trio[1:]:
        await enter(one, path)
    await expect(count(trio[0])).to_have_text(str(people))
    return trio, path


async def enter(somebody: Visitor, path: str) -> None:
    await somebody.go(path)
    await somebody.stands("Connected")


def count(somebody: Visitor) -> Locator:
    return somebody.page.locator("#people [data-part=count]")


def names(somebody: Visitor) -> Locator:
    return somebody.page.locator(".people__name")


def called(somebody: Visitor) -> str:
    """As tests/make_people.py calls them."""
    return somebody.username.title()


def last(somebody: Visitor) -> Locator:
    return somebody.page.locator("#log .message").last


async def settled(*people: Visitor) -> list[list[str]]:
    """What each of them reads, once nobody waits for anything."""
    for one in people:
        await expect(
            one.page.locator("#log .message:is([data-state=sending], [data-state=delayed], [data-state=queued])")
        ).to_have_count(0)
    return [await one.texts for one in people]


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


# --- Rooms with members ---


async def test_people_are_invited_and_everyone_sees_who_comes_who_goes_and_every_message(visitor, site):
    alice, bob, mallory = [await arrive(visitor, person) for person in site.trio()]
    path = await new_room(alice, "Kitchen", is_open=False)
    response = await mallory.page.goto(mallory.site + path)
    assert response
    assert response.status == 404, "who is not invited finds no such room"
    await alice.say(f"/invite {bob.username}")
    await alice.reads(f"{called(bob)} was invited.")
    await bob.go("/rooms/")
    await bob.page.get_by_role("button", name="Accept").click()
    await enter(bob, path)
    await alice.reads(f"{called(bob)} came in.")
    await alice.say("the cake is in the oven")
    await bob.reads("the cake is in the oven")
    assert await settled(alice, bob) == [["the cake is in the oven"]] * 2
    await bob.go("/rooms/")
    await alice.reads(f"{called(bob)} went out.")


async def test_who_is_removed_is_out_at_once_and_nothing_stays_on_the_screen(visitor, site):
    (alice, bob, _), path = await together(visitor, site)
    await alice.say("a secret")
    await bob.reads("a secret")
    await keep_order(alice, path, bob, "Remove from the room")
    await bob.stands("You were removed from this room")
    await expect(bob.page.locator("#out")).to_be_visible()
    await expect(bob.page.locator("main")).not_to_contain_text("a secret")
    await expect(names(alice)).to_have_count(2)


async def keep_order(somebody: Visitor, path: str, other: Visitor, deed: str) -> None:
    """Do this to the other on the room's page about it, in a window beside the chat."""
    page = await somebody.page.context.new_page()
    await page.goto(f"{somebody.site}{path}about/")
    part = page.get_by_role("region", name="Keep order")
    await part.get_by_label("User name").fill(other.username)
    await part.get_by_label("What shall happen").select_option(deed)
    await part.get_by_role("button", name="Do it").click()
    await expect(page.locator(".notice--success")).to_be_visible()
    await page.close()


async def test_who_is_muted_is_told_so_and_what_they_say_is_not_lost(visitor, site):
    (alice, bob, _), path = await together(visitor, site)
    await keep_order(alice, path, bob, "Mute for good")
    await expect(bob.page.locator("#muted")).to_have_text("You can read here, but not write.")
    await bob.say("but why")
    await expect(last(bob)).to_contain_text("Not sent: You cannot write in this room for now")
    await alice.say("that is why")
    await bob.reads("that is why")
    await keep_order(alice, path, bob, "Let write again")
    await expect(bob.page.locator("#muted")).to_be_hidden()
    await bob.page.get_by_role("button", name="Retry").click()
    await alice.reads("but why")


# --- What was said can be read again, changed, taken away, shown to the administrator ---


async def test_older_messages_come_when_one_scrolls_up_and_what_is_read_stays_in_place(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    for number in range(60):
        await alice.say(f"number {number}")
    await bob.reads("number 59")
    await bob.page.reload()
    await bob.stands("Connected")
    await expect(bob.page.locator("#log .message")).to_have_count(50)
    read = bob.page.locator(".message__text", has_text=re.compile("^number 10$"))
    await read.evaluate("element => element.scrollIntoView({block: 'start'})")
    await expect(bob.page.locator("#log .message")).to_have_count(60)
    await expect(bob.page.get_by_role("button", name="Show older messages")).to_be_hidden()
    await expect(read).to_be_in_viewport()
    assert await bob.texts == [f"number {number}" for number in range(60)]
    await alice.say("something new")
    await expect(bob.page.locator(".talk__new")).to_have_text("1 new message")
    await expect(read).to_be_in_viewport()
    await bob.page.locator(".talk__new").click()
    await expect(last(bob)).to_be_in_viewport()


async def test_one_changes_and_takes_away_ones_own_words_and_everybody_sees_it(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await alice.say("helo")
    await bob.reads("helo")
    await alice.page.get_by_label("Message", exact=True).fill("half a thou")
    await choose(alice, "helo", "Edit")
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("helo")
    await alice.say("hello")
    await bob.reads("hello")
    await expect(last(bob)).to_contain_text("edited")
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("half a thou")
    await choose(alice, "hello", "Delete…")
    await alice.page.locator("#delete-dialog").get_by_role("button", name="Delete").click()
    for one in (alice, bob):
        await one.reads("This message was deleted")
        await expect(one.page.get_by_role("log")).not_to_contain_text("hello")
    author = last(bob).locator("[data-part=author]")  # or it would seem to be of whoever spoke before
    await expect(author).to_have_text(alice.username, ignore_case=True)


async def test_who_keeps_order_takes_away_what_others_said_and_others_cannot(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await mallory.say("something rude")
    await bob.reads("something rude")
    await open_menu(bob, "something rude")
    await expect(bob.page.locator("#menu-dialog").get_by_role("button", name="Report…")).to_be_visible()
    await expect(bob.page.locator("#menu-dialog").get_by_role("button", name="Delete…")).to_be_hidden()
    await bob.page.keyboard.press("Escape")
    await choose(alice, "something rude", "Delete…")
    await alice.page.locator("#delete-dialog").get_by_role("button", name="Delete").click()
    await mallory.reads("This message was deleted")


async def test_messages_are_reported_after_seeing_what_will_be_sent(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    for text in ("first rude word", "second rude word"):
        await mallory.say(text)
    await alice.say("nothing to do with it")
    await bob.reads("nothing to do with it")
    await choose(bob, "first rude word", "Report…")
    await expect(bob.page.locator("#picked-count")).to_have_text("1 message selected")
    await bob.page.locator(".message", has_text="second rude word").get_by_label("Select this message").check()
    await bob.page.get_by_role("button", name="Report…").click()
    quotes = bob.page.locator("#report-dialog .quotes li")
    await expect(quotes).to_have_text([f"{called(mallory)}first rude word", f"{called(mallory)}second rude word"])
    await bob.page.get_by_label("What is wrong with it (optional)").fill("rude")
    async with bob.page.expect_response("**/report/") as answer:
        await bob.page.get_by_role("button", name="Send report").click()
    assert await (await answer.value).json() == {"reported": 2}
    await expect(bob.page.locator("#told")).to_contain_text("Sent to the administrator")
    await expect(bob.page.get_by_label("Message", exact=True)).to_be_focused()


async def open_menu(somebody: Visitor, text: str) -> None:
    message = somebody.page.locator(".message", has_text=text)
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()


async def choose(somebody: Visitor, text: str, choice: str) -> None:
    await open_menu(somebody, text)
    await somebody.page.locator("#menu-dialog").get_by_role("button", name=choice).click()


# --- Lost lines, refreshes, windows ---


async def test_what_is_written_offline_arrives_once_when_the_network_is_back(visitor, site):
    alice, bob = [await arrive(visitor, person) for person in site.trio()[:2]]
    path = await new_room(bob)
    network = await Proxy.to_port(int(alice.site.rpartition(":")[2]))
    alice.site = f"http://127.0.0.1:{network.port}"
    await enter(alice, path)
    await alice.say("before")
    await bob.reads("before")
    network.down()
    await alice.stands("You are offline")
    await alice.say("while offline")
    await expect(last(alice)).to_contain_text("Waiting to be sent")
    await alice.say("/users")
    await expect(alice.page.locator("#text-error")).to_contain_text("You are not connected. Your text stays here.")
    await bob.say("are you there?")
    network.heal()
    await alice.page.get_by_role("button", name="Try now").click()
    await alice.stands("Connected")
    await bob.reads("while offline")
    await alice.reads("are you there?")
    assert await settled(alice, bob) == [["before", "are you there?", "while offline"]] * 2
    await network.stop()


async def test_a_refresh_in_the_middle_of_sending_loses_nothing_and_sends_nothing_twice(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    said = [f"number {number}" for number in range(12)]
    for text in said:
        await alice.say(text)
        if text.endswith(("3", "7")):
            await alice.page.reload(wait_until="commit")
            await alice.page.get_by_label("Message", exact=True).wait_for()
    await alice.page.get_by_label("Message", exact=True).fill("half a thou")
    await alice.page.reload()
    await alice.stands("Connected")
    await bob.reads("number 11")
    await expect(bob.page.locator("#log .message")).to_have_count(12)
    assert await settled(alice, bob) == [said, said]
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("half a thou")


async def test_a_duplicated_window_has_a_count_of_its_own(visitor, site):
    (alice, bob, _), path = await together(visitor, site)
    await alice.say("one")
    await bob.reads("one")
    async with alice.page.expect_popup() as popup:
        await alice.page.evaluate(
            "path => void window.open(path)", path
        )  # it begins with a copy of what this tab keeps
    second = Visitor(await popup.value, alice.site, alice.username)
    await second.stands("Connected")
    await asyncio.gather(alice.say("two"), second.say("three"))
    await bob.reads("two")
    await bob.reads("three")
    first, copy, others = await settled(alice, second, bob)
    assert first == copy == others
    assert sorted(others) == ["one", "three", "two"]


async def test_back_and_forward_come_to_the_room_as_it_is_now(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await alice.say("one")
    await bob.reads("one")
    await bob.page.get_by_role("link", name="About this room").click()
    await expect(names(alice)).to_have_count(2)
    await alice.say("two")
    await bob.page.go_back()
    await bob.stands("Connected")
    await bob.reads("two")
    assert await bob.texts == ["one", "two"]
    await expect(names(alice)).to_have_count(3)


async def test_the_title_of_a_hidden_page_counts_what_is_new(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    own = await bob.page.title()
    front = await bob.page.context.new_page()
    await hide(bob.page)
    for text in ("one", "two"):
        await alice.say(text)
    await expect(bob.page).to_have_title("(2) New messages · Tandem")
    await front.close()
    await show(bob.page)
    await expect(bob.page).to_have_title(own)


async def hide(page: Page) -> None:
    """As the browser would, which keeps every page of a headless window visible."""
    await page.evaluate("""() => {
        Object.defineProperty(document, "hidden", {value: true, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""")


async def show(page: Page) -> None:
    await page.evaluate("() => { delete document.hidden; document.dispatchEvent(new Event('visibilitychange')); }")


async def test_who_is_typing_is_told_and_can_be_switched_off(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await bob.page.get_by_label("Message", exact=True).press_sequentially("he")
    await expect(alice.page.locator("#typing")).to_have_text(f"{called(bob)} is typing…")
    await mallory.page.get_by_label("Message", exact=True).press_sequentially("he")
    await expect(alice.page.locator("#typing")).to_contain_text("are typing…")
    await bob.page.keyboard.press("Enter")
    await expect(alice.page.locator("#typing")).to_have_text(f"{called(mallory)} is typing…")
    await alice.page.get_by_role("button", name="Options").click()
    await alice.page.get_by_role("switch", name="Typing hint").uncheck()
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.locator("#typing")).to_have_text("")


async def test_lines_about_who_comes_and_goes_can_be_switched_off(visitor, site):
    (alice, _, _), _ = await together(visitor, site)
    await expect(alice.page.locator(".line[data-kind=comings]")).to_have_count(1)
    await alice.page.get_by_role("button", name="Options").click()
    await alice.page.get_by_role("switch", name="Who comes and goes").uncheck()
    await alice.page.keyboard.press("Escape")
    await expect(alice.page.locator(".line[data-kind=comings]")).to_have_count(0)


# --- A private pair from a name ---


async def test_from_a_name_to_a_private_chat_without_copying_a_token(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await ask(alice, bob)
    await expect(asks(bob)).to_contain_text(f"{called(alice)} (@{alice.username}) asks you for a private chat")
    await expect(asks(mallory)).to_be_hidden()
    await asks(bob).get_by_role("button", name="Yes").click()
    await alice.page.wait_for_url("**/chat/")
    await bob.page.wait_for_url("**/chat/")
    await alice.stands(f"Connected with {called(bob)}")
    await bob.stands(f"Connected with {called(alice)}")
    await alice.say("only the two of us")
    await bob.reads("only the two of us")
    await expect(mallory.page.locator("main")).not_to_contain_text("only the two of us")


async def test_the_guest_waits_for_the_partners_page_and_says_so(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    slow = asyncio.Event()

    async def later(route):
        await slow.wait()
        await route.continue_()

    await bob.page.route("**/chat/", later)
    await ask(alice, bob)
    await asks(bob).get_by_role("button", name="Yes").click()
    await alice.stands(f"{called(bob)} said yes. Waiting for them to open the private chat…")
    slow.set()
    await alice.stands(f"Connected with {called(bob)}")
    await bob.stands(f"Connected with {called(alice)}")


async def test_who_is_asked_may_say_no_and_who_asks_may_ask_no_more(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await ask(alice, bob)
    await asks(bob).get_by_role("button", name="No").click()
    await expect(alice.page.locator("#fate")).to_contain_text("does not want a private chat now.")
    await alice.stands("Connected")
    await expect(asks(bob)).to_be_hidden()
    await ask(bob, alice)
    await bob.page.get_by_role("button", name="Ask no more").click()
    await expect(asks(alice)).to_be_hidden()
    await expect(alice.page.locator("#fate")).to_contain_text("waits no longer")
    await bob.stands("Connected")


async def ask(somebody: Visitor, other: Visitor) -> None:
    await names(somebody).filter(has_text=called(other)).click()
    await somebody.page.get_by_role("button", name="Ask for a private chat").click()
    await somebody.stands("was asked for a private chat")
    await expect(asks(other)).to_be_visible()


def asks(somebody: Visitor) -> Locator:
    return somebody.page.get_by_role("region", name="A private chat?")
