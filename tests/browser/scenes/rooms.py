"""A room: made, talked in, and left for a private chat. Begins with Mira and Jonas, who talk with nobody."""

from __future__ import annotations

from tests.browser.scenes.people import Person, Shot
from tests.browser.scenes.words import ROOM, TALK


async def rooms(mira: Person, jonas: Person, shot: Shot, language: str) -> None:
    """Mira makes a room and invites Jonas. Her login had ended."""
    await mira.log_in()
    await mira.go("/rooms/")
    await shot(mira.page, "rooms", whole=True)
    await mira.go("/rooms/new/")
    await shot(mira.page, "room-new", whole=True)
    await mira.fill(name=ROOM[language])
    await mira.submit()
    room = mira.page.url.removeprefix(mira.site).removesuffix("about/")
    await mira.fill(username=jonas.username)
    await mira.follow(mira.page.locator("form[action$='/invite/'] button"))
    await shot(mira.page, "room-about", whole=True)
    await jonas.go("/rooms/")
    await shot(jonas.page, "room-invitation", whole=True)
    await jonas.follow(jonas.page.locator("form[action$='/accept/'] button"))
    await mira.go(room)
    await mira.stands("together")
    await shot(mira.page, "room-empty")
    await jonas.go(room)
    await jonas.stands("together")
    await talk(mira, jonas, shot, language)
    await pages(mira, room, shot)
    await ask(mira, jonas, room, shot)


async def talk(mira: Person, jonas: Person, shot: Shot, language: str) -> None:
    """For everybody, and for one alone."""
    for speaker, text in zip([mira, jonas, mira], TALK[language], strict=False):
        await speaker.say(text, "stored")
    await jonas.page.locator("#text").fill(f"/msg {mira.username} {TALK[language][3]}")
    await jonas.page.locator("#text").press("Enter")
    await mira.sees("[data-kind=whisper]")
    await shot(mira.page, "room-talking")
    await mira.page.locator("#text").press_sequentially("/")
    await mira.sees("#completions")
    await shot(mira.page, "room-commands")
    await mira.page.locator("#text").fill("")
    await mira.press("options")
    await shot(mira.page, "room-options")
    await mira.page.keyboard.press("Escape")
    await mira.page.locator(".message[data-from=me]").last.hover()
    await mira.page.locator(".message[data-from=me] [data-action=menu]").last.click()
    await shot(mira.page, "room-message")
    await mira.page.keyboard.press("Escape")


async def pages(mira: Person, room: str, shot: Shot) -> None:
    """What its owner can do about it."""
    for page in ("edit", "hand-over", "delete"):
        await mira.go(f"{room}{page}/")
        await shot(mira.page, f"room-{page}", whole=True)


async def ask(mira: Person, jonas: Person, room: str, shot: Shot) -> None:
    """From a name to a private chat."""
    await mira.go(room)
    await mira.stands("together")
    await mira.page.locator(".message__author:visible").last.click()
    await mira.sees("#person-dialog")
    await shot(mira.page, "room-person")
    await mira.answer("person", "ask")
    await jonas.sees("#asks [data-action=admit]")
    await shot(mira.page, "room-asking")
    await shot(jonas.page, "room-asked")
    await jonas.press("admit")
    await mira.page.wait_for_url("**/chat/")
    await mira.stands("together")
    await shot(mira.page, "room-to-two")
