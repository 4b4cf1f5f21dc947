"""What was said in a room, in real browsers: read again, changed, taken away, shown to the administrator."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.roommates import called, choose, last, open_menu, together

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
