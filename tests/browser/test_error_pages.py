"""What goes wrong is said by pages of ours: each one reached as people reach it, for everybody, in every direction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.browser.scenes.error_pages import WAYS, breaking_site
from tests.browser.test_accessibility import CUT_OFF, Scheme, assert_accessible
from tests.site import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS = [("en", 360, "dark"), ("en", 360, "light"), ("en", 1440, "dark"), ("en", 1440, "light")]
LOOKS += [("ar", 360, "light"), ("ar", 1440, "dark")]
ENGLISH = {
    "not-found": "There is nobody here",
    "not-allowed": "This door is not yours to open",
    "form-too-old": "That form was too old",
    "too-many-tries": "A little slower, please",
    "our-mistake": "That was our mistake",
    "back-in-a-moment": "Back in a moment",
}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    running = breaking_site()
    yield running
    running.stop()


@pytest.mark.parametrize(("language", "width", "scheme"), LOOKS)
async def test_every_error_page_is_ours_and_accessible(visitor, site, language: str, width: int, scheme: Scheme):
    alice = await visitor("alice", width=width, color_scheme=scheme, locale=language, reduced_motion="reduce")
    await alice.sign_up()
    for name, (status, way) in WAYS.items():
        answer = await way(alice.page, site)
        assert answer is not None, name
        assert answer.status == status, name
        heading = alice.page.get_by_role("heading", level=1)
        if language == "en":
            await expect(heading).to_have_text(ENGLISH[name])
        else:
            await expect(heading).not_to_have_text(ENGLISH[name])
        await expect(alice.page.locator("html")).to_have_attribute("lang", language)
        await expect(alice.page.locator("main").get_by_role("link")).to_be_visible()
        await assert_accessible(alice, name)
        assert await alice.page.evaluate(CUT_OFF) == [], name
    assert "ZeroDivisionError" in site.log(), "our mistake is noted"
