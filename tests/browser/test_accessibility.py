"""For everybody: axe over every page and state (WCAG 2.2 AA and best practice), targets, zoom, and the keyboard alone."""

from __future__ import annotations

import itertools
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, Visitor
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.asyncio(loop_scope="session")

PUBLIC_PAGES = [
    "/",
    "/accounts/signup/",
    "/accounts/login/",
    "/accounts/password/reset/",
    "/join/",
    "/join/#0123",
    f"/join/#{'0' * 32}",
    "/offline/",
    "/nowhere/",
]
OWN_PAGES = [
    "/settings/",
    "/invitations/",
    "/token/rotate/",
    "/accounts/logout/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    f"/join/#{'0' * 32}",
    "/nowhere/",
]
LEAST_TARGET = 24  # CSS pixels, WCAG 2.2 success criterion 2.5.8

Scheme = Literal["dark", "light"]

# Links inside a sentence are exempt; what is there for the ear alone is no target.
TOO_SMALL = """
  least => [...document.querySelectorAll("a, button, input, textarea, summary, [role=switch]")]
    .filter(element => element.checkVisibility() && !element.closest("p:not(.message__foot), .skip-link, .visually-hidden"))
    .map(element => element.matches("label > input") ? element.parentElement : element)
    .map(element => ({ name: element.outerHTML.slice(0, 90), ...element.getBoundingClientRect().toJSON() }))
    .filter(({ width, height }) => width < least || height < least)
    .map(({ name, width, height }) => `${width} x ${height}: ${name}`)
"""
# A short dialog scrolls nowhere, so its answers stand below the rest.
COVERED = """
  () => [...document.querySelectorAll("dialog[open]")]
    .filter(dialog => dialog.scrollHeight <= dialog.clientHeight)
    .map(dialog => [dialog.querySelector(".dialog__actions"), dialog.querySelector(".dialog__text")])
    .filter(([actions, text]) => actions && text && actions.getBoundingClientRect().top < text.getBoundingClientRect().bottom)
    .map(([, text]) => text.textContent)
"""
CUT_OFF = """
  () => [...document.querySelectorAll("h1, h2, p, label, button, a, dt, dd, small")]
    .filter(element => element.checkVisibility() && getComputedStyle(element).overflow !== "hidden")
    .filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
    .map(element => element.outerHTML.slice(0, 120))
"""


# What fades in has other colours until it is there; what moves for ever is not waited for.
SETTLED = """
  () => Promise.allSettled(
    document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < Infinity).map((one) => one.finished))
"""


async def assert_accessible(visitor: Visitor, state: str) -> None:
    await assert_page_accessible(visitor.page, state)


async def assert_page_accessible(page: Page, state: str) -> None:
    """Axe finds nothing, every target is large enough, and nothing widens the page or covers what is said."""
    await page.evaluate(SETTLED)
    results = await Axe().run(page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, f"{state}: {results.generate_report()}"
    assert await page.evaluate(TOO_SMALL, LEAST_TARGET) == [], state
    assert await page.evaluate(COVERED) == [], state
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


@pytest.mark.parametrize(("width", "scheme"), list(itertools.product([360, 1440], ["dark", "light"])))
async def test_every_page_is_accessible(visitor, width: int, scheme: Scheme):
    alice = await visitor("alice", width=width, color_scheme=scheme, reduced_motion="reduce")
    for path in PUBLIC_PAGES:
        await open_page(alice, path)
        await assert_accessible(alice, path)
    await alice.go("/accounts/signup/")
    await alice.page.locator("main button[type=submit]").click()
    await alice.page.locator("input[name=username]").fill("not a name")
    await alice.page.locator("input[name=password1]").fill("1")
    await alice.page.locator("input[name=password2]").fill("2")
    await alice.page.locator("main button[type=submit]").click()
    await expect(alice.page.locator(".errorlist").first).to_be_visible()
    await assert_accessible(alice, "a sign-up with mistakes")
    await alice.sign_up()
    for path in OWN_PAGES:
        await open_page(alice, path)
        await assert_accessible(alice, path)
    await open_page(alice, "/accounts/delete/")
    await assert_accessible(alice, "asked who it is")
    await alice.page.locator("input[name=password]").fill(PASSWORD)
    await alice.page.locator("main button[type=submit]").click()
    await expect(alice.page.locator("main .button--danger")).to_be_visible()
    await assert_accessible(alice, "deleting the account")


async def open_page(visitor: Visitor, path: str) -> None:
    """Open it anew: a change of the fragment alone would not."""
    await visitor.page.goto("about:blank")
    await visitor.go(path)
    if path.startswith("/join/"):
        await expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()


LOOKS = pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])


