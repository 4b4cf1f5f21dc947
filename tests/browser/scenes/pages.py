"""What can be opened without a conversation: as a stranger, with an account, and from a mail."""

from __future__ import annotations

import re
from email.message import EmailMessage

from tests.browser.conftest import PASSWORD
from tests.browser.scenes.error_pages import WAYS
from tests.browser.scenes.people import Person, Shot
from tests.mailbox import Mailbox
from tests.site import Site

TOKEN = "0123456789abcdef" * 2


async def strangers(person: Person, shot: Shot) -> None:
    """What everybody can open."""
    for name, path in {
        "landing": "/",
        "sign-up": "/accounts/signup/",
        "log-in": "/accounts/login/",
        "forgotten-password": "/accounts/password/reset/",
        "no-invitation": "/join/",
        "invited": f"/join/#{TOKEN}",
        "link-malformed": "/join/#0123",
        "offline": "/offline/",
    }.items():
        await person.go(path)
        await shot(person.page, name, whole=True)
    await person.go("/accounts/signup/")
    await person.fill(username="mira mira", password1="12345678", password2="1")
    await person.submit()
    await shot(person.page, "sign-up-mistakes", whole=True)
    await person.go("/accounts/login/")
    await person.fill(login="mira", password="not this one")
    await person.submit()
    await shot(person.page, "log-in-mistake", whole=True)


async def errors(person: Person, site: Site, shot: Shot) -> None:
    """Each page for what goes wrong, on a site that sends no mail and can be broken."""
    await person.sign_up()
    await person.stands("waiting")
    for name, (_, way) in WAYS.items():
        await way(person.page, site)
        await shot(person.page, name)
    await person.go("/accounts/password/reset/")
    await shot(person.page, "no-mail")


async def members(person: Person, former_token: str, shot: Shot) -> None:
    """What somebody with an account can open."""
    for name, path in {
        "settings": "/settings/",
        "logins": "/accounts/sessions/",
        "password": "/accounts/password/change/",
        "change-token": "/token/rotate/",
        "log-out": "/accounts/logout/",
        "link-unknown": f"/join/#{TOKEN}",
        "link-changed": f"/join/#{former_token.replace(' ', '')}",
    }.items():
        await person.go(path)
        if name.startswith("link-"):
            await person.sees("[data-when=refused]")
        await shot(person.page, name, whole=True)
    await person.go("/settings/")
    await person.page.locator("[data-behaviour=push] input").click()
    await person.sees("[data-part=push-failed]")
    await person.page.locator("[data-part=push-failed]").scroll_into_view_if_needed()
    await shot(person.page, "push-out-of-reach")


async def invitations(person: Person, shot: Shot) -> None:
    """Those for one use."""
    await person.go("/invitations/")
    await shot(person.page, "invitations-none", whole=True)
    await person.submit()
    await person.page.locator("details summary").click()
    await person.page.locator(".invite__qr").evaluate("image => image.decode()")
    await shot(person.page, "invitations", whole=True)
    await person.page.locator("main form").last.locator("button").click()
    await person.page.locator(".notice--success").wait_for()
    await shot(person.page, "invitation-taken-back", whole=True)


async def mail(person: Person, mailbox: Mailbox, shot: Shot) -> None:
    """An address is given and verified, and then a password is forgotten. Leaves the person logged in."""
    await person.go("/accounts/email/")
    await shot(person.page, "email-none", whole=True)
    await person.fill(email=f"{person.username}@example.org")
    await person.submit()
    await confirm(person)
    await shot(person.page, "email-unverified", whole=True)
    verify = link_in(mailbox.next())
    await person.go(verify)
    await shot(person.page, "email-verify")
    await person.submit()
    await shot(person.page, "email-verified", whole=True)
    await person.go(verify)
    await shot(person.page, "email-link-used")
    await person.log_out()
    await forget_password(person, mailbox, shot)


async def forget_password(person: Person, mailbox: Mailbox, shot: Shot) -> None:
    await person.go("/accounts/password/reset/")
    await person.fill(email=f"{person.username}@example.org")
    await person.submit()
    await shot(person.page, "reset-sent")
    reset = link_in(mailbox.next())
    await person.go(reset)
    await shot(person.page, "reset")
    await person.fill(password1=PASSWORD, password2=PASSWORD)
    await person.submit()
    await shot(person.page, "reset-done")
    await person.page.context.clear_cookies()
    await person.go(reset)
    await shot(person.page, "reset-link-used")
    await person.log_in()


async def confirm(person: Person) -> None:
    """Say once more who it is, where the page asks."""
    password = person.page.locator("main input[name=password]")
    if await password.count():
        await password.fill(PASSWORD)
        await person.submit()


def link_in(message: EmailMessage) -> str:
    """The path that the mail leads to."""
    found = re.search(r"https?://[^/\s]+(/\S+)", message.get_content())
    assert found, message
    return found[1]
