"""Who is in the scenes, and what each of them can do at a browser in any language."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from playwright.async_api import Locator, Page

from tests.browser.conftest import PASSWORD

NAMES = {
    "en": ("Mira", "Jonas", "Noor"),
    "ru": ("Мира", "Йонас", "Нур"),
    "pt-BR": ("Mira", "Jonas", "Noor"),
    "ar": ("ميرا", "يوناس", "نور"),
}
USERNAMES = ("mira", "jonas", "noor")

# Of the browser: it can share, asks before it notifies, and its page can look away.
MANNERS = """
  navigator.share = async () => {};
  window.Notification = class {
    static permission = "default";
    static requestPermission = async () => (window.Notification.permission = "granted");
  };
  Object.defineProperty(document, "hidden", { get: () => window.looksAway ?? false });
  window.look = (away) => { window.looksAway = away; document.dispatchEvent(new Event("visibilitychange")); };
"""


class Shot(Protocol):
    """Looks at the window, or at the whole page."""

    def __call__(self, page: Page, name: str, *, whole: bool = False) -> Awaitable[None]: ...


class Person:
    """Somebody at a browser."""

    def __init__(self, page: Page, site: str, username: str, name: str) -> None:
        self.page, self.site, self.username, self.name = page, site, username, name
        self.token = ""

    async def go(self, path: str) -> None:
        """Open it anew: a change of the fragment alone would not."""
        await self.page.goto("about:blank")
        await self.page.goto(self.site + path)

    async def fill(self, **fields: str) -> None:
        """Fill in the fields of these names."""
        for name, value in fields.items():
            await self.page.locator(f"main input[name={name}]:visible").fill(value)

    async def submit(self) -> None:
        """Press the button of the first form and wait for what comes."""
        await self.follow(self.page.locator("main form:visible button[type=submit]").first)

    async def follow(self, way: Locator) -> None:
        """Press it and wait for the page that it leads to."""
        async with self.page.expect_navigation():
            await way.click()

    async def sign_up(self, **more: str) -> None:
        await self.go("/accounts/signup/")
        await self.fill(username=self.username, password1=PASSWORD, password2=PASSWORD, **more)
        await self.submit()

    async def log_in(self) -> None:
        await self.go("/accounts/login/")
        await self.fill(login=self.username, password=PASSWORD)
        await self.submit()

    async def log_out(self) -> None:
        await self.page.locator("header form button").click()
        await self.page.wait_for_url(f"{self.site}/")

    async def take_name(self) -> None:
        """The name that is shown to others."""
        await self.go("/settings/")
        await self.fill(name=self.name)
        await self.submit()

    async def wait(self) -> str:
        """Open the chat and wait for somebody; gives the token."""
        await self.go("/chat/")
        await self.stands("waiting")
        self.token = await self.page.locator("#token").inner_text()
        return self.token

    async def stands(self, tone: str) -> None:
        await self.page.locator(f"#status-bar[data-tone={tone}]").wait_for()

    async def sees(self, selector: str) -> None:
        await self.page.locator(f"{selector}:visible").first.wait_for()

    async def join(self, token: str) -> None:
        await self.page.locator("#partner-token").fill(token)
        await self.page.locator("#partner-token").press("Enter")

    async def refused(self) -> None:
        await self.sees("#partner-token-error")

    async def say(self, text: str, state: str = "delivered") -> None:
        """Send it, and wait until it is in this state."""
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")
        last = self.page.locator(".message[data-from=me]").last
        await last.and_(self.page.locator(f"[data-state={state}]")).wait_for()

    async def press(self, action: str) -> None:
        await self.page.locator(f"[data-action={action}]:visible").first.click()

    async def switch(self, name: str) -> None:
        """Press a switch of the door, and wait until the site knows."""
        async with self.page.expect_response("**/settings/door/"):
            await self.page.locator(f"#door-form [name={name}]").click()

    async def answer(self, dialog: str, value: str) -> None:
        await self.page.locator(f"#{dialog}-dialog button[value={value}]").click()
