"""axe, over every page and the states of the chat: WCAG 2.2 AA and best practice, both colour schemes, both widths."""

from __future__ import annotations

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

PUBLIC_PAGES = ["/", "/accounts/signup/", "/accounts/login/", "/accounts/password/reset/", "/join/", "/nowhere/"]
OWN_PAGES = ["/settings/", "/token/rotate/", "/accounts/logout/", "/accounts/password/change/", "/accounts/sessions/"]


async def assert_accessible(visitor: Visitor, state: str) -> None:
    results = await Axe().run(visitor.page, options={"resultTypes": ["violations"]})
    assert results.violations_count == 0, f"{state}: {results.generate_report()}"


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1440, "light")])
async def test_axe_finds_nothing(visitor, width: int, scheme: Literal["dark", "light"]):
    alice = await visitor("alice", width=width, color_scheme=scheme, reduced_motion="reduce")
    bob = await visitor("bob", width=width, color_scheme=scheme, reduced_motion="reduce")
    for path in PUBLIC_PAGES:
        await alice.go(path)
        await assert_accessible(alice, path)
    await alice.sign_up()
    await bob.sign_up()
    for path in OWN_PAGES:
        await alice.go(path)
        await assert_accessible(alice, path)
    await alice.go("/chat/")
    token = await alice.token()
    await assert_accessible(alice, "waiting")
    await bob.token()
    await bob.join("12")
    await assert_accessible(bob, "a malformed token")
    await bob.join(token)
    await alice.stands("Connected with")
    await alice.say("Hello")
    await bob.reads("Hello")
    await assert_accessible(alice, "talking")
    await alice.say("\n".join(["a long one, with https://example.org/a-link in it"] * 40))
    await bob.reads("a long one")
    await assert_accessible(bob, "a link and a folded message")
    await bob.page.get_by_role("button", name="Options").click()
    await assert_accessible(bob, "the options")
    await bob.page.keyboard.press("Escape")
    elsewhere = await bob.page.context.new_page()
    await elsewhere.goto(f"{bob.site}/chat/")
    await bob.stands("another window")
    await assert_accessible(bob, "open in another window")
    await bob.page.get_by_role("button", name="Use it here").click()
    await bob.stands("Connected with")
    await alice.page.get_by_role("button", name="Leave").first.click()
    await expect(alice.page.locator("#leave-dialog")).to_be_visible()
    await assert_accessible(alice, "asked whether to leave")
    await alice.page.keyboard.press("Escape")
    await bob.leave()
    await alice.stands("left")
    await assert_accessible(alice, "the pair is over")
