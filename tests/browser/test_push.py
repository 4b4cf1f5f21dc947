"""Web Push in a real browser. Its maker's push service is far away: in its place stands one on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.conftest import Visitor
from tests.browser.test_accessibility import assert_accessible
from tests.push_service import Device, PushService
from tests.site import Site, new_site

pytestmark = pytest.mark.asyncio(loop_scope="session")

# All that a browser does itself before it asks its maker's service is kept: the key has to be a point on the curve.
SUBSCRIBE = """
  const given = GIVEN;
  let current = null;
  const made = {
    endpoint: given.endpoint,
    toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
    unsubscribe: async () => ((current = null), true),
  };
  PushManager.prototype.getSubscription = async () => current;
  PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
    const bytes = Uint8Array.from(atob(applicationServerKey.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
    await crypto.subtle.importKey("raw", bytes, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]);
    return (current = made);
  };
  Object.defineProperty(Notification, "permission", { get: () => given.permission });
  Notification.requestPermission = async () => (given.permission = given.answer);
"""
# As soon as there is one
SHOWN = """
  async () => {
    const worker = await navigator.serviceWorker.ready;
    for (;;) {
      const [one] = await worker.getNotifications();
      if (one) return { title: one.title, body: one.body, lang: one.lang, dir: one.dir, tag: one.tag };
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }
"""


# Once the browser says so everywhere; before it, a worker may show nothing.
ALLOWED = """
  async () => {
    const status = await navigator.permissions.query({ name: "notifications" });
    if (status.state !== "granted") await new Promise((resolve) => status.addEventListener("change", resolve));
  }
"""


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    yield (service := PushService())
    service.close()


@pytest.fixture(scope="module")
def site(service: PushService) -> Iterator[Site]:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.push_settings", "TEST_PUSH_SERVICE": service.url}
    running = new_site(2, RATE_LIMITS="off", **settings)
    yield running
    running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def alice(visitor, service: PushService) -> AsyncIterator[tuple[Visitor, Device]]:
    person: Visitor = await visitor("alice")
    yield person, await with_push(person, service)


async def with_push(person: Visitor, service: PushService, answer: str = "granted") -> Device:
    device = service.device()
    given = {**device.fields, "permission": "default", "answer": answer}
    await person.page.add_init_script(f"(() => {{{SUBSCRIBE.replace('GIVEN', json.dumps(given))}}})()")
    await person.sign_up()
    return device


def switch(person: Visitor):
    return person.page.get_by_role("switch", name="Notification although Tandem is closed")


async def test_who_closed_the_tab_is_told_that_somebody_came(visitor, alice, service):
    person, device = alice
    await person.stands("Waiting for someone")
    token = await person.token()
    await person.page.get_by_role("button", name="Options").click()
    await switch(person).click()
    await expect(switch(person)).to_be_checked()
    await assert_accessible(person, "told although closed")
    await person.go("/settings/")
    await expect(switch(person)).not_to_be_disabled()
    bob = await (await visitor("bob")).sign_up()
    await bob.stands("Waiting for someone")
    await bob.join(token)
    await expect(bob.page.locator("#partner-token-error")).to_contain_text("Their device has just told them")
    said = device.read(service.next(device))

    await deliver(person, said)
    shown = await asyncio.wait_for(person.page.evaluate(SHOWN), 15)
    assert shown["title"] == "Somebody with your token is here"
    assert (shown["tag"], shown["lang"]) == ("tandem.arrival", "en")
    assert bob.username not in json.dumps(shown)


async def deliver(person: Visitor, said: object) -> None:
    """Hand it to the service worker, as the browser does with what its maker's service sends."""
    await person.page.evaluate("navigator.serviceWorker.ready.then(() => true)")  # one that only installs misses it
    devtools = await person.page.context.new_cdp_session(person.page)
    registered: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(event: dict[str, list[dict[str, str]]]) -> None:
        if event["registrations"] and not registered.done():
            registered.set_result(event["registrations"][0]["registrationId"])

    devtools.on("ServiceWorker.workerRegistrationUpdated", note)
    await devtools.send("ServiceWorker.enable")
    worker = await asyncio.wait_for(registered, 15)
    await person.page.context.grant_permissions(["notifications"])
    await asyncio.wait_for(person.page.evaluate(ALLOWED), 15)
    message = {"origin": person.site, "registrationId": worker, "data": json.dumps(said)}
    await devtools.send("ServiceWorker.deliverPushMessage", message)


async def test_it_can_be_switched_off_again(alice):
    person, _ = alice
    await person.go("/settings/")
    await switch(person).click()
    await expect(switch(person)).to_be_checked()
    await switch(person).click()
    await expect(switch(person)).not_to_be_checked()
    await assert_accessible(person, "settings with the switch")


async def test_where_notifications_are_forbidden_nothing_is_switched_on(visitor, service):
    dora = await visitor("dora")
    await with_push(dora, service, answer="denied")
    await dora.go("/settings/")
    await switch(dora).click()
    await expect(dora.page.locator("[data-part=push-failed]")).to_contain_text("does not let Tandem notify you")
    await expect(switch(dora)).not_to_be_checked()


async def test_where_the_site_does_not_take_it_the_page_says_so(visitor, service):
    dora = await visitor("dora")
    await with_push(dora, service)
    await dora.page.route("**/push/", lambda route: route.abort())
    await dora.go("/settings/")
    await switch(dora).click()
    await expect(dora.page.locator("[data-part=push-failed]")).to_contain_text("could not be reached")
    await expect(switch(dora)).not_to_be_checked()
