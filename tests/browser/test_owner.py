"""The choices of the owner: being asked first, not being disturbed, blocking, one-time invitations."""

from __future__ import annotations

import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import assert_accessible

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def asks_first(visitor) -> tuple[Visitor, str]:
    """Alice, who wants to be asked before anyone joins, and her token."""
    alice = await (await visitor("alice")).sign_up()
    token = await alice.token()
    await switch_on(alice, "Ask me first")
    return alice, token


async def switch_on(visitor: Visitor, name: str) -> None:
    switch = visitor.page.get_by_role("switch", name=name)
    async with visitor.page.expect_response("**/settings/door/"):
        await switch.check()
    await expect(visitor.page.locator("#announcer")).to_have_text("Saved")


async def at_the_door(visitor, host: Visitor, token: str, name: str = "bob") -> Visitor:
    """Somebody who asks for the seat."""
    guest: Visitor = await (await visitor(name)).sign_up()
    await guest.token()
    await guest.join(token)
    await guest.stands(f"{host.username} was asked to let you in")
    await host.stands("asks for the seat beside you")
    return guest


def door(host: Visitor):
    return host.page.get_by_role("region", name="At your door")


async def test_the_owner_sees_who_asks_and_lets_them_in(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    await expect(door(alice)).to_contain_text(f"{bob.username} asks for the seat beside you")
    await assert_accessible(alice, "somebody at the door")
    await assert_accessible(bob, "waiting for an answer")
    await door(alice).get_by_role("button", name="Let in").click()
    await alice.stands(f"Connected with {bob.username}")
    await bob.stands(f"Connected with {alice.username}")
    await expect(alice.page.get_by_label("Message", exact=True)).to_be_focused()


async def test_on_a_phone_the_answers_come_into_sight_wherever_the_owner_was_reading(visitor):
    alice = await (await visitor("alice", width=360)).sign_up()
    token = await alice.token()
    await switch_on(alice, "Ask me first")
    await alice.page.get_by_role("button", name="Join", exact=True).scroll_into_view_if_needed()
    await at_the_door(visitor, alice, token)
    await expect(door(alice).get_by_role("button", name="Let in")).to_be_in_viewport(ratio=1)
    await expect(door(alice).get_by_role("button", name="Decline")).to_be_in_viewport(ratio=1)


async def test_who_is_declined_is_told_in_words(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    await door(alice).get_by_role("button", name="Decline").click()
    await bob.stands("They do not want to talk right now")
    await expect(bob.page.locator("#partner-token-error")).to_contain_text("Try again another time")
    await expect(door(alice)).to_be_hidden()
    await alice.stands("Waiting for someone")
    await expect(alice.page.locator("#main")).to_be_focused()


async def test_who_asks_no_more_waits_again_and_the_owner_is_told(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    await bob.page.get_by_role("button", name="Ask no more").click()
    await bob.stands("Waiting for someone")
    await expect(alice.page.locator("#lapsed")).to_contain_text(f"{bob.username}\u2069 asks no more.")
    await assert_accessible(alice, "an ask that is over")
    await expect(door(alice)).to_be_hidden()


async def test_of_two_who_ask_one_is_let_in_and_the_other_is_told(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    mallory = await at_the_door(visitor, alice, token, "mallory")
    await expect(door(alice).get_by_role("listitem")).to_have_count(2)
    await door(alice).get_by_role("listitem").filter(has_text=bob.username).get_by_role("button", name="Let in").click()
    await bob.stands(f"Connected with {alice.username}")
    await mallory.stands("Room is Full")


async def test_when_the_owner_logs_out_the_asker_is_told(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    await alice.page.get_by_role("button", name="Log out").click()
    await bob.stands("The owner of this token is not here right now")


async def test_an_owner_whose_page_was_gone_for_a_moment_is_asked_again(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    await alice.page.goto("about:blank")
    await alice.go("/chat/")
    await expect(door(alice)).to_contain_text(f"{bob.username} asks for the seat beside you")
    await door(alice).get_by_role("button", name="Let in").click()
    await bob.stands(f"Connected with {alice.username}")


async def test_a_page_that_is_reloaded_knows_again_that_it_wants_to_be_asked(visitor):
    alice, _token = await asks_first(visitor)
    await alice.page.reload()
    await expect(alice.page.get_by_role("switch", name="Ask me first")).to_be_checked()
    await alice.go("/settings/")
    await alice.page.get_by_role("switch", name="Ask me first").uncheck()
    await alice.page.get_by_role("region", name="Who may join you").get_by_role("button", name="Save").click()
    await alice.go("/chat/")
    await expect(alice.page.get_by_role("switch", name="Ask me first")).not_to_be_checked()


async def test_a_choice_that_could_not_be_saved_is_taken_back_and_said(visitor):
    alice = await (await visitor("alice")).sign_up()
    await alice.token()
    await alice.page.route("**/settings/door/", lambda route: route.abort())
    await alice.page.get_by_role("switch", name="Ask me first").click()
    await expect(alice.page.locator("#door-form")).to_contain_text("This could not be saved")
    await expect(alice.page.get_by_role("switch", name="Ask me first")).not_to_be_checked()


async def test_who_is_not_to_be_disturbed_is_told_so_and_nobody_can_join(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    token = await alice.token()
    await bob.token()
    await switch_on(alice, "Do not disturb")
    await alice.stands("Do not disturb is on: nobody can join you")
    await bob.join(token)
    await bob.stands("The owner of this token is not here right now")
    await assert_accessible(alice, "do not disturb")


async def block(host: Visitor, guest: Visitor) -> None:
    """Say yes to the question that is open."""
    question = host.page.get_by_role("dialog", name=f"Block {guest.username}?")
    await expect(question).to_be_visible()
    await assert_accessible(host, "blocking somebody")
    await question.get_by_role("button", name="Block").click()
    await expect(host.page.locator("#told")).to_contain_text("Blocked")


async def test_the_partner_can_be_blocked_and_unblocked(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    token = await alice.token()
    await bob.token()
    await bob.join(token)
    await alice.stands("Connected with")
    await alice.page.get_by_role("button", name="Options").click()
    await assert_accessible(alice, "options while talking")
    await alice.page.get_by_role("button", name="Block this person…").click()
    await block(alice, bob)
    await bob.stands(f"{alice.username} left")
    await alice.stands(f"You blocked {bob.username}")
    await bob.join(token)
    await bob.stands("The owner of this token is not here right now")
    await alice.go("/settings/")
    await assert_accessible(alice, "settings with somebody blocked")
    await alice.page.get_by_role("button", name=f"Unblock {bob.username}").click()
    await alice.go("/chat/")
    await alice.token()
    await bob.join(token)
    await bob.stands(f"Connected with {alice.username}")


async def test_that_the_partner_is_blocked_stays_said_when_the_conversation_ends_after_it(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    held: list[tuple[WebSocketRoute, str | bytes]] = []

    def relay(page: WebSocketRoute) -> None:
        server = page.connect_to_server()
        server.on_message(lambda frame: held.append((page, frame)) if '"left"' in str(frame) else page.send(frame))

    await alice.page.route_web_socket("**/ws/pair/", relay)
    await alice.sign_up()
    await bob.sign_up()
    await bob.token()
    await bob.join(await alice.token())
    await alice.stands("Connected with")
    await alice.page.get_by_role("button", name="Options").click()
    await alice.page.get_by_role("button", name="Block this person…").click()
    await block(alice, bob)
    for page, frame in held:
        page.send(frame)
    await expect(alice.page.locator("#chat")).to_have_attribute("data-stage", "ended")
    await alice.stands(f"You blocked {bob.username}")
    await expect(alice.page.locator("#told")).to_contain_text("Blocked")


async def test_a_block_that_did_not_work_is_not_said_to_have_worked(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    await bob.token()
    await bob.join(await alice.token())
    await alice.stands("Connected with")
    await alice.page.route("**/blocks/", lambda route: route.abort())
    await alice.page.get_by_role("button", name="Options").click()
    await alice.page.get_by_role("button", name="Block this person…").click()
    question = alice.page.get_by_role("dialog", name=f"Block {bob.username}?")
    await question.get_by_role("button", name="Block").click()
    await expect(alice.page.locator("#told")).to_contain_text("This could not be done")
    await bob.leave()
    await alice.stands(f"{bob.username} left")


async def test_who_asks_can_be_blocked_and_is_told_no_more_than_no(visitor):
    alice, token = await asks_first(visitor)
    bob = await at_the_door(visitor, alice, token)
    await door(alice).get_by_role("button", name="Block…").click()
    await block(alice, bob)
    await bob.stands("They do not want to talk right now")
    await expect(door(alice)).to_be_hidden()


async def test_an_invitation_for_one_use_is_made_beside_the_chat_and_lets_one_person_in(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await alice.sign_up()
    await bob.sign_up()
    await alice.token()
    async with alice.page.context.expect_page() as opened:
        await alice.page.get_by_role("link", name="One-time invitations").click()
    pages = Visitor(await opened.value, alice.site, alice.username)
    await pages.page.get_by_label("It can be used for").select_option("1 hour")
    await pages.page.get_by_role("button", name="Make an invitation").click()
    await expect(pages.page.locator("main")).to_contain_text("Nobody has used it. It expires")
    await pages.page.get_by_text("QR code").click()
    picture = pages.page.get_by_role("img", name="QR code of your link")
    await expect(picture).to_have_js_property("complete", value=True)
    assert await picture.evaluate("image => image.naturalWidth") > 0
    await assert_accessible(pages, "an open invitation")
    await pages.page.get_by_role("button", name="Copy link").click()
    await expect(pages.page.get_by_role("button", name="Copied")).to_be_visible()
    link = await pages.page.evaluate("navigator.clipboard.readText()")
    await bob.page.goto(link.replace(alice.site, bob.site))
    await expect(bob.page.get_by_role("heading", level=1)).to_contain_text(f"{alice.username} invites you")
    await bob.page.get_by_role("link", name="Join").click()
    await bob.stands(f"Connected with {alice.username}")
    await pages.page.reload()
    await expect(pages.page.locator("main")).to_contain_text("No invitation is open.")
    await bob.leave()
    await bob.page.goto("about:blank")
    await bob.page.goto(link.replace(alice.site, bob.site))
    await bob.page.get_by_role("link", name="Join").click()
    await bob.stands("Nobody has this token")


async def test_an_invitation_can_be_taken_back(visitor):
    alice = await (await visitor("alice", width=360)).sign_up()
    await alice.go("/invitations/")
    await assert_accessible(alice, "no invitation")
    await alice.page.get_by_role("button", name="Make an invitation").click()
    await expect(alice.page.locator("main")).to_contain_text("Here is your invitation.")
    await assert_accessible(alice, "an open invitation on a phone")
    await alice.page.get_by_role("button", name="Take it back").click()
    await expect(alice.page.locator("main")).to_contain_text("No invitation is open.")


async def test_a_name_that_is_taken_is_refused_in_words(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    await bob.go("/settings/")
    await bob.page.get_by_label("Display name").fill(alice.username.upper())
    await bob.page.get_by_role("region", name="Your name").get_by_role("button", name="Save").click()
    await expect(bob.page.locator(".errorlist")).to_contain_text("Somebody has this name, or one that looks like it.")
    await assert_accessible(bob, "a name that is taken")
    await bob.page.get_by_label("Display name").fill(f"Robert {bob.username}")
    await bob.page.get_by_role("region", name="Your name").get_by_role("button", name="Save").click()
    await expect(bob.page.locator("main")).to_contain_text("Saved.")
