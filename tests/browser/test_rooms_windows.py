"""A room's page through lost lines, refreshes and several windows, and what can be switched off on it."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.roommates import arrive, called, enter, last, names, new_room, settled, together
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
