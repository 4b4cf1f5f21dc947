"""A room for everybody: axe in both widths and schemes and in Arabic, targets, zoom, long names, and the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.roommates import (
    arrive,
    ask,
    asks,
    called,
    choose,
    count,
    enter,
    keep_order,
    last,
    names,
    new_room,
    open_menu,
    together,
)
from tests.browser.test_accessibility import LOOKS, Scheme, assert_accessible

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def open_people(somebody: Visitor, width: int) -> None:
    if width < 1024:
        await somebody.page.get_by_role("button", name="People here:").click()


@LOOKS
async def test_every_state_of_a_room_is_accessible(visitor, site, width: int, scheme: Scheme):
    (alice, bob, mallory), _ = await together(visitor, site, width=width, color_scheme=scheme, reduced_motion="reduce")
    await assert_accessible(alice, "nothing said yet")
    await alice.say("Hello, the way is https://example.org/map")
    await bob.say("\n".join(["a long one"] * 30))
    await bob.say("/me waves")
    await mallory.say(f"/msg {alice.username} psst")
    await alice.reads("psst")
    await alice.reads("waves")
    await assert_accessible(alice, "talking")
    await alice.say("/help")
    await alice.reads("A message that begins with a slash.")
    await alice.page.get_by_label("Message", exact=True).press_sequentially("/m")
    await expect(alice.page.get_by_role("listbox")).to_be_visible()
    await assert_accessible(alice, "suggestions")
    await alice.say("/dance")
    await expect(alice.page.locator("#text-error")).to_be_visible()
    await assert_accessible(alice, "a command that there is not")
    await alice.page.get_by_label("Message", exact=True).fill("")
    await open_people(alice, width)
    await assert_accessible(alice, "who is here")
    await names(alice).filter(has_text=called(bob)).click()
    await assert_accessible(alice, "somebody")
    await alice.page.get_by_role("button", name="Whisper: only they see it").click()
    await assert_accessible(alice, "whispering")


@LOOKS
async def test_every_question_of_a_room_is_accessible(visitor, site, width: int, scheme: Scheme):
    (alice, bob, _), path = await together(visitor, site, width=width, color_scheme=scheme, reduced_motion="reduce")
    await alice.say("Hello, the way is https://example.org/map")
    await bob.say("\n".join(["a long one"] * 30))
    await alice.reads("a long one")
    await open_menu(alice, "Hello, the way")
    await assert_accessible(alice, "what can be done with a message")
    await alice.page.keyboard.press("Escape")
    await choose(alice, "a long one", "Report…")
    await assert_accessible(alice, "selecting messages")
    await alice.page.get_by_role("button", name="Report…").click()
    await assert_accessible(alice, "what will be reported")
    await alice.page.keyboard.press("Escape")
    await alice.page.get_by_role("button", name="Cancel").first.click()
    await alice.page.get_by_role("button", name="Options").click()
    await assert_accessible(alice, "options")
    await alice.page.keyboard.press("Escape")
    await open_people(bob, width)
    await ask(bob, alice)
    await assert_accessible(alice, "asked for a private chat")
    await assert_accessible(bob, "asking for a private chat")
    await asks(alice).get_by_role("button", name="No").click()
    await expect(bob.page.locator("#fate")).to_be_visible()
    await assert_accessible(bob, "declined")
    await keep_order(alice, path, bob, "Remove from the room")
    await bob.stands("You were removed from this room")
    await assert_accessible(bob, "removed")


@pytest.mark.parametrize("width", [360, 1440])
async def test_a_room_in_arabic_is_laid_out_from_right_to_left(visitor, site, width: int):
    alice, bob = [await arrive(visitor, person, width=width, locale="ar") for person in site.trio()[:2]]
    await alice.go("/rooms/lobby/")
    await bob.go("/rooms/lobby/")
    for one in (alice, bob):
        await expect(one.page.locator("#status-bar[data-tone=together]")).to_be_visible()
    for one, text in ((alice, f"مرحبا {alice.username}"), (bob, f"hello {bob.username}")):
        await one.page.locator("#text").fill(text)
        await one.page.keyboard.press("Enter")
        await alice.reads(text)
    mine = await alice.page.locator(".message[data-from=me] .message__bubble").last.bounding_box()
    theirs = await alice.page.locator(".message[data-from=partner] .message__bubble").last.bounding_box()
    assert mine
    assert theirs
    assert mine["x"] < theirs["x"], "what I say stands at the end of the line: on the left"
    await expect(alice.page.get_by_role("heading", level=1)).not_to_have_text("Lobby")
    await assert_accessible(alice, "talking in Arabic")


async def test_the_whole_of_it_with_the_keyboard_alone(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    keys = alice.page.keyboard
    field = alice.page.get_by_label("Message", exact=True)
    await expect(field).to_be_focused()
    await keys.type("/m")
    await expect(alice.page.get_by_role("option", name="/msg NAME text")).to_have_attribute("aria-selected", "true")
    await keys.press("Enter")
    await expect(field).to_have_value("/msg ")
    await keys.type("bo")
    await keys.press("Tab")
    await keys.type("psst")
    await keys.press("Enter")
    await bob.reads("psst")
    await keys.type("two")
    await keys.press("Shift+Enter")
    await keys.type("lines")
    await keys.press("Enter")
    await bob.reads("two\nlines")
    await expect(last(alice)).to_contain_text("Stored")
    await keys.press("ArrowUp")
    await expect(field).to_have_value("two\nlines")
    await keys.type("!")
    await keys.press("Enter")
    await expect(last(bob)).to_contain_text("edited")
    await reach(alice, last(alice).get_by_role("button", name="More about this message"), back=True)
    await keys.press("Enter")
    await expect(alice.page.locator("#menu-dialog")).to_be_visible()
    await keys.press("Escape")
    await reach(alice, names(alice).filter(has_text=called(bob)).locator("xpath=.."))
    await keys.press("Enter")
    await reach(alice, alice.page.get_by_role("button", name="Ask for a private chat"))
    await keys.press("Enter")
    await alice.stands("was asked for a private chat")
    await reach(bob, asks(bob).get_by_role("button", name="Yes"), back=True)
    await bob.page.keyboard.press("Enter")
    await alice.stands(f"Connected with {called(bob)}")


async def reach(somebody: Visitor, target, *, back: bool = False) -> None:
    """Get there by the Tab key."""
    for _ in range(60):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await somebody.page.keyboard.press("Shift+Tab" if back else "Tab")
    raise AssertionError(f"{target} cannot be reached")


async def test_suggestions_never_take_a_line_away_from_whoever_wants_to_send_it(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    keys = alice.page.keyboard
    await keys.type(f"hello @{bob.username}")
    await keys.press("Enter")
    await bob.reads(f"hello @{bob.username}")
    await keys.type("well @bo")
    await expect(alice.page.get_by_role("listbox")).to_be_visible()
    await keys.press("Escape")
    await keys.press("Enter")
    await bob.reads("well @bo")


@pytest.mark.parametrize("width", [320, 1280])
async def test_long_names_and_texts_widen_no_room(visitor, site, width: int):
    alice, bob = await visitor("alice", width=width), await visitor("w" * 30, width=width)
    await alice.sign_up()
    await bob.sign_up()
    path = await new_room(alice, "W" * 60)
    await enter(bob, path)
    await bob.say("w" * 300)
    await alice.reads("w" * 300)
    await expect(count(alice)).to_have_text("2")
    for one in (alice, bob):
        assert await one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await one.page.evaluate(
            "document.querySelector('#log').scrollWidth <= document.querySelector('#log').clientWidth"
        )


@pytest.mark.parametrize(("width", "height"), [(360, 640), (640, 400)])
async def test_on_a_small_screen_the_messages_of_a_room_keep_most_of_the_height(visitor, site, width: int, height: int):
    (alice, _, _), _ = await together(visitor, site)
    await alice.page.set_viewport_size({"width": width, "height": height})
    box = await alice.page.locator("#log").bounding_box()
    assert box
    assert box["height"] > height / 2


async def test_at_twice_the_size_a_room_can_be_used(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await alice.page.set_viewport_size({"width": 640, "height": 400})
    await alice.say("large")
    await bob.reads("large")
    await expect(last(alice)).to_be_in_viewport()
    await alice.page.get_by_role("button", name="People here:").click()
    await expect(names(alice).first).to_be_in_viewport()
    await assert_accessible(alice, "at 200 %")
