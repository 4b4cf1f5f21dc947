"""Pictures of every page and state, into docs/screenshots/: `make screenshots`. To be looked at one by one.

English in both widths and both colour schemes; Arabic and Russian in two of each; any other by its name, such as
`make screenshots ARGS=pt-BR-360-light`. With them come the pictures of the first page, in every language and scheme
(static/img/conversation/, `ARGS=picture`). Real sites, real browsers, real people's ways.
"""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.browser.conftest import FLAGS
from tests.browser.scenes.error_pages import breaking_site
from tests.browser.scenes.people import NAMES
from tests.browser.scenes.picture import take_picture
from tests.browser.scenes.play import Look, play
from tests.browser.test_accessibility import SETTLED
from tests.site import ROOT, Site

FOLDER = ROOT / "docs" / "screenshots"
PICTURES = ROOT / "static" / "img" / "conversation"
QUALITY = 35  # of WebP: letters are still sharp, and a picture is about 14 kB

LOOKS = [
    Look("en", 360, "light"),
    Look("en", 360, "dark"),
    Look("en", 1440, "light"),
    Look("en", 1440, "dark"),
    Look("ar", 360, "light"),
    Look("ar", 1440, "dark"),
    Look("ru", 360, "dark"),
    Look("ru", 1440, "light"),
]
MORE = [Look(language, width, scheme) for language in NAMES for width in (360, 1440) for scheme in ("light", "dark")]


@dataclass
class Camera:
    """Where the pictures of one set go, and how they are taken."""

    folder: Path
    count: int = 0
    lines: dict[Page, CDPSession] = field(default_factory=dict)  # ending one would take the page's authenticator away

    async def __call__(self, page: Page, name: str, *, whole: bool = False) -> None:
        """Take a picture of the window, or of the whole page."""
        self.count += 1
        devtools = self.lines[page] = self.lines.get(page) or await page.context.new_cdp_session(page)
        options: dict[str, Any] = {"format": "webp", "quality": QUALITY}
        await page.evaluate(SETTLED)
        if whole:
            await page.evaluate("scrollTo(0, 0)")  # or what is out of sight above comes into the picture
            size = (await devtools.send("Page.getLayoutMetrics"))["cssContentSize"]
            options |= {"captureBeyondViewport": True, "clip": {**size, "scale": 1}}
        picture = await devtools.send("Page.captureScreenshot", options)
        path = self.folder / f"{self.count:03}-{name}.webp"
        path.write_bytes(base64.b64decode(picture["data"]))


async def take(browser: Browser, broken: Site, look: Look) -> int:
    """Take one set; gives the number of pictures."""
    folder = FOLDER / str(look)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    camera = Camera(folder)
    await play(browser, look, broken, camera)
    return camera.count


async def main(wanted: list[str]) -> None:
    """Take the sets whose names begin like these, or those that are kept and the pictures of the first page."""
    looks = [look for look in MORE if str(look).startswith(tuple(wanted))] if wanted else LOOKS
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    broken = breaking_site()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
            if not wanted or "picture" in wanted:
                PICTURES.mkdir(exist_ok=True)
                await take_picture(browser, PICTURES)
            for look in looks:
                print(f"{look}: {await take(browser, broken, look)} pictures", flush=True)
            await browser.close()
    finally:
        broken.stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
