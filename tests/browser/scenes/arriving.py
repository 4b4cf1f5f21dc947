"""Before a pair: waiting, being invited, tokens that lead nowhere, and the owner's door. Ends with Mira and Jonas together."""

from __future__ import annotations

from tests.browser.scenes.people import Person, Shot


async def waiting(mira: Person, shot: Shot) -> None:
    """What somebody can do who waits."""
    await mira.wait()
    await shot(mira.page, "waiting")
    await mira.page.locator("[data-action=change_token]:visible").scroll_into_view_if_needed()
    await shot(mira.page, "waiting-further-down")
    await mira.press("show_qr")
    await mira.page.locator("#qr-dialog .invite__qr").evaluate("image => image.decode()")
    await shot(mira.page, "qr-code")
    await mira.page.keyboard.press("Escape")
    await mira.press("change_token")
    await shot(mira.page, "asked-whether-to-change")
    await mira.answer("change", "no")
    await mira.press("options")
    await shot(mira.page, "options-waiting")
    await mira.page.keyboard.press("Escape")


async def refusals(mira: Person, jonas: Person, former_token: str, shot: Shot) -> None:
    """Each thing that can be wrong with a token, and what to do next."""
    token = await mira.wait()
    await jonas.go(f"/join/#{token.replace(' ', '')}")
    await jonas.page.locator("[data-part=inviter] bdi").first.wait_for()
    await shot(jonas.page, "invited-by-name")
    own = await jonas.wait()
    await mira.page.goto("about:blank")
    await mira.page.wait_for_function("document.readyState === 'complete'")
    for name, given in {
        "token-malformed": "12 34",
        "token-unknown": "0" * 32,
        "token-changed": former_token,
        "token-own": own,
        "token-offline": token,
    }.items():
        await jonas.join(given)
        await jonas.refused()
        await shot(jonas.page, name)
        await jonas.page.locator("#partner-token").fill("")


async def door(mira: Person, jonas: Person, noor: Person, shot: Shot) -> None:
    """The owner is asked, says no to one, and yes to the other."""
    token = await mira.wait()
    await mira.switch("do_not_disturb")
    await shot(mira.page, "do-not-disturb")
    await mira.switch("do_not_disturb")
    await mira.switch("ask_first")
    await ask(jonas, mira, token)
    await shot(mira.page, "asked-by-somebody")
    await shot(jonas.page, "asking")
    await jonas.press("withdraw")
    await mira.sees("#lapsed")
    await shot(mira.page, "asks-no-more")
    await noor.wait()
    await ask(noor, mira, token)
    await mira.press("decline")
    await noor.refused()
    await shot(noor.page, "declined")
    await ask(jonas, mira, token)
    await mira.press("block")
    await shot(mira.page, "asked-whether-to-block")
    await mira.answer("block", "no")
    await mira.press("admit")
    await mira.stands("together")
    await jonas.stands("together")


async def ask(guest: Person, host: Person, token: str) -> None:
    await guest.join(token)
    await guest.sees("[data-action=withdraw]")
    await host.sees("#asks [data-action=admit]")
