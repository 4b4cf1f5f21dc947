"""What a message is on the page: links, long ones, copies, ticks; and the screen it is read on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_conversation import talking

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_link_can_be_pressed_and_tells_nobody_where_it_was(visitor):
    alice, bob, _ = await talking(visitor)
    await alice.say("<b>see</b> https://example.org/a?b=1&c=<x>. and javascript:alert(1)")
    await bob.reads("see")
    links = bob.page.locator("#log .message__text a")
    await expect(links).to_have_count(1)
    await expect(links).to_have_attribute("href", "https://example.org/a?b=1&c=")
    await expect(links).to_have_attribute("rel", "noopener noreferrer")
    await expect(links).to_have_attribute("target", "_blank")
    assert await links.evaluate("link => link.referrerPolicy") == "no-referrer"
    assert await bob.texts == ["<b>see</b> https://example.org/a?b=1&c=<x>. and javascript:alert(1)"]
    async with bob.page.context.expect_page() as opened:
        await links.click()
    page = await opened.value
    assert await page.evaluate("[window.opener, document.referrer]") == [None, ""]
    await bob.stands("Connected with")


async def test_a_long_message_is_folded_until_somebody_wants_all_of_it(visitor):
    alice, bob, _ = await talking(visitor)
    await alice.say("\n".join(f"line {number}" for number in range(1, 41)))
    await bob.reads("line 1")
    assert (await bob.texts)[0].endswith("line 12…")
    await bob.page.get_by_role("button", name="Show all").click()
    assert (await bob.texts)[0].endswith("line 39\nline 40")
    await bob.page.get_by_role("button", name="Show less").click()
    assert (await bob.texts)[0].endswith("line 12…")


async def test_a_message_is_copied_whole_even_when_it_is_folded(visitor):
    alice, bob, _ = await talking(visitor)
    await bob.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    text = "\n".join(f"line {number}" for number in range(1, 41))
    await alice.say(text)
    await alice.say("short")
    await bob.reads("short")
    first = bob.page.locator("#log .message").first
    await first.hover()
    await first.get_by_role("button", name="Copy message").click()
    await expect(bob.page.locator("#announcer")).to_have_text("Copied")
    assert await bob.page.evaluate("navigator.clipboard.readText()") == text


async def test_by_keyboard_the_messages_are_one_stop_and_arrows_go_from_one_to_the_next(visitor):
    alice, bob, _ = await talking(visitor)
    await bob.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for text in ("one", "two", "three"):
        await alice.say(text)
        await bob.reads(text)
    keyboard = bob.page.keyboard
    await bob.page.get_by_label("Message", exact=True).focus()
    await keyboard.press("Shift+Tab")
    for key, text in (("Enter", "three"), ("ArrowUp", "two"), ("Home", "one"), ("ArrowDown", "two")):
        if key != "Enter":
            await keyboard.press(key)
        await keyboard.press("Enter")
        await expect(bob.page.locator("#log .message", has=bob.page.locator(":focus"))).to_contain_text(text)
        await expect(bob.page.locator(":focus")).to_have_attribute("data-copied", "")
        assert await bob.page.evaluate("navigator.clipboard.readText()") == text
    await keyboard.press("Shift+Tab")
    await expect(bob.page.get_by_role("log")).to_be_focused()


async def test_the_page_stays_where_it_is_read_and_tells_of_new_messages(visitor):
    alice, bob, _ = await talking(visitor)
    for number in range(30):
        await alice.say(f"message {number}")
    await bob.reads("message 29")
    log = bob.page.locator("#log")
    await log.evaluate("log => { log.scrollTop = 0 }")
    await expect(bob.page.get_by_text("message 0", exact=True)).to_be_in_viewport()
    await alice.say("the newest")
    new = bob.page.get_by_role("button", name="1 new message")
    await expect(new).to_be_visible()
    assert await log.evaluate("log => log.scrollTop") == 0
    await new.click()
    await expect(bob.page.get_by_text("the newest")).to_be_in_viewport()
    await expect(new).to_be_hidden()


async def test_whoever_wants_no_ticks_sees_none_but_still_what_failed(visitor):
    alice, bob, _ = await talking(visitor)
    await choose(alice, "Ticks on your messages")
    await alice.say("hello")
    await bob.reads("hello")
    message = alice.page.locator("#log .message").first
    await expect(message).to_have_attribute("data-state", "delivered")
    await expect(message.locator(".message__state")).to_be_hidden()
    await alice.page.reload()
    await expect(message).to_have_attribute("data-state", "delivered")
    await expect(message.locator(".message__state")).to_be_hidden()


async def test_with_the_typing_hint_off_nobody_is_told_and_nothing_is_shown(visitor):
    alice, bob, _ = await talking(visitor)
    field = {person: person.page.get_by_label("Message", exact=True) for person in (alice, bob)}
    await field[alice].press_sequentially("hm")
    await expect(bob.page.locator("#typing")).to_contain_text(f"{alice.username} is typing")
    await choose(bob, "Typing hint")
    await expect(bob.page.locator("#typing")).to_be_empty()
    await alice.page.evaluate(
        """new MutationObserver(() => { document.body.dataset.told = "yes" })
           .observe(document.querySelector("#typing"), {childList: true})"""
    )
    await field[bob].press_sequentially("hm")
    await bob.page.keyboard.press("Enter")
    await alice.reads("hm")
    await expect(alice.page.locator("body")).not_to_have_attribute("data-told", "yes")
    await choose(bob, "Typing hint")
    await field[bob].press_sequentially("hm")
    await expect(alice.page.locator("body")).to_have_attribute("data-told", "yes")


async def choose(visitor: Visitor, switch: str) -> None:
    """Press this switch of the chat page's options."""
    await visitor.page.get_by_role("button", name="Options").click()
    await visitor.page.get_by_role("switch", name=switch).click()
    await visitor.page.locator("#options-dialog").get_by_role("button", name="Close").click()


