"""Passkeys, an authenticator app and recovery codes, from none to logging in with them, and the end of an account."""

from __future__ import annotations

from tests.authenticator import totp
from tests.browser.scenes.pages import confirm
from tests.browser.scenes.people import Person, Shot

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def security(person: Person, shot: Shot) -> None:
    """Everything about the second step; leaves the person logged out."""
    devtools = await person.page.context.new_cdp_session(person.page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    await person.go("/accounts/2fa/")
    await shot(person.page, "security-none", whole=True)
    await first_passkey(person, shot)
    await app(person, shot)
    await later(person, shot)
    await come_back(person, shot)


async def first_passkey(person: Person, shot: Shot) -> None:
    await person.go("/accounts/2fa/webauthn/add/")
    await shot(person.page, "who-is-it")
    await confirm(person)
    await person.fill(name="Laptop")
    await shot(person.page, "passkey-add", whole=True)
    await person.submit()
    await person.page.locator("#recovery-codes").wait_for()
    await shot(person.page, "recovery-codes", whole=True)


async def app(person: Person, shot: Shot) -> None:
    await person.go("/accounts/2fa/totp/activate/")
    await shot(person.page, "app-set-up", whole=True)
    secret = await person.page.locator("#totp-secret").text_content()
    await person.fill(code=totp(secret or ""))
    await person.submit()


async def later(person: Person, shot: Shot) -> None:
    """What can be changed once it is there."""
    await person.go("/accounts/2fa/")
    await shot(person.page, "security", whole=True)
    await person.go("/accounts/2fa/webauthn/")
    await shot(person.page, "passkeys", whole=True)
    changes = person.page.locator(".login__end a")
    for place, name in enumerate(("passkey-rename", "passkey-remove")):
        await person.follow(changes.nth(place))
        await shot(person.page, name)
        await person.go("/accounts/2fa/webauthn/")
    for name, path in {
        "recovery-codes-left": "recovery-codes/",
        "recovery-codes-new": "recovery-codes/generate/",
        "app-switch-off": "totp/deactivate/",
    }.items():
        await person.go(f"/accounts/2fa/{path}")
        await shot(person.page, name)


async def come_back(person: Person, shot: Shot) -> None:
    """Log in with two steps, and delete the account."""
    await person.log_out()
    await person.log_in()
    await person.sees("form[data-passkey]")
    await shot(person.page, "second-step")
    await person.page.locator("form[data-passkey] button").click()
    await person.stands("waiting")
    await person.go("/accounts/delete/")
    await shot(person.page, "who-is-it-three-ways")
    for place, name in enumerate(("who-is-it-by-code", "who-is-it-by-passkey")):
        await person.follow(person.page.locator("main .button-row a").nth(place))
        await shot(person.page, name)
        await person.go("/accounts/delete/")
    await confirm(person)
    await shot(person.page, "delete-account")
    await person.page.locator("main .button--danger").click()
    await person.page.wait_for_url(f"{person.site}/")
    await shot(person.page, "account-deleted")
