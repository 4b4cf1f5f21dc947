"""A conversation, what can go wrong with it, and its end. Begins with Mira and Jonas together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.browser.scenes.people import Person, Shot
from tests.browser.scenes.words import SLIP, TALK, long_one
from tests.faults.proxy import Proxy


async def talk(mira: Person, jonas: Person, noor: Person, shot: Shot, language: str) -> None:
    """Two talk, and a third one tries."""
    await shot(mira.page, "together")
    for speaker, text in zip([mira, jonas, mira, jonas], TALK[language], strict=True):
        await speaker.say(text)
    await jonas.page.locator("#text").press_sequentially("…")
    await mira.page.locator("#typing:not(:empty)").wait_for()
    await shot(mira.page, "talking")
    await jonas.page.locator("#text").fill("")
    await mira.press("options")
    await shot(mira.page, "options")
    await mira.page.keyboard.press("Escape")
    await third(mira, noor, shot)
    await messages(mira, jonas, shot, language)


async def third(mira: Person, noor: Person, shot: Shot) -> None:
    """Somebody whom Mira gave her token too is turned away."""
    await noor.wait()
    await noor.join(mira.token)
    await noor.refused()
    await shot(noor.page, "token-full")
    await mira.sees("#turned-away")
    await shot(mira.page, "somebody-tried")
    await mira.press("change_at_once")
    await mira.sees("#told")
    await shot(mira.page, "token-changed-at-once")
    await mira.page.locator("#told [data-action=heed]").click()


async def messages(mira: Person, jonas: Person, shot: Shot, language: str) -> None:
    """Long ones, ones to take back, new ones that came while something else was read."""
    await jonas.say(long_one(language))
    await mira.sees(".message__fold")
    await shot(mira.page, "folded")
    await mira.page.locator(".message__fold:visible").click()
    await mira.page.locator("#log").evaluate("log => { log.scrollTop = 0; log.dispatchEvent(new Event('scroll')); }")
    await jonas.say(SLIP[language], "delivered")
    await mira.sees("[data-part=new]")
    await shot(mira.page, "new-below")
    await mira.page.locator("[data-part=new]").click()
    await mira.page.locator(".message__fold:visible").click()
    await jonas.page.evaluate("look(true)")
    await mira.say(SLIP[language], "stored")
    await mira.page.locator(".message").last.hover()
    await shot(mira.page, "can-be-taken-back")
    await mira.press("take_back")
    await mira.page.locator("#text").evaluate("field => field.value || Promise.reject()")
    await shot(mira.page, "taken-back")
    await jonas.page.evaluate("look(false)")
    await mira.page.locator("#text").fill("…" * 8_010)
    await mira.sees("#text-error, #text-count")
    await shot(mira.page, "too-long")
    await mira.page.locator("#text").fill("")


async def trouble(mira: Person, jonas: Person, network: Proxy, shot: Shot, language: str) -> None:
    """The line drops on either side, and another window takes over. `network` is what Mira's line goes through."""
    await jonas.page.goto("about:blank")
    await mira.stands("trouble")
    await shot(mira.page, "partner-away")
    await jonas.go("/chat/")
    await mira.stands("together")
    network.down()
    await mira.stands("trouble")
    await mira.say(SLIP[language], "queued")
    await shot(mira.page, "offline-with-a-message")
    network.heal()
    await mira.press("try_now")
    await mira.stands("together")
    second = await mira.page.context.new_page()
    await second.goto(f"{mira.site}/chat/")
    await mira.sees("#elsewhere")
    await shot(mira.page, "another-window")
    await mira.press("use_here")
    await mira.stands("together")
    await second.close()


async def end(mira: Person, jonas: Person, announce: Callable[[], Awaitable[None]], shot: Shot) -> None:
    """The site is about to stop, Mira leaves, and her login ends. `announce` tells everybody of the stop."""
    await announce()
    await mira.sees("#stopping")
    await shot(mira.page, "about-to-stop")
    await mira.page.locator("#stopping [data-action=heed]").click()
    await mira.press("leave")
    await shot(mira.page, "asked-whether-to-leave")
    await mira.answer("leave", "yes")
    await jonas.stands("over")
    await shot(jonas.page, "over")
    await shot(mira.page, "over-for-who-left")
    elsewhere = await mira.page.context.new_page()
    await elsewhere.goto(f"{mira.site}/accounts/logout/")
    await elsewhere.locator("main button[type=submit]").click()
    await mira.sees("#logged-out")
    await shot(mira.page, "logged-out")
    await elsewhere.close()
