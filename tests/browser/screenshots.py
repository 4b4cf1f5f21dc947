"""Pictures of every page and state, into docs/screenshots/: `make screenshots`. To be looked at one by one.

English in both widths and both colour schemes; Arabic and Russian in one of each. A real site, real browsers, three people.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, Page, async_playwright

from tests.browser.conftest import FLAGS
from tests.browser.scenes import Person, members, strangers, talk, trouble_and_end
from tests.site import ROOT, Site, new_site

FOLDER = ROOT / "docs" / "screenshots"
HEIGHTS = {360: 740, 1440: 860}
QUALITY = 82  # of WebP: letters stay sharp, a picture is about 20 kB

Set = tuple[str, int, Literal["light", "dark"]]
Come = Callable[[Person], Awaitable[None]]

SETS: list[Set] = [
    ("en", 360, "light"),
    ("en", 360, "dark"),
    ("en", 1440, "light"),
    ("en", 1440, "dark"),
    ("ar", 360, "light"),
    ("ar", 1440, "dark"),
    ("ru", 360, "dark"),
    ("ru", 1440, "light"),
]

SHARES = "navigator.share = async () => {}; window.Notification = class { static permission = 'default' };"


@dataclass
class Camera:
    """Where the pictures of one set go, and how they are taken."""

    folder: Path
    count: int = 0

    async def __call__(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Take a picture of the window, or of the whole page."""
        self.count += 1
        devtools = await page.context.new_cdp_session(page)
        options: dict[str, Any] = {"format": "webp", "quality": QUALITY}
        if whole:
            size = (await devtools.send("Page.getLayoutMetrics"))["cssContentSize"]
            options |= {"captureBeyondViewport": True, "clip": {**size, "scale": 1}}
        picture = await devtools.send("Page.captureScreenshot", options)
        path = self.folder / f"{self.count:02}-{name}.webp"
        path.write_bytes(base64.b64decode(picture["data"]))


async def take(browser: Browser, site: Site, one: Set, come: Come) -> int:
    """Take one set; gives the number of pictures."""
    language, width, scheme = one
    folder = FOLDER / name_of(one)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    camera = Camera(folder)
    people = []
    for number, username in enumerate(("mira", "jonas", "noor")):
        context = await browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=scheme,
            locale=language,
            reduced_motion="reduce",
        )
        await context.add_init_script(SHARES)
        people.append(Person(await context.new_page(), site.urls()[number % 2], username))
    mira, jonas, noor = people
    await strangers(mira, camera)
    for person in people:
        await come(person)
    await members(mira, camera)
    await talk(mira, jonas, noor, camera, language)
    await trouble_and_end(mira, jonas, camera)
    for person in people:
        await person.page.context.close()
    return camera.count


def name_of(one: Set) -> str:
    language, width, scheme = one
    return f"{language}-{width}-{scheme}"


async def main(wanted: list[str]) -> None:
    """Take the sets whose names begin with one of `wanted`, or all."""
    site = new_site(processes=2, RATE_LIMITS="off")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    come: Come = Person.sign_up
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
            for one in SETS:
                if not wanted or name_of(one).startswith(tuple(wanted)):
                    print(f"{name_of(one)}: {await take(browser, site, one, come)} pictures", flush=True)
                    come = Person.log_in
            await browser.close()
    finally:
        site.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
