"""The picture of the first page: a conversation as Jonas sees it while somebody else is turned away, twice as sharp as needed."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser

from tests.browser.scenes.people import NAMES, Person
from tests.browser.scenes.play import Cast, Look, cast
from tests.browser.scenes.words import TALK

QUALITY = 80  # of WebP
SHARPNESS = 2  # pixels of the picture for each of the page, for screens that have so many
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


async def take_picture(browser: Browser, folder: Path) -> None:
    """In every language and scheme, as `folder`/<language>-<scheme>.webp."""
    for language in NAMES:
        async with cast(browser, Look(language, 520, "light")) as everybody:
            await converse(everybody)
            for scheme in SCHEMES:
                await everybody.jonas.page.emulate_media(color_scheme=scheme)
                picture = await photograph(everybody.jonas)
                (folder / f"{language.lower()}-{scheme}.webp").write_bytes(picture)


async def converse(everybody: Cast) -> None:
    mira, jonas, noor = everybody.mira, everybody.jonas, everybody.noor
    for person in (mira, jonas, noor):
        await person.sign_up()
        await person.take_name()
    token = await mira.wait()
    await jonas.wait()
    await noor.wait()
    await jonas.join(token)
    await mira.stands("together")
    did_they, they_did, _, see_you = TALK[everybody.look.language]
    await mira.say(did_they)
    await jonas.say(they_did)
    await mira.say(see_you)
    await noor.join(token)
    await jonas.sees("#turned-away")


async def photograph(person: Person) -> bytes:
    """The chat without the site's header, and nothing on it that moves or has the focus."""
    await person.page.evaluate("document.activeElement.blur()")
    box = await person.page.locator("#chat").bounding_box()
    devtools = await person.page.context.new_cdp_session(person.page)
    clip = {**(box or {}), "scale": SHARPNESS}
    options = {"format": "webp", "quality": QUALITY, "clip": clip}
    return base64.b64decode((await devtools.send("Page.captureScreenshot", options))["data"])
