"""How it looks: colours by the system or by one's own choice, and the picture of the first page, which is of the real one."""

from __future__ import annotations

import itertools

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")

BACKGROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(244, 246, 243)", "rgb(17, 24, 23)"
LOADED = (
    "image => image.decode().then(() => [image.naturalWidth, image.naturalHeight, new URL(image.currentSrc).pathname])"
)


@pytest.mark.parametrize(("scheme", "colour"), [("light", LIGHT), ("dark", DARK)])
async def test_colours_follow_the_system(visitor, scheme: str, colour: str):
    alice = await visitor("alice", color_scheme=scheme)
    await alice.go("/")
    assert await alice.page.evaluate(BACKGROUND) == colour


async def test_ones_own_choice_of_colours_stands_against_the_system_on_every_page(visitor):
    alice = await (await visitor("alice", color_scheme="light")).sign_up()
    await alice.go("/settings/")
    dark, system = (alice.page.get_by_role("radio", name=name) for name in ("Dark", "System"))
    await expect(system).to_be_checked()
    await dark.check()
    assert await alice.page.evaluate(BACKGROUND) == DARK
    await alice.page.locator("header").get_by_role("button", name="Log out").click()
    picture = alice.page.get_by_role("img", name="A conversation in Tandem")
    assert await alice.page.evaluate(BACKGROUND) == DARK
    assert "en-dark" in (await picture.evaluate(LOADED))[2]
    bar = alice.page.locator('meta[name="theme-color"][media="all"]')
    await expect(bar).to_have_attribute("content", "#111817")


@pytest.mark.parametrize(
    ("language", "scheme"), list(itertools.product(["en", "ru", "pt-BR", "ar"], ["light", "dark"]))
)
async def test_the_first_page_shows_a_real_picture_in_the_language_and_colours_of_the_reader(
    visitor, language: str, scheme: str
):
    alice = await visitor("alice", locale=language, color_scheme=scheme)
    await alice.go("/")
    picture = alice.page.locator("figure img")
    width, height, path = await picture.evaluate(LOADED)
    assert f"{language.lower()}-{scheme}" in path
    assert [await picture.get_attribute(side) for side in ("width", "height")] == [str(width), str(height)]


async def test_motion_is_for_those_who_did_not_ask_for_less(visitor):
    for wish, moving in (("no-preference", True), ("reduce", False)):
        alice = await (await visitor("alice", reduced_motion=wish)).sign_up()
        await alice.token()
        runs = await alice.page.evaluate(
            "document.getAnimations().some((one) => one.playState === 'running' && one.effect.getTiming().iterations > 1)"
        )
        assert runs is moving
