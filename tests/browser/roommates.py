"""People in rooms, in real browsers: how they come together, and what each has on screen."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.browser.conftest import Visitor


async def arrive(visitor, person, **context: object) -> Visitor:
    """Somebody who is logged in already."""
    made: Visitor = await visitor(person.username, **context)
    made.username = person.username
    await made.page.context.add_cookies([{"name": "sessionid", "value": person.cookie, "url": made.site}])
    return made


async def new_room(owner: Visitor, name: str = "Tea", *, is_open: bool = True) -> str:
    """Its address."""
    await owner.go("/rooms/new/")
    await owner.page.get_by_label("Name", exact=True).fill(name)
    if is_open:
        await owner.page.get_by_label("Open to everybody").check()
    await owner.page.get_by_role("button", name="Make the room").click()
    await owner.page.wait_for_url("**/about/")
    path = owner.page.url.removeprefix(owner.site).removesuffix("about/")
    await enter(owner, path)
    return path


async def together(
    visitor, site, *, width: int = 1280, people: int = 3, **context: object
) -> tuple[list[Visitor], str]:
    """Alice, who owns the room, Bob and Mallory, all in one open room."""
    trio = [await arrive(visitor, person, width=width, **context) for person in site.trio()[:people]]
    path = await new_room(trio[0])
    for one in trio[1:]:
        await enter(one, path)
    await expect(count(trio[0])).to_have_text(str(people))
    return trio, path


async def enter(somebody: Visitor, path: str) -> None:
    await somebody.go(path)
    await somebody.stands("Connected")


def count(somebody: Visitor) -> Locator:
    return somebody.page.locator("#people [data-part=count]")


def names(somebody: Visitor) -> Locator:
    return somebody.page.locator(".people__name")


def called(somebody: Visitor) -> str:
    """As tests/make_people.py calls them."""
    return somebody.username.title()


def last(somebody: Visitor) -> Locator:
    return somebody.page.locator("#log .message").last


async def settled(*people: Visitor) -> list[list[str]]:
    """What each of them reads, once nobody waits for anything."""
    for one in people:
        await expect(
            one.page.locator("#log .message:is([data-state=sending], [data-state=delayed], [data-state=queued])")
        ).to_have_count(0)
    return [await one.texts for one in people]


async def keep_order(somebody: Visitor, path: str, other: Visitor, deed: str) -> None:
    """Do this to the other on the room's page about it, in a window beside the chat."""
    page = await somebody.page.context.new_page()
    await page.goto(f"{somebody.site}{path}about/")
    part = page.get_by_role("region", name="Keep order")
    await part.get_by_label("User name").fill(other.username)
    await part.get_by_label("What shall happen").select_option(deed)
    await part.get_by_role("button", name="Do it").click()
    await expect(page.locator(".notice--success")).to_be_visible()
    await page.close()


async def ask(somebody: Visitor, other: Visitor) -> None:
    await names(somebody).filter(has_text=called(other)).click()
    await somebody.page.get_by_role("button", name="Ask for a private chat").click()
    await somebody.stands("was asked for a private chat")
    await expect(asks(other)).to_be_visible()


def asks(somebody: Visitor) -> Locator:
    return somebody.page.get_by_role("region", name="A private chat?")


async def open_menu(somebody: Visitor, text: str) -> None:
    message = somebody.page.locator(".message", has_text=text)
    await message.hover()
    await message.get_by_role("button", name="More about this message").click()


async def choose(somebody: Visitor, text: str, choice: str) -> None:
    await open_menu(somebody, text)
    await somebody.page.locator("#menu-dialog").get_by_role("button", name=choice).click()
