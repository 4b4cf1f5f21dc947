"""Tandem in other languages: chosen by the browser, changed by the person, and right to left where it is read so."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_accessibility import assert_accessible

pytestmark = pytest.mark.asyncio(loop_scope="session")

WAITING = {
    "ru-RU": "Ждём того, кто введёт ваш токен",
    "pt-BR": "Esperando alguém usar seu token",
    "pt-PT": "Esperando alguém usar seu token",
    "ar-EG": "في انتظار من يستخدم رمزك",
    "de-DE": "Waiting for someone to use your token",
}


@pytest.mark.parametrize(("locale", "waiting"), WAITING.items())
async def test_pages_and_script_speak_the_language_of_the_browser(visitor, locale: str, waiting: str):
    alice = await visitor("alice", locale=locale)
    await alice.sign_up()
    await alice.stands(waiting)


@pytest.mark.parametrize(("locale", "time"), [("en-GB", r"^\d\d:\d\d$"), ("en-US", r"^\d{1,2}:\d\d [AP]M$")])
async def test_times_are_written_as_in_the_region_of_the_browser(visitor, locale: str, time: str):
    alice, bob = await visitor("alice", locale=locale), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    await bob.join(await alice.token())
    await alice.stands("Connected with")
    await alice.say("hello")
    await expect(alice.page.locator("#log .message time")).to_have_text(re.compile(time))


async def test_a_stranger_can_change_the_language_and_stays_where_they_are(visitor):
    alice = await visitor("alice")
    await alice.go("/accounts/signup/")
    await alice.page.get_by_role("button", name="Русский").click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Займите своё место")
    await expect(alice.page.locator("html")).to_have_attribute("lang", "ru")
    await alice.fill_in_sign_up()
    await alice.stands(WAITING["ru-RU"])


async def test_a_member_changes_it_in_the_settings(visitor):
    alice = await (await visitor("alice")).sign_up()
    await alice.go("/settings/")
    await alice.page.get_by_role("button", name="Português").click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Configurações")
    await expect(alice.page.get_by_role("button", name="Português")).to_have_attribute("aria-current", "true")
    await alice.go("/chat/")
    await alice.stands(WAITING["pt-BR"])


async def test_a_refusal_of_the_server_is_said_in_the_language_of_the_page(visitor):
    alice = await (await visitor("alice", locale="ru-RU")).sign_up()
    await alice.stands(WAITING["ru-RU"])
    await alice.page.locator("#partner-token").fill("0" * 32)
    await alice.page.locator("#partner-token").press("Enter")
    await expect(alice.page.locator("#partner-token-error")).to_contain_text("Такого токена")


@pytest.mark.parametrize("width", [360, 1440])
async def test_arabic_is_laid_out_from_right_to_left(visitor, width: int):
    alice, bob = await visitor("alice", width=width, locale="ar"), await visitor("bob", locale="ar")
    for path in ("/", "/accounts/signup/", "/join/", "/nowhere/"):
        await alice.go(path)
        await expect(alice.page.locator("html")).to_have_attribute("dir", "rtl")
        assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await alice.sign_up()
    await bob.sign_up()
    await alice.stands(WAITING["ar-EG"])
    await bob.stands(WAITING["ar-EG"])
    await bob.page.locator("#partner-token").fill(await alice.page.locator("#token").inner_text())
    await bob.page.locator("#partner-token").press("Enter")
    await alice.stands(bob.username)
    for person, text in ((alice, "مرحبا"), (bob, "hello")):
        await person.page.locator("#text").fill(text)
        await person.page.keyboard.press("Enter")
        await alice.reads(text)
    mine = await alice.page.locator(".message[data-from=me] .message__bubble").bounding_box()
    theirs = await alice.page.locator(".message[data-from=partner] .message__bubble").bounding_box()
    assert mine
    assert theirs
    assert mine["x"] < theirs["x"], "what I say stands at the end of the line: on the left"
    assert await alice.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await assert_accessible(alice, "talking in Arabic")
