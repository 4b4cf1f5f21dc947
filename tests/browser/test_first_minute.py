"""The first minute: inviting somebody, being invited, and noticing that somebody came."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

HIDDEN = """
  Object.defineProperty(document, "hidden", { get: () => window.isHidden ?? false });
  window.hide = () => { window.isHidden = true; document.dispatchEvent(new Event("visibilitychange")); };
"""
COUNT_SOUNDS = """
  window.sounds = 0;
  window.OscillatorNode = class extends OscillatorNode { start(...when) { window.sounds += 1; super.start(...when); } };
"""
CATCH_NOTIFICATIONS = """
  window.notified = [];
  window.Notification = class {
    static permission = "default";
    static requestPermission = async () => (Notification.permission = window.answer ?? "granted");
    constructor(title) { window.notified.push(title); }
  };
"""


async def link_of(visitor: Visitor, at: Visitor) -> str:
    """This visitor's link, as it leads to the process of the other one."""
    await visitor.token()
    link = await visitor.page.locator("#token-card").get_attribute("data-link")
    assert link
    return link.replace(visitor.site, at.site)


async def test_who_is_invited_sees_by_whom_before_they_press_join(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    await bob.page.goto(await link_of(alice, at=bob))
    await expect(bob.page.get_by_role("heading", level=1)).to_have_text(
        f"{alice.username} invites you to a private chat for two"
    )
    await alice.stands("Waiting")
    await bob.page.get_by_role("link", name="Join").click()
    await alice.stands(f"Connected with {bob.username}")


async def test_before_logging_in_nobody_is_told_who_invites(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    asked: list[str] = []
    bob.page.on("request", lambda request: asked.append(request.method))
    await bob.page.goto(await link_of(alice, at=bob))
    await expect(bob.page.get_by_role("heading", level=1)).to_have_text("Someone invites you to a private chat for two")
    assert "POST" not in asked


async def test_a_link_that_cannot_lead_anywhere_says_why_and_what_to_do(visitor):
    alice = await (await visitor("alice")).sign_up()
    own = await link_of(alice, at=alice)
    for link, says, advises in (
        (f"{alice.site}/join/#1234", "This link is not whole", "this has 4"),
        (f"{alice.site}/join/#{'0' * 32}", "Nobody has this token", "Ask your partner for the current one"),
        (own, "This is your own token", "Give it to your partner"),
    ):
        await alice.page.goto("about:blank")
        await alice.page.goto(link)
        await expect(alice.page.get_by_role("heading", level=1, name=says)).to_be_visible()
        await expect(alice.page.locator("#join")).to_contain_text(advises)
        await expect(alice.page.get_by_role("link", name="Join", exact=True)).to_be_hidden()


async def test_the_link_can_be_copied_shared_and_shown_as_a_picture(visitor):
    alice = await visitor("alice")
    await alice.page.add_init_script("navigator.share = async (what) => { window.shared = what; };")
    await alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await alice.sign_up()
    link = await link_of(alice, at=alice)
    await alice.page.get_by_role("button", name="Copy link").click()
    await expect(alice.page.get_by_role("button", name="Copied")).to_be_visible()
    assert await alice.page.evaluate("navigator.clipboard.readText()") == link
    await alice.page.get_by_role("button", name="Share").click()
    assert (await alice.page.evaluate("window.shared"))["url"] == link
    await alice.page.get_by_role("button", name="QR code").click()
    await expect(alice.page.get_by_role("img", name="QR code of your link")).to_have_js_property("complete", value=True)
    assert await alice.page.locator(".invite__qr").evaluate("image => image.naturalWidth") > 0


async def waiting(visitor, *scripts: str) -> Visitor:
    """Alice, who waits for somebody, on a page that was prepared."""
    alice: Visitor = await visitor("alice")
    for script in scripts:
        await alice.page.add_init_script(script)
    await alice.sign_up()
    await alice.stands("Waiting for someone")
    return alice


async def visit(visitor, host: Visitor) -> Visitor:
    """Bob, who joins."""
    bob: Visitor = await (await visitor("bob")).sign_up()
    await bob.stands("Waiting for someone")
    await bob.join(await host.token())
    await host.stands(f"Connected with {bob.username}")
    return bob


async def test_whoever_waits_hears_that_somebody_came_once_they_have_touched_the_page(visitor):
    alice = await waiting(visitor, COUNT_SOUNDS)
    await alice.page.get_by_role("heading", name="Invite someone").click()
    assert await alice.page.evaluate("window.sounds") == 0
    bob = await visit(visitor, alice)
    await alice.page.wait_for_selector("#chat[data-stage=talking]")
    assert await alice.page.evaluate("window.sounds") > 0
    await bob.leave()


async def test_the_sound_can_be_switched_off(visitor):
    alice = await waiting(visitor, COUNT_SOUNDS)
    await alice.page.get_by_role("button", name="Options").click()
    await alice.page.get_by_role("switch", name="Sound when your partner comes").click()
    await alice.page.keyboard.press("Escape")
    await visit(visitor, alice)
    assert await alice.page.evaluate("window.sounds") == 0


async def test_while_nobody_looks_the_title_and_a_notification_say_that_somebody_came(visitor):
    alice = await waiting(visitor, HIDDEN, CATCH_NOTIFICATIONS)
    await alice.page.get_by_role("button", name="Notify me when they come").click()
    await expect(alice.page.locator("#token-card")).to_contain_text("You will be notified")
    await expect(alice.page.get_by_role("button", name="Notify me when they come")).to_be_hidden()
    await alice.page.evaluate("window.hide()")
    bob = await visit(visitor, alice)
    await expect(alice.page).to_have_title(f"Connected with {bob.username} · Tandem")
    assert await alice.page.evaluate("window.notified") == ["Somebody sat down beside you"]


async def test_a_browser_that_forbids_notifications_is_told_about_and_nothing_is_switched_on(visitor):
    alice = await waiting(visitor, HIDDEN, CATCH_NOTIFICATIONS, "window.answer = 'denied';")
    await alice.page.get_by_role("button", name="Options").click()
    switch = alice.page.get_by_role("switch", name="Notification when your partner comes")
    await switch.click()
    await expect(switch).not_to_be_checked()
    await expect(alice.page.locator("#options-dialog")).to_contain_text("does not let Tandem notify you")
    await alice.page.keyboard.press("Escape")
    await alice.page.evaluate("window.hide()")
    await visit(visitor, alice)
    assert await alice.page.evaluate("window.notified") == []


async def test_on_a_phone_whoever_came_to_join_gets_to_the_field_in_one_step(visitor):
    alice, bob = await visitor("alice", width=360), await visitor("bob", width=1440)
    field = "Your partner's token or link"
    for somebody in (alice, bob):
        await somebody.sign_up()
        await somebody.stands("Waiting")
    await alice.page.get_by_role("link", name="Join them").click()
    await expect(alice.page.get_by_label(field)).to_be_focused()
    await expect(alice.page.get_by_label(field)).to_be_in_viewport(ratio=1)
    await expect(bob.page.get_by_label(field)).to_be_in_viewport(ratio=1)
    await expect(bob.page.get_by_role("link", name="Join them")).to_be_hidden()