@LOOKS
async def test_every_state_before_a_pair_is_accessible(visitor, width: int, scheme: Scheme):
    alice, bob = await two(visitor, width, scheme)
    await assert_accessible(alice, "waiting")
    for opens in ("show_qr", "change_token", "options"):
        await alice.page.locator(f"[data-action={opens}]:visible").click()
        await assert_accessible(alice, opens)
        await alice.page.keyboard.press("Escape")
    await alice.page.locator("[data-action=options]").click()
    await expect(alice.page.locator("#options-dialog button[value=no]")).to_be_in_viewport(ratio=1)
    await alice.page.keyboard.press("Escape")
    await bob.join("12")
    await assert_accessible(bob, "a malformed token")
    await bob.join("0" * 32)
    await expect(bob.page.locator("#partner-token-error")).to_contain_text("Nobody has this token")
    await assert_accessible(bob, "a refusal")


@LOOKS
async def test_every_state_of_a_pair_is_accessible(visitor, width: int, scheme: Scheme):
    alice, bob = await two(visitor, width, scheme)
    token = await alice.token()
    await bob.join(token)
    await alice.stands("Connected with")
    await assert_accessible(alice, "nothing said yet")
    await alice.say("Hello")
    await bob.reads("Hello")
    await assert_accessible(alice, "talking")
    await alice.say("\n".join(["a long one, with https://example.org/a-link in it"] * 40))
    await bob.reads("a long one")
    await assert_accessible(bob, "a link and a folded message")
    mallory = await (await visitor("mallory", width=width, color_scheme=scheme, reduced_motion="reduce")).sign_up()
    await mallory.token()
    await mallory.join(token)
    await expect(mallory.page.locator("main")).to_contain_text("Room is Full")
    await assert_accessible(mallory, "the room is full")
    await expect(alice.page.locator("#turned-away")).to_be_visible()
    await assert_accessible(alice, "somebody tried")
    await alice.page.get_by_role("button", name="Change my token").click()
    await expect(alice.page.locator("#told")).to_be_visible()
    await assert_accessible(alice, "the token is changed")
    await alice.page.get_by_role("button", name="Leave").first.click()
    await expect(alice.page.locator("#leave-dialog")).to_be_visible()
    await assert_accessible(alice, "asked whether to leave")
    await alice.page.keyboard.press("Escape")
    await bob.leave()
    await alice.stands("left")
    await assert_accessible(alice, "the pair is over, with its receipt")


@LOOKS
async def test_every_state_of_trouble_is_accessible(visitor, site, width: int, scheme: Scheme):
    network = await Proxy.to_port(int(site.urls()[0].rpartition(":")[2]))
    alice, bob = await two(visitor, width, scheme, through=network)
    await bob.join(await alice.token())
    await alice.stands("Connected with")
    network.down()
    await bob.stands("connection dropped")
    await assert_accessible(bob, "the partner is away")
    await alice.say("on its way")
    await expect(alice.page.locator("#log .message").last).to_contain_text("Waiting to be sent")
    await assert_accessible(alice, "offline, with a message that waits")
    network.heal()
    await alice.page.get_by_role("button", name="Try now").click()
    await bob.reads("on its way")
    elsewhere = await bob.page.context.new_page()
    await elsewhere.goto(f"{bob.site}/chat/")
    await bob.stands("another window")
    await assert_accessible(bob, "open in another window")
    await elsewhere.goto(f"{bob.site}/accounts/logout/")
    await bob.page.get_by_role("button", name="Use it here").click()
    await bob.stands("Connected with")
    await elsewhere.locator("main button[type=submit]").click()
    await bob.stands("Your login on this page has ended")
    await assert_accessible(bob, "logged out")
    await network.stop()


async def two(visitor, width: int, scheme: Scheme, through: Proxy | None = None) -> tuple[Visitor, Visitor]:
    """Alice and Bob, who both wait."""
    alice = await visitor("alice", width=width, color_scheme=scheme, reduced_motion="reduce")
    bob = await visitor("bob", width=width, color_scheme=scheme, reduced_motion="reduce")
    if through:
        alice.site = f"http://127.0.0.1:{through.port}"
    for person in (alice, bob):
        await person.sign_up()
        await person.stands("Waiting for someone")
    return alice, bob


