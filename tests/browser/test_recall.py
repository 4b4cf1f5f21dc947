"""Taking a message back before the partner has it on screen."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import assert_accessible
from tests.browser.test_first_minute import HIDDEN

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def two(visitor) -> tuple[Visitor, Visitor]:
    """Alice, who talks to Bob, who looks at something else."""
    alice, bob = await visitor("alice"), await visitor("bob")
    await bob.page.add_init_script(HIDDEN)
    await alice.sign_up()
    await bob.sign_up()
    token = await alice.token()
    await bob.token()
    await bob.join(token)
    await alice.stands("Connected with")
    await bob.stands("Connected with")
    await bob.page.evaluate("hide()")
    return alice, bob


def message(visitor: Visitor, text: str):
    return visitor.page.locator(".message").filter(has_text=text)


async def test_a_message_on_its_way_is_taken_back_and_its_text_is_in_the_field_again(visitor):
    alice, bob = await two(visitor)
    await alice.say("a slip")
    await bob.reads("a slip")
    await message(alice, "a slip").hover()
    await assert_accessible(alice, "a message that can be taken back")
    await message(alice, "a slip").get_by_role("button", name="Take back").click()
    await expect(message(alice, "a slip")).to_have_count(0)
    await expect(message(bob, "a slip")).to_have_count(0)
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("a slip")
    await expect(alice.page.get_by_label("Message", exact=True)).to_be_focused()
    await expect(alice.page.locator("#announcer")).to_contain_text("Taken back")
    await alice.say("better so")
    await bob.reads("better so")
    assert await bob.texts == ["better so"]


async def test_by_keyboard_alone(visitor):
    alice, bob = await two(visitor)
    await alice.say("a slip")
    await bob.reads("a slip")
    await expect(message(alice, "a slip")).to_have_attribute("data-state", "stored")
    copy = message(alice, "a slip").get_by_role("button", name="Copy message")
    await copy.focus()
    await alice.page.keyboard.press("Tab")
    await expect(message(alice, "a slip").get_by_role("button", name="Take back")).to_be_focused()
    await alice.page.keyboard.press("Enter")
    await expect(message(bob, "a slip")).to_have_count(0)


async def test_what_is_on_the_partners_screen_stays(visitor):
    alice, bob = await two(visitor)
    await bob.page.evaluate("window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'))")
    await alice.say("seen")
    await expect(message(alice, "seen")).to_have_attribute("data-state", "delivered")
    await message(alice, "seen").hover()
    await expect(message(alice, "seen").get_by_role("button", name="Take back")).to_be_hidden()
