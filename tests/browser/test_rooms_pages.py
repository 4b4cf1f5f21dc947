"""The pages about rooms in a real browser: for everybody, by keyboard, without a script, in every language."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import CUT_OFF, Scheme, assert_accessible, open_page, tab_to

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def press(visitor: Visitor, button: str) -> None:
    """Press a button of the page, and wait for the next page."""
    async with visitor.page.expect_navigation():
        await visitor.page.locator("main").get_by_role("button", name=button, exact=True).click()


async def make_room(owner: Visitor, name: str, *, is_open: bool = False) -> str:
    """Make it by its form; gives the path of the page about it."""
    await owner.go("/rooms/new/")
    await owner.page.get_by_label("Name", exact=True).fill(name)
    await owner.page.get_by_label("What it is about").fill("What is for dinner, and who cooks it")
    if is_open:
        await owner.page.get_by_label("Open to everybody").check()
    await press(owner, "Make the room")
    await owner.page.wait_for_url("**/about/")
    return re.sub(r"^https?://[^/]+", "", owner.page.url)


async def invite(owner: Visitor, about: str, username: str) -> None:
    await owner.go(about)
    await owner.page.get_by_label("User name").first.fill(username)
    await press(owner, "Invite")


async def reads(visitor: Visitor, text: str) -> None:
    await expect(visitor.page.locator("main")).to_contain_text(text)


async def test_two_people_come_to_share_a_room_without_any_script(visitor):
    alice, bob = [await visitor(name, java_script_enabled=False) for name in ("alice", "bob")]
    await alice.sign_up()
    await bob.sign_up()
    about = await make_room(alice, "Kitchen")
    await invite(alice, about, bob.username)
    await reads(alice, f"{bob.username} is invited.")
    await bob.page.get_by_role("link", name="Rooms", exact=True).click()
    await bob.page.get_by_role("link", name="1 invitation waits for your answer", exact=True).click()
    await press(bob, "Accept: Kitchen")
    await expect(bob.page.get_by_role("heading", level=1)).to_have_text("Kitchen")
    await bob.go("/rooms/")
    await expect(bob.page.get_by_role("region", name="Your rooms")).to_contain_text("Kitchen")
    await alice.go(about)
    await alice.page.locator("summary", has_text="Change").click()
    await press(alice, "Remove from the room")
    await reads(alice, f"{bob.username} is out of the room.")
    await bob.go(about)
    await reads(bob, "There is nobody here")


async def test_a_room_is_made_and_somebody_invited_by_keyboard_alone(visitor):
    alice = await (await visitor("alice")).sign_up()
    bob = await (await visitor("bob")).sign_up()
    keys, page = alice.page.keyboard, alice.page
    await alice.go("/rooms/")
    await tab_to(page, page.get_by_role("link", name="Make a room"))
    await keys.press("Enter")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    await keys.type("By keyboard")
    await keys.press("Enter")
    await page.wait_for_url("**/about/")
    await tab_to(page, page.get_by_label("User name"))
    await keys.type(bob.username)
    await keys.press("Enter")
    await reads(alice, f"{bob.username} is invited.")
    await expect(page.get_by_role("status")).to_contain_text("is invited")


@pytest.mark.parametrize(("width", "scheme"), list(itertools.product([360, 1440], ["dark", "light"])))
async def test_every_page_of_rooms_is_accessible(visitor, width: int, scheme: Scheme):
    alice, bob = [
        await (await visitor(name, width=width, color_scheme=scheme, reduced_motion="reduce")).sign_up()
        for name in ("alice", "bob")
    ]
    await alice.go("/rooms/")
    await assert_accessible(alice, "no rooms yet")
    kitchen = await make_room(alice, "Kitchen")
    await assert_accessible(alice, "a new room")
    await invite(alice, kitchen, "nobody of this name")
    await reads(alice, "There is nobody of this name.")
    await assert_accessible(alice, "an invitation with a mistake")
    await invite(alice, kitchen, bob.username)
    await assert_accessible(alice, "an invitation that waits")
    await bob.go("/rooms/")
    await assert_accessible(bob, "invited")
    await press(bob, "Accept: Kitchen")
    await alice.go(kitchen)
    await alice.page.locator("summary", has_text="Change").click()
    await assert_accessible(alice, "what can be done about somebody")
    await press(alice, "Mute for 1 hour")
    await assert_accessible(alice, "somebody is muted")
    square = await make_room(alice, "Square", is_open=True)
    await alice.page.locator("#deed-username").fill(bob.username)
    await alice.page.get_by_label("What shall happen").select_option("Remove from the room")
    await press(alice, "Do it")
    await reads(alice, f"{bob.username} is out of the room.")
    await assert_accessible(alice, "somebody is removed")
    rooms = ("/rooms/", "/rooms/new/", "/rooms/lobby/about/", square)
    for path in (*rooms, *(kitchen.replace("about", page) for page in ("edit", "delete", "hand-over", "report"))):
        await open_page(alice, path)
        await assert_accessible(alice, path)
    for path in (kitchen, kitchen.replace("about", "leave")):
        await open_page(bob, path)
        await assert_accessible(bob, path)


@pytest.mark.parametrize(("width", "letters"), [(320, 100), (640, 200)])
async def test_at_twice_the_size_nothing_is_cut_off(visitor, width: int, letters: int):
    alice = await (await visitor("alice", width=width)).sign_up()
    await alice.page.add_init_script(
        f"addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '{letters}%')"
    )
    about = await make_room(alice, "A name of many letters " + "w" * 30, is_open=True)
    for path in (
        about,
        "/rooms/",
        "/rooms/new/",
        about.replace("about", "delete"),
        about.replace("about", "hand-over"),
    ):
        await open_page(alice, path)
        assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert await alice.page.evaluate(CUT_OFF) == [], path


@pytest.mark.parametrize("language", ["ar", "ru", "pt-BR"])
async def test_the_words_fit_in_every_language(visitor, language: str):
    alice = await (await visitor("alice", width=360, locale=language)).sign_up()
    await alice.go("/rooms/")
    assert await alice.page.locator("html").get_attribute("lang") == language.lower()
    for width in (360, 320):
        await alice.page.set_viewport_size({"width": width, "height": 740})
        middles = await alice.page.locator(".site-nav__list > li").evaluate_all(
            "parts => parts.map(part => part.getBoundingClientRect()).map(({top, bottom}) => Math.round((top + bottom) / 2))"
        )
        assert len(middles) == 4
        assert max(middles) - min(middles) <= 1, f"the places to go stand in one line at {width} px"
    await alice.page.set_viewport_size({"width": 360, "height": 740})
    for path in ("/rooms/", "/rooms/new/", "/rooms/lobby/about/"):
        await open_page(alice, path)
        assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert await alice.page.evaluate(CUT_OFF) == [], path
