"""Rooms with members in real browsers: who comes in, who keeps order, and from a name to a private pair."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.roommates import (
    arrive,
    ask,
    asks,
    called,
    enter,
    keep_order,
    last,
    names,
    new_room,
    settled,
    together,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


# --- Rooms with members ---


async def test_people_are_invited_and_everyone_sees_who_comes_who_goes_and_every_message(visitor, site):
    alice, bob, mallory = [await arrive(visitor, person) for person in site.trio()]
    path = await new_room(alice, "Kitchen", is_open=False)
    response = await mallory.page.goto(mallory.site + path)
    assert response
    assert response.status == 404, "who is not invited finds no such room"
    await alice.say(f"/invite {bob.username}")
    await alice.reads(f"{called(bob)} was invited.")
    await bob.go("/rooms/")
    await bob.page.get_by_role("button", name="Accept").click()
    await enter(bob, path)
    await alice.reads(f"{called(bob)} came in.")
    await alice.say("the cake is in the oven")
    await bob.reads("the cake is in the oven")
    assert await settled(alice, bob) == [["the cake is in the oven"]] * 2
    await bob.go("/rooms/")
    await alice.reads(f"{called(bob)} went out.")


async def test_who_is_removed_is_out_at_once_and_nothing_stays_on_the_screen(visitor, site):
    (alice, bob, _), path = await together(visitor, site)
    await alice.say("a secret")
    await bob.reads("a secret")
    await keep_order(alice, path, bob, "Remove from the room")
    await bob.stands("You were removed from this room")
    await expect(bob.page.locator("#out")).to_be_visible()
    await expect(bob.page.locator("main")).not_to_contain_text("a secret")
    await expect(names(alice)).to_have_count(2)


async def test_who_is_muted_is_told_so_and_what_they_say_is_not_lost(visitor, site):
    (alice, bob, _), path = await together(visitor, site)
    await keep_order(alice, path, bob, "Mute for good")
    await expect(bob.page.locator("#muted")).to_have_text("You can read here, but not write.")
    await bob.say("but why")
    await expect(last(bob)).to_contain_text("Not sent: You cannot write in this room for now")
    await alice.say("that is why")
    await bob.reads("that is why")
    await keep_order(alice, path, bob, "Let write again")
    await expect(bob.page.locator("#muted")).to_be_hidden()
    await bob.page.get_by_role("button", name="Retry").click()
    await alice.reads("but why")


# --- A private pair from a name ---


async def test_from_a_name_to_a_private_chat_without_copying_a_token(visitor, site):
    (alice, bob, mallory), _ = await together(visitor, site)
    await ask(alice, bob)
    await expect(asks(bob)).to_contain_text(f"{called(alice)} (@{alice.username}) asks you for a private chat")
    await expect(asks(mallory)).to_be_hidden()
    await asks(bob).get_by_role("button", name="Yes").click()
    await alice.page.wait_for_url("**/chat/")
    await bob.page.wait_for_url("**/chat/")
    await alice.stands(f"Connected with {called(bob)}")
    await bob.stands(f"Connected with {called(alice)}")
    await alice.say("only the two of us")
    await bob.reads("only the two of us")
    await expect(mallory.page.locator("main")).not_to_contain_text("only the two of us")


async def test_the_guest_waits_for_the_partners_page_and_says_so(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    slow = asyncio.Event()

    async def later(route):
        await slow.wait()
        await route.continue_()

    await bob.page.route("**/chat/", later)
    await ask(alice, bob)
    await asks(bob).get_by_role("button", name="Yes").click()
    await alice.stands(f"{called(bob)} said yes. Waiting for them to open the private chat…")
    slow.set()
    await alice.stands(f"Connected with {called(bob)}")
    await bob.stands(f"Connected with {called(alice)}")


async def test_who_is_asked_may_say_no_and_who_asks_may_ask_no_more(visitor, site):
    (alice, bob, _), _ = await together(visitor, site)
    await ask(alice, bob)
    await asks(bob).get_by_role("button", name="No").click()
    await expect(alice.page.locator("#fate")).to_contain_text("does not want a private chat now.")
    await alice.stands("Connected")
    await expect(asks(bob)).to_be_hidden()
    await ask(bob, alice)
    await bob.page.get_by_role("button", name="Ask no more").click()
    await expect(asks(alice)).to_be_hidden()
    await expect(alice.page.locator("#fate")).to_contain_text("waits no longer")
    await bob.stands("Connected")
