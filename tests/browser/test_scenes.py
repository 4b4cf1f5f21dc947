"""Every page and state of docs/screenshots, read from right to left: for everybody, and nothing of it left in English."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.browser.scenes.error_pages import breaking_site
from tests.browser.scenes.play import Look, play
from tests.browser.test_accessibility import CUT_OFF, assert_page_accessible

pytestmark = pytest.mark.asyncio(loop_scope="session")

# Names, addresses and tokens are one word each; two of them beside each other are a sentence nobody translated.
IN_ENGLISH = """
  () => {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) {
      const { parentElement, textContent } = texts.currentNode;
      if (/[a-z]{2,} [a-z]{2,}/i.test(textContent) && parentElement.closest("script, noscript, template, .token") === null)
        found.push(textContent.trim());
    }
    return found;
  }
"""


@pytest.mark.timeout(600)  # more than ninety states, each with axe
@pytest.mark.parametrize("look", [Look("ar", 360, "light"), Look("ar", 1440, "dark")], ids=str)
async def test_all_there_is_to_see_is_accessible_and_in_arabic(chromium: Browser, look: Look):
    seen: list[str] = []
    faults: dict[str, list[str]] = {}

    async def examine(page: Page, name: str, *, whole: bool = False) -> None:
        await assert_page_accessible(page, name)
        assert await page.locator("html").get_attribute("dir") == "rtl", name
        if found := await page.evaluate(CUT_OFF) + await page.evaluate(IN_ENGLISH):
            faults[name] = found
        seen.append(name)

    broken = breaking_site()
    try:
        await play(chromium, look, broken, examine)
    finally:
        broken.stop()
    assert faults == {}
    assert len(seen) == len(set(seen))
    assert {"landing", "our-mistake", "token-full", "asking", "can-be-taken-back", "second-step", "over"} <= set(seen)
