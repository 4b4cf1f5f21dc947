"""All scenes in one language, width and scheme, on a site of their own."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Browser

from tests.browser.scenes import arriving, pages, rooms, security, talking
from tests.browser.scenes.people import MANNERS, NAMES, USERNAMES, Person, Shot
from tests.browser.scenes.words import BREAK
from tests.faults.proxy import Proxy
from tests.mailbox import Mailbox
from tests.site import ROOT, Site, new_site

HEIGHTS = {360: 740, 520: 512, 1440: 860}
PATIENCE_MS = 90_000  # whoever takes pictures has other work for the machine too
UNTIL_THE_STOP = 600  # seconds: longer than what is left to be seen


@dataclass(frozen=True)
class Look:
    """How somebody looks at the site."""

    language: str
    width: int
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.scheme}"


@dataclass
class Cast:
    """The people, and where they are."""

    look: Look
    site: Site
    mailbox: Mailbox
    network: Proxy  # Mira's line goes through it
    mira: Person
    jonas: Person
    noor: Person


async def play(browser: Browser, look: Look, broken: Site, shot: Shot) -> None:
    """Go through everything. `broken` is a site for the error pages (error_pages.breaking_site)."""
    async with cast(browser, look) as everybody:
        mira, jonas, noor = everybody.mira, everybody.jonas, everybody.noor
        await pages.strangers(mira, shot)
        async with somebody(browser, look, broken.urls()[0], f"ada-{look}") as ada:
            await pages.errors(ada, broken, shot)
        for person in (mira, jonas, noor):
            await person.sign_up()
        await pages.mail(jonas, everybody.mailbox, shot)
        for person in (mira, jonas, noor):
            await person.take_name()
        former = await change_token(mira)
        await pages.members(mira, former, shot)
        await pages.invitations(mira, shot)
        await arriving.waiting(mira, shot)
        await arriving.refusals(mira, jonas, former, shot)
        await arriving.door(mira, jonas, noor, shot)
        await talking.talk(mira, jonas, noor, shot, look.language)
        await talking.trouble(mira, jonas, everybody.network, shot, look.language)
        await talking.end(mira, jonas, lambda: announce_stop(everybody.site, look.language), shot)
        await security.security(noor, shot)
        await rooms.rooms(mira, jonas, shot, look.language)


@contextlib.asynccontextmanager
async def cast(browser: Browser, look: Look) -> AsyncIterator[Cast]:
    """Three people, strangers yet, on two processes of a site that sends mail. Passkeys belong to a name: localhost."""
    mailbox = Mailbox()
    site = new_site(2, RATE_LIMITS="off", EMAIL_URL=mailbox.url)
    ports = [url.rpartition(":")[2] for url in site.urls()]
    network = await Proxy.to_port(int(ports[0]))
    doors = [f"http://localhost:{port}" for port in (network.port, ports[1], ports[0])]
    try:
        async with contextlib.AsyncExitStack() as contexts:
            who = zip(doors, USERNAMES, NAMES[look.language], strict=True)
            people = [await contexts.enter_async_context(somebody(browser, look, *one)) for one in who]
            yield Cast(look, site, mailbox, network, *people)
    finally:
        await network.stop()
        site.stop()
        mailbox.close()


@contextlib.asynccontextmanager
async def somebody(browser: Browser, look: Look, site: str, username: str, name: str = "") -> AsyncIterator[Person]:
    """A person at a browser of their own."""
    context = await browser.new_context(
        viewport={"width": look.width, "height": HEIGHTS[look.width]},
        color_scheme=look.scheme,
        locale=look.language,
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MS)
    await context.add_init_script(MANNERS)
    yield Person(await context.new_page(), site, username, name)
    await context.close()


async def change_token(person: Person) -> str:
    """Change the person's token; gives the one that was."""
    former = await person.wait()
    await person.go("/token/rotate/")
    await person.submit()
    return former


async def announce_stop(site: Site, language: str) -> None:
    """Tell everybody that the site is about to stop."""
    words = ["shutdown", "--message", BREAK[language], "--in", str(UNTIL_THE_STOP)]
    command = [sys.executable, "manage.py", *words]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=site.environment, capture_output=True, check=True)
