"""Browsers with people in front of them: a real Chromium, a context each, nothing shared but the site."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.site import Site, new_site

PASSWORD = "correct horse battery staple"
PATIENCE_MS = 15_000
_numbers = itertools.count(1)

expect.set_options(timeout=PATIENCE_MS)

# Chromium's own calls home only make noise where there is no way out.
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


class Visitor:
    """Somebody at a browser, on one of the site's processes."""

    def __init__(self, page: Page, site: str, username: str) -> None:
        self.page = page
        self.site = site
        self.username = username
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if is_fault(message.text) else None)

    async def go(self, path: str) -> None:
        await self.page.goto(self.site + path)

    async def sign_up(self, then: str = "") -> Visitor:
        await self.go(f"/accounts/signup/{then}")
        await self.fill_in_sign_up()
        return self

    async def fill_in_sign_up(self) -> None:
        await self.page.locator("input[name=username]").fill(self.username)
        await self.page.locator("input[name=password1]").fill(PASSWORD)
        await self.page.locator("input[name=password2]").fill(PASSWORD)
        await self.page.locator("main button[type=submit]").click()
        await self.page.wait_for_url(lambda url: "signup" not in url)

    async def token(self) -> str:
        """The token as it stands on the page, in its groups."""
        await self.stands("Waiting for someone")
        return await self.page.locator("#token").inner_text()

    async def stands(self, sentence: str) -> None:
        """Wait until the status line says this."""
        await expect(self.page.locator("#status")).to_contain_text(sentence)

    async def join(self, token: str) -> None:
        await self.page.get_by_label("Your partner's token or link").fill(token)
        await self.page.get_by_role("button", name="Join", exact=True).click()

    async def say(self, text: str) -> None:
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")

    async def reads(self, text: str) -> None:
        await expect(self.page.get_by_role("log")).to_contain_text(text)

    async def leave(self) -> None:
        await self.page.get_by_role("button", name="Leave").first.click()
        await self.page.locator("#leave-dialog").get_by_role("button", name="Leave").click()

    @property
    def texts(self) -> Awaitable[list[str]]:
        """Every message on the screen, in order."""
        return self.page.locator("#log .message__text").all_inner_texts()


def is_fault(line: str) -> bool:
    return "Content Security Policy" in line or "Uncaught" in line


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Without limits: more people sign up here in a minute than one address may."""
    running = new_site(processes=2, RATE_LIMITS="off")
    yield running
    running.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser, site: Site) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """Open a browser for somebody; the first is on one process, the second on the other, and so on."""
    visitors: list[Visitor] = []

    async def open_browser(name: str, width: int = 1280, **context: object) -> Visitor:
        viewport: ViewportSize = {"width": width, "height": 800}
        page = await (await chromium.new_context(viewport=viewport, **context)).new_page()  # type: ignore[arg-type]
        urls = site.urls()
        made = Visitor(page, urls[len(visitors) % len(urls)], f"{name}{next(_numbers)}")
        visitors.append(made)
        return made

    yield open_browser
    for made in visitors:
        await made.page.context.close()
    assert [made.errors for made in visitors if made.errors] == []