async def test_a_choice_made_in_the_settings_counts_in_the_chat(visitor):
    alice = await (await visitor("alice")).sign_up()
    await alice.go("/settings/")
    switch = alice.page.get_by_role("switch", name="Typing hint")
    await expect(switch).to_be_checked()
    await switch.click()
    await alice.go("/chat/")
    await alice.page.get_by_role("button", name="Options").click()
    await expect(alice.page.get_by_role("switch", name="Typing hint")).not_to_be_checked()


async def test_one_press_changes_a_token_that_somebody_else_tried(visitor):
    alice, bob, token = await talking(visitor)
    mallory = await visitor("mallory")
    await mallory.sign_up()
    await mallory.token()
    await mallory.join(token)
    await expect(bob.page.locator("#turned-away")).to_be_visible()
    await expect(bob.page.get_by_role("button", name="Change my token")).to_be_hidden()  # it was not his that was tried
    await alice.page.get_by_role("button", name="Change my token").click()
    await expect(alice.page.locator("#told")).to_contain_text("Your token was changed")
    await expect(alice.page.locator("#turned-away")).to_be_hidden()
    await mallory.join(token)
    await expect(mallory.page.locator("main")).to_contain_text("This token was changed")
    await alice.say("still here")
    await bob.reads("still here")
    await alice.page.locator("#told").get_by_role("button", name="Dismiss").click()
    await expect(alice.page.locator("#told")).to_be_hidden()


async def test_enter_that_ends_a_composition_sends_nothing(visitor):
    alice, bob, _ = await talking(visitor)
    field = alice.page.get_by_label("Message", exact=True)
    await field.fill("にほんご")
    for how in ({"isComposing": True}, {"keyCode": 229}):  # as most browsers tell it, and as Safari does
        await field.dispatch_event("keydown", {"key": "Enter", "bubbles": True, "cancelable": True, **how})
    await expect(field).to_have_value("にほんご")
    assert await alice.texts == []
    await field.press("Enter")
    await bob.reads("にほんご")


async def test_at_the_end_there_is_a_receipt_for_both(visitor):
    alice, bob, _ = await talking(visitor)
    await alice.say("one")
    await bob.reads("one")
    await bob.say("two")
    await alice.reads("two")
    await expect(alice.page.locator("#receipt")).to_be_hidden()
    await bob.leave()
    for person in (alice, bob):
        receipt = person.page.get_by_role("region", name="The conversation is over")
        await expect(receipt).to_contain_text("less than a minute")
        await expect(receipt.locator("dd")).to_have_text(["less than a minute", "2", "Nothing"])
    await alice.page.get_by_role("button", name="Clear messages").click()
    await expect(alice.page.locator("#receipt")).to_be_hidden()


async def test_a_draft_is_gone_once_it_is_sent_or_the_pair_is_over(visitor):
    alice, bob, _ = await talking(visitor)
    field = alice.page.get_by_label("Message", exact=True)
    await alice.say("sent")
    await alice.page.reload()
    await alice.reads("sent")
    await expect(field).to_have_value("")
    await field.fill("never sent")
    await bob.leave()
    await alice.stands(f"{bob.username} left")
    assert await alice.page.evaluate("Object.values(sessionStorage).join()") == ""


async def test_what_one_says_in_a_row_is_one_turn_under_its_day(visitor):
    alice, bob, _ = await talking(visitor)
    for speaker, text in ((alice, "one"), (alice, "two"), (bob, "three")):
        await speaker.say(text)
        await bob.reads(text)
        await alice.reads(text)
    messages = alice.page.locator("#log .message")
    await expect(messages.locator(".message__day:visible")).to_have_text(["Today"])
    assert [await one.evaluate("one => one.matches('.message--continues')") for one in await messages.all()] == [
        False,
        True,
        False,
    ]
    for one in await messages.all():
        await expect(one.locator("time")).to_have_attribute("datetime", re.compile(r"^\d{4}-\d\d-\d\dT"))
        await expect(one.locator("time")).to_have_text(re.compile(r"\d:\d\d"))
    await alice.page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=1))
    await alice.page.reload()
    await alice.reads("three")
    await expect(messages.locator(".message__day:visible")).to_have_text(["Yesterday"])


async def test_each_message_says_in_words_who_wrote_it_and_how_it_stands(visitor):
    alice, bob, _ = await talking(visitor)
    await alice.say("hello")
    await expect(alice.page.locator("#log .message").last).to_have_text(
        re.compile(r"^\s*Today\s*You: \s*hello.*Delivered", re.DOTALL)
    )
    await expect(bob.page.locator("#log .message").last).to_contain_text(f"{alice.username}: ")


async def test_what_was_typed_is_what_is_read(visitor):
    alice, bob, _ = await talking(visitor)
    texts = ["👩‍👩‍👧 🏳️‍🌈 :-) ♥", "مرحبا, hello", "a  b\n\n  c"]
    for text in texts:
        await alice.say(text)
        await expect(alice.page.locator("#log .message").last).to_contain_text("Delivered")
    assert await bob.page.locator("#log .message__text").all_text_contents() == texts
    directions = await bob.page.locator("#log .message__text").evaluate_all(
        "texts => texts.map(text => getComputedStyle(text).direction)"
    )
    assert directions == ["ltr", "rtl", "ltr"], "each in the direction that it is written in"
