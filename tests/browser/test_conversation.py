"""The whole of it, as people do it: sign up, share a token, talk, refuse a third, leave, talk with another."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def talking(visitor, through: Proxy | None = None) -> tuple[Visitor, Visitor, str]:
    """Alice, who may come through a network of her own, and Bob, in a pair."""
    alice, bob = await visitor("alice"), await visitor("bob")
    if through:
        alice.site = f"http://127.0.0.1:{through.port}"
    await alice.sign_up()
    await bob.sign_up()
    token = await alice.token()
    await bob.join(token)
    await alice.stands(f"Connected with {bob.username}")
    await bob.stands(f"Connected with {alice.username}")
    return alice, bob, token


async def test_two_people_sign_up_pair_and_talk_and_a_third_is_refused(visitor):
    alice, bob, token = await talking(visitor)
    await alice.say("Hello <b>Bob</b>")
    await bob.reads("Hello <b>Bob</b>")
    await expect(alice.page.locator("#log .message").last).to_contain_text("Delivered")
    await bob.say("Hello Alice")
    await alice.reads("Hello Alice")
    assert await alice.texts == await bob.texts == ["Hello <b>Bob</b>", "Hello Alice"]

    mallory = await visitor("mallory")
    await mallory.sign_up()
    await mallory.join(token)
    await expect(mallory.page.locator("main")).to_contain_text("Room is Full")
    await expect(alice.page.locator("#turned-away")).to_be_visible()
    await expect(bob.page.locator("#turned-away")).to_be_visible()
    await expect(mallory.page.locator("main")).not_to_contain_text("Hello")

    await bob.leave()
    await alice.stands(f"{bob.username} left")
    await mallory.join(token)
    await alice.stands(f"Connected with {mallory.username}")
    await mallory.say("My turn")
    await alice.reads("My turn")
    assert await mallory.texts == ["My turn"], "nothing of the conversation before"
    await expect(bob.page.locator("main")).not_to_contain_text("My turn")


async def test_a_refresh_keeps_the_conversation_and_the_draft(visitor):
    alice, bob, _ = await talking(visitor)
    await alice.say("one")
    await bob.reads("one")
    await bob.say("two")
    await alice.reads("two")
    await alice.page.get_by_label("Message", exact=True).fill("half a thou")
    await alice.page.reload()
    await alice.stands(f"Connected with {bob.username}")
    await expect(alice.page.locator("#log .message")).to_have_count(2)
    assert await alice.texts == ["one", "two"]
    await expect(alice.page.get_by_label("Message", exact=True)).to_have_value("half a thou")
    await bob.say("three")
    await alice.reads("three")
    assert await alice.texts == ["one", "two", "three"]


async def test_what_is_written_offline_arrives_once_when_the_network_is_back(visitor, site):
    network = await Proxy.to_port(int(site.urls()[0].rpartition(":")[2]))
    alice, bob, _ = await talking(visitor, through=network)
    await alice.say("before")
    await bob.reads("before")
    network.down()
    await alice.stands("You are offline")
    await bob.stands("connection dropped")
    await alice.say("while offline")
    await expect(alice.page.locator("#log .message").last).to_contain_text("Waiting to be sent")
    await bob.say("are you there?")
    network.heal()
    await alice.page.get_by_role("button", name="Try now").click()
    await alice.stands(f"Connected with {bob.username}")
    await bob.stands(f"Connected with {alice.username}")
    await bob.reads("while offline")
    await alice.reads("are you there?")
    assert await alice.texts == await bob.texts == ["before", "are you there?", "while offline"]
    await network.stop()


async def test_a_second_window_takes_over_and_the_first_can_take_it_back(visitor):
    alice, bob, _ = await talking(visitor)
    await alice.say("only once")
    await bob.reads("only once")
    second = await bob.page.context.new_page()
    await second.goto(f"{bob.site}/chat/")
    await bob.stands("another window")
    await expect(bob.page.locator("#log .message")).to_have_count(0)
    await expect(bob.page.get_by_role("link", name="Where you are logged in")).to_be_visible()
    await expect(second.locator("#status")).to_contain_text(f"Connected with {alice.username}")
    await bob.page.get_by_role("button", name="Use it here").click()
    await bob.stands(f"Connected with {alice.username}")
    await bob.reads("only once")
    assert await bob.texts == ["only once"]
    await expect(second.locator("#status")).to_contain_text("another window")


async def test_other_pages_open_beside_a_conversation_and_the_partner_notices_nothing(visitor):
    alice, bob, _ = await talking(visitor)
    await bob.page.evaluate(
        """() => { window.tones = []; const bar = document.getElementById("status-bar");
                   new MutationObserver(() => tones.push(bar.dataset.tone)).observe(bar, { attributes: true }); }"""
    )
    async with alice.page.context.expect_page() as opened:
        await alice.page.get_by_role("link", name="Settings (opens in a new tab)").click()
    settings = await opened.value
    await expect(settings.get_by_role("heading", level=1)).to_have_text("Settings")
    async with alice.page.context.expect_page() as opened:
        await alice.page.get_by_role("link", name="Rooms (opens in a new tab)").click()
    await expect((await opened.value).get_by_role("heading", level=1)).to_have_text("Rooms")
    await alice.say("still here")
    await bob.reads("still here")
    assert set(await bob.page.evaluate("tones")) <= {"together"}
    await bob.leave()
    await alice.stands("left")
    await alice.page.get_by_role("link", name="Settings", exact=True).click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Settings")


async def test_logging_out_elsewhere_is_said_and_the_partner_told(visitor):
    alice, bob, _ = await talking(visitor)
    elsewhere = await bob.page.context.new_page()
    await elsewhere.goto(f"{bob.site}/accounts/logout/")
    await elsewhere.locator("main button[type=submit]").click()
    await bob.stands("Your login on this page has ended")
    await expect(bob.page.get_by_role("link", name="Settings")).to_be_hidden()
    await alice.stands(f"{bob.username}")
    await expect(alice.page.locator("#status")).to_contain_text("logged out")


async def test_a_malformed_token_is_caught_before_anything_is_sent(visitor):
    alice = await (await visitor("alice")).sign_up()
    await alice.token()
    sent: list[str] = []
    alice.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    for wrong in ("", "1234", "not a token at all", "0" * 33):
        await alice.join(wrong)
        await expect(alice.page.locator("#partner-token-error")).to_be_visible()
        await expect(alice.page.get_by_label("Your partner's token or link")).to_have_attribute("aria-invalid", "true")
    assert not [frame for frame in sent if "join" in frame]


async def test_each_refusal_has_its_own_sentence(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    token = await alice.token()
    await alice.join(token)
    await expect(alice.page.locator("main")).to_contain_text("your own")
    await alice.join("0" * 32)
    await expect(alice.page.locator("main")).to_contain_text("Nobody has this token")
    await alice.go("/settings/")
    await bob.sign_up()
    await bob.token()
    await bob.join(token)
    await expect(bob.page.locator("main")).to_contain_text("not here")


async def test_the_share_link_asks_before_it_joins_and_survives_signing_up(visitor):
    alice = await (await visitor("alice")).sign_up()
    await alice.token()
    link = await alice.page.locator("#token-card").get_attribute("data-link")
    assert link
    bob = await visitor("bob")
    await bob.page.goto(link.replace(alice.site, bob.site))
    await bob.page.locator("main").get_by_role("link", name="Sign up").click()
    await bob.fill_in_sign_up()
    await expect(bob.page).to_have_url(f"{bob.site}/join/")
    await alice.stands("Waiting")
    await bob.page.get_by_role("link", name="Join").click()
    await bob.stands(f"Connected with {alice.username}")
    await alice.stands(f"Connected with {bob.username}")


async def test_back_from_a_chat_that_a_link_opened_passes_the_link_by(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await alice.token()
    link = await alice.page.locator("#token-card").get_attribute("data-link")
    assert link
    await bob.sign_up()
    await bob.go("/settings/")
    await bob.page.goto(link.replace(alice.site, bob.site) + " see you there")
    await bob.page.get_by_role("link", name="Join").click()
    await bob.stands(f"Connected with {alice.username}")
    await bob.page.go_back()
    await expect(bob.page).to_have_url(f"{bob.site}/settings/")


async def test_a_partner_with_a_display_name_is_called_by_both_names(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    await bob.go("/settings/")
    name = f"Sir {bob.username}"
    await bob.page.locator("input[name=name]").fill(name)
    await bob.page.get_by_role("region", name="Your name").get_by_role("button", name="Save").click()
    await bob.go("/chat/")
    await expect(bob.page.locator("#token-card")).to_contain_text(f"You are {name} (@{bob.username})")
    await bob.join(await alice.token())
    await alice.stands(f"Connected with {name} (@{bob.username})")


async def test_log_in_and_sign_up_begin_in_their_first_field(visitor):
    alice = await visitor("alice")
    for path in ("/accounts/login/", "/accounts/signup/"):
        await alice.go(path)
        await expect(alice.page.get_by_label("User name")).to_be_focused()


async def test_a_long_name_widens_no_page(visitor):
    alice, bob = await visitor("alice", width=320), await visitor("w" * 30, width=320)
    await alice.sign_up()
    await bob.sign_up()
    for path in ("/settings/", "/chat/"):
        await bob.go(path)
        await fits(bob)
    await bob.join(await alice.token())
    await alice.stands(f"Connected with {bob.username}")
    await fits(alice)


async def fits(visitor: Visitor) -> None:
    """Assert that the page is no wider than its window."""
    assert await visitor.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), [(360, 640), (640, 400)])
async def test_on_a_small_screen_the_messages_keep_most_of_the_height(visitor, width: int, height: int):
    alice, _, token = await talking(visitor)
    mallory = await visitor("mallory")
    await mallory.sign_up()
    await mallory.token()
    for _ in range(2):
        await mallory.join(token)
        await expect(mallory.page.locator("main")).to_contain_text("Room is Full")
    await alice.page.set_viewport_size({"width": width, "height": height})
    notice, log = alice.page.locator("#turned-away"), alice.page.locator("#log")
    await expect(notice).to_be_visible()
    above, box = await notice.bounding_box(), await log.bounding_box()
    assert above
    assert box
    assert above["y"] + above["height"] <= box["y"], "the notice does not lie over the messages"
    assert box["height"] > height / 2


async def test_changing_the_token_changes_what_the_page_shows_and_refuses_the_old_one(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    old = await alice.token()
    await alice.page.locator("#token-card [data-action=change_token]").click()
    await alice.page.locator("#change-dialog").get_by_role("button", name="Change token").click()
    await expect(alice.page.locator("#token")).not_to_have_text(old)
    new = await alice.token()
    await bob.token()
    await bob.join(old)
    await expect(bob.page.locator("main")).to_contain_text("This token was changed")
    await bob.join(new)
    await alice.stands(f"Connected with {bob.username}")