@pytest.mark.parametrize(("width", "letters"), [(320, 100), (640, 200)])
async def test_at_twice_the_size_nothing_is_cut_off_and_nothing_scrolls_sideways(visitor, width: int, letters: int):
    alice, bob = await visitor("alice", width=width), await visitor("bob", width=width)
    for person in (alice, bob):
        await person.page.add_init_script(
            f"addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '{letters}%')"
        )

    async def assert_readable(person: Visitor, state: str) -> None:
        assert await person.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
        assert await person.page.evaluate(CUT_OFF) == [], state

    for path in PUBLIC_PAGES:
        await open_page(alice, path)
        await assert_readable(alice, path)
    await alice.sign_up()
    await bob.sign_up()
    for path in OWN_PAGES:
        await open_page(alice, path)
        await assert_readable(alice, path)
    await alice.go("/chat/")
    token = await alice.token()
    await assert_readable(alice, "waiting")
    await bob.token()
    await bob.join(token)
    await alice.stands("Connected with")
    await alice.say("Hello, with https://example.org/quite-a-long-link-that-has-to-break-somewhere-in-between")
    await bob.reads("Hello")
    await assert_readable(bob, "talking")
    field = bob.page.get_by_label("Message", exact=True)
    await expect(field).to_be_in_viewport()
    await bob.leave()
    await alice.stands("left")
    await assert_readable(alice, "the pair is over")


async def tab_to(page: Page, target: Locator) -> None:
    """Go there with the Tab key, as many times as it takes."""
    for _ in range(40):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not lead to {target}")


async def sign_up_by_keyboard(visitor: Visitor) -> None:
    """From the first page on."""
    page = visitor.page
    await visitor.go("/")
    await tab_to(page, page.locator("main").get_by_role("link", name="Sign up"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("User name")).to_be_focused()
    await page.keyboard.type(visitor.username)
    for label in ("Password", "Password (again)"):
        await tab_to(page, page.get_by_label(label, exact=True))
        await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await visitor.stands("Waiting for someone")


async def test_two_people_do_all_of_it_by_keyboard_alone(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    for person in (alice, bob):
        await person.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await sign_up_by_keyboard(person)

    keys, page = alice.page.keyboard, alice.page
    await tab_to(page, page.get_by_role("button", name="Copy token"))
    await keys.press("Enter")
    await expect(page.locator("#announcer")).to_have_text("Copied")
    token = await page.evaluate("navigator.clipboard.readText()")

    keys, page = bob.page.keyboard, bob.page
    await tab_to(page, page.get_by_label("Your partner's token or link"))
    await keys.type(token)
    await keys.press("Enter")
    for person in (alice, bob):
        await person.stands("Connected with")
        await expect(person.page.get_by_label("Message", exact=True)).to_be_focused()

    await keys.type("one line")
    await keys.press("Shift+Enter")
    await keys.type("and another")
    await keys.press("Enter")
    await alice.reads("and another")
    assert await alice.texts == ["one line\nand another"]
    await alice.page.keyboard.type("I see both")
    await alice.page.keyboard.press("Enter")
    await bob.reads("I see both")

    await tab_to(page, page.get_by_role("button", name="Leave").first)
    await keys.press("Enter")
    await tab_to(page, page.locator("#leave-dialog").get_by_role("button", name="Leave"))
    await keys.press("Enter")
    await alice.stands(f"{bob.username} left")
    keys, page = alice.page.keyboard, alice.page
    await tab_to(page, page.get_by_role("button", name="Clear messages"))
    await keys.press("Enter")
    await alice.stands("Waiting for someone")
    await tab_to(page, page.get_by_role("button", name="Log out"))
    await keys.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("A room with two seats.")


async def test_messages_and_standing_are_spoken_apart_from_each_other(visitor):
    alice = await (await visitor("alice")).sign_up()
    log = alice.page.locator("[role=log]")
    await expect(log).to_have_count(1)
    assert await log.locator("[role=status], [role=alert]").count() == 0
    status = alice.page.locator("#status")
    await expect(status).to_have_attribute("role", "status")
    assert await status.locator("button, a").count() == 0, "what is announced holds nothing to press"
