"""What the pictures of screenshots.py show: Mira and Jonas talk, Noor is one too many.

People here are led by ids and data attributes, because the words differ between languages.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Protocol

from playwright.async_api import Page

from tests.browser.conftest import PASSWORD

# What Mira (first) and Jonas say in turn.
TALK = {
    "en": [
        "Did the tickets arrive?",
        "They did! Row seven, by the window.",
        "Here is the way from the station: https://example.org/map?from=station",
        "👍",
    ],
    "ru": [
        "Билеты пришли?",
        "Да! Седьмой ряд, возле окна.",
        "Вот дорога от вокзала: https://example.org/map?from=station",
        "👍",
    ],
    "ar": [
        "هل وصلت التذاكر؟",
        "وصلت! الصف السابع عند النافذة.",
        "هذا الطريق من المحطة: https://example.org/map?from=station",
        "👍",
    ],
}
LONG = "\n".join(f"{number}. example.org/{'-'.join(['way'] * (number % 5 + 2))}" for number in range(1, 31))


class Shot(Protocol):
    """Takes a picture of the window, or of the whole page."""

    def __call__(self, page: Page, name: str, *, whole: bool = False) -> Awaitable[None]: ...


class Person:
    """Somebody at a browser."""

    def __init__(self, page: Page, site: str, username: str) -> None:
        self.page, self.site, self.username = page, site, username

    async def go(self, path: str) -> None:
        await self.page.goto("about:blank")
        await self.page.goto(self.site + path, wait_until="networkidle" if path != "/chat/" else "load")

    async def log_in(self) -> None:
        await self.go("/accounts/login/")
        await self.page.locator("input[name=login]").fill(self.username)
        await self.page.locator("input[name=password]").fill(PASSWORD)
        await self.page.locator("main button[type=submit]").click()
        await self.stands("waiting")

    async def sign_up(self) -> None:
        await self.go("/accounts/signup/")
        await self.page.locator("input[name=username]").fill(self.username)
        await self.page.locator("input[name=password1]").fill(PASSWORD)
        await self.page.locator("input[name=password2]").fill(PASSWORD)
        await self.page.locator("main button[type=submit]").click()
        await self.stands("waiting")

    async def stands(self, tone: str) -> None:
        await self.page.locator(f"#status-bar[data-tone={tone}]").wait_for()

    async def token(self) -> str:
        return await self.page.locator("#token").inner_text()

    async def join(self, token: str) -> None:
        await self.page.locator("#partner-token").fill(token)
        await self.page.locator("#partner-token").press("Enter")

    async def refused(self) -> None:
        await self.page.locator("#partner-token-error:not([hidden])").wait_for()

    async def say(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")
        await (
            self.page.locator(".message[data-from=me]")
            .last.and_(self.page.locator("[data-state=delivered]"))
            .wait_for()
        )

    async def press(self, action: str) -> None:
        await self.page.locator(f"[data-action={action}]:visible").click()


async def strangers(person: Person, shot: Shot) -> None:
    """What everybody can open."""
    for name, path in {
        "landing": "/",
        "sign-up": "/accounts/signup/",
        "log-in": "/accounts/login/",
        "forgotten-password": "/accounts/password/reset/",
        "invited": f"/join/#{'0123456789abcdef' * 2}",
        "invited-link-broken": "/join/#0123",
        "not-found": "/nowhere/",
        "offline": "/offline/",
    }.items():
        await person.go(path)
        await shot(person.page, name, whole=True)
    await person.go("/accounts/signup/")
    await person.page.locator("input[name=username]").fill("mira mira")
    await person.page.locator("input[name=password1]").fill("12345678")
    await person.page.locator("input[name=password2]").fill("1")
    await person.page.locator("main button[type=submit]").click()
    await person.page.locator(".errorlist").first.wait_for()
    await shot(person.page, "sign-up-mistakes", whole=True)


async def members(person: Person, shot: Shot) -> None:
    """What somebody with an account can open."""
    for name, path in {
        "settings": "/settings/",
        "logins": "/accounts/sessions/",
        "password": "/accounts/password/change/",
        "email": "/accounts/email/",
        "change-token": "/token/rotate/",
        "log-out": "/accounts/logout/",
        "invited-unknown": f"/join/#{'0' * 32}",
    }.items():
        await person.go(path)
        await shot(person.page, name, whole=True)


async def first_minute(mira: Person, jonas: Person, shot: Shot) -> str:
    """From waiting to the seat; gives the token."""
    await mira.go("/chat/")
    await mira.stands("waiting")
    token = await mira.token()
    await shot(mira.page, "waiting")
    await mira.press("show_qr")
    await mira.page.locator(".invite__qr").evaluate("image => image.decode()")
    await shot(mira.page, "qr-code")
    await mira.page.keyboard.press("Escape")
    await jonas.go(f"/join/#{token.replace(' ', '')}")
    await jonas.page.locator("[data-part=inviter] bdi").wait_for()
    await shot(jonas.page, "invited-by-name")
    await jonas.go("/chat/")
    await jonas.stands("waiting")
    await jonas.join("0" * 32)
    await jonas.refused()
    await shot(jonas.page, "token-unknown")
    return token


async def talk(mira: Person, jonas: Person, noor: Person, shot: Shot, language: str) -> None:
    """Two talk, and a third one tries."""
    token = await first_minute(mira, jonas, shot)
    await jonas.join(token)
    await mira.stands("together")
    await shot(mira.page, "together")
    for speaker, text in zip([mira, jonas, mira, jonas], TALK[language], strict=True):
        await speaker.say(text)
    await shot(mira.page, "talking")
    await mira.press("options")
    await shot(mira.page, "options")
    await mira.page.keyboard.press("Escape")
    await noor.go("/chat/")
    await noor.stands("waiting")
    await noor.join(token)
    await noor.refused()
    await shot(noor.page, "room-is-full")
    await mira.page.locator("#turned-away:not([hidden])").wait_for()
    await shot(mira.page, "somebody-tried")
    await mira.press("change_at_once")
    await mira.page.locator("#told:not([hidden])").wait_for()
    await shot(mira.page, "token-changed")
    await jonas.say(LONG)
    await mira.page.locator(".message__fold:not([hidden])").wait_for()
    await shot(mira.page, "folded")


async def trouble_and_end(mira: Person, jonas: Person, shot: Shot) -> None:
    """The line drops, another window takes over, the pair ends."""
    await jonas.page.goto("about:blank")
    await mira.stands("trouble")
    await shot(mira.page, "partner-away")
    await jonas.go("/chat/")
    await mira.stands("together")
    second = await mira.page.context.new_page()
    await second.goto(f"{mira.site}/chat/")
    await mira.page.locator("#elsewhere:not([hidden])").wait_for()
    await shot(mira.page, "another-window")
    await mira.press("use_here")
    await mira.stands("together")
    await mira.press("leave")
    await shot(mira.page, "leave")
    await mira.page.locator("#leave-dialog button[value=yes]").click()
    await jonas.stands("over")
    await shot(jonas.page, "over")
    await second.goto(f"{mira.site}/accounts/logout/")
    await second.locator("main button[type=submit]").click()
    await mira.page.locator("#logged-out:not([hidden])").wait_for()
    await shot(mira.page, "logged-out")
