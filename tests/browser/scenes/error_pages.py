"""How somebody gets to see each error page of a site, without any of them being asked for by its name.

The site has its limits on and the settings tests.breaking_settings. People are led by ids and names of fields, because the
words differ between languages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, Response

from tests.authenticator import totp
from tests.browser.conftest import PASSWORD
from tests.site import Site, new_site

CHANGES_A_MINUTE = 5  # of a password, by one person: django-allauth's limit

Way = Callable[[Page, Site], Awaitable[Response | None]]


def breaking_site() -> Site:
    """A site that can be broken in every way there is a page for."""
    return new_site(1, DJANGO_SETTINGS_MODULE="tests.breaking_settings")


async def not_allowed(page: Page, site: Site) -> Response | None:
    """403: recovery codes are shown once, and downloaded then or never."""
    here = site.urls()[0]
    await page.goto(f"{here}/accounts/2fa/totp/activate/")
    await page.locator("input[name=password]").fill(PASSWORD)
    await submit(page)
    secret = await page.locator("#totp-secret").text_content()
    await page.locator("input[name=code]").fill(totp(secret or ""))
    await submit(page)
    await page.goto(f"{here}/accounts/2fa/recovery-codes/")
    return await page.goto(f"{here}/accounts/2fa/recovery-codes/download/")


async def too_old(page: Page, site: Site) -> Response | None:
    """403, CSRF: the cookies were deleted while the form stood there."""
    await page.goto(f"{site.urls()[0]}/accounts/password/change/")
    await fill_in_new_password(page)
    await page.context.clear_cookies(name="csrftoken")  # the next form brings another one
    return await submit(page)


async def nowhere(page: Page, site: Site) -> Response | None:
    """404."""
    return await page.goto(f"{site.urls()[0]}/nowhere/")


async def too_often(page: Page, site: Site) -> Response | None:
    """429: somebody tries their password until they may no more."""
    answer = await page.goto(f"{site.urls()[0]}/accounts/password/change/")
    for _ in range(CHANGES_A_MINUTE + 1):
        await fill_in_new_password(page)
        answer = await submit(page)
        if answer and answer.status == 429:
            break
    return answer


async def our_mistake(page: Page, site: Site) -> Response | None:
    """500."""
    return await page.goto(f"{site.urls()[0]}/breaks/")


async def a_part_is_down(page: Page, site: Site) -> Response | None:
    """503: Redis, which counts log-ins, is away."""
    await page.context.clear_cookies(name="sessionid")
    await page.goto(f"{site.urls()[0]}/accounts/login/")
    await page.locator("input[name=login]").fill("somebody")
    await page.locator("input[name=password]").fill(PASSWORD)
    site.valkey.kill()
    try:
        return await submit(page)
    finally:
        site.valkey.start()


# In this order: the last one logs out.
WAYS: dict[str, tuple[int, Way]] = {
    "not-found": (404, nowhere),
    "not-allowed": (403, not_allowed),
    "form-too-old": (403, too_old),
    "too-many-tries": (429, too_often),
    "our-mistake": (500, our_mistake),
    "back-in-a-moment": (503, a_part_is_down),
}


async def fill_in_new_password(page: Page) -> None:
    """With a wrong old one, so that nothing changes."""
    await page.locator("input[name=oldpassword]").fill("not this one")
    for name in ("password1", "password2"):
        await page.locator(f"input[name={name}]").fill(PASSWORD)


async def submit(page: Page) -> Response | None:
    """Press the form's button; gives the answer to that very request, or the page it leads on to."""
    async with page.expect_navigation() as leads_to:
        await page.locator("main button[type=submit]").first.click()
    return await leads_to.value
