"""Tandem as an app: it can be installed, and where there is no way to the site it says so, keeping nothing that was said."""

from __future__ import annotations

import json

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.test_accessibility import assert_accessible
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORKER_IS_THERE = "navigator.serviceWorker.ready.then(worker => worker.active !== null)"
ALL_THAT_IS_KEPT = """
  (async () => {
    const kept = [];
    for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys()) kept.push(new URL(request.url).pathname);
    return kept;
  })()
"""


@pytest_asyncio.fixture(loop_scope="session")
async def network(site):
    proxy = await Proxy.to_port(int(site.urls()[0].rpartition(":")[2]))
    yield proxy
    await proxy.stop()


async def test_a_browser_finds_nothing_that_stands_against_installing(visitor):
    alice = await visitor("alice")
    await alice.go("/")
    devtools = await alice.page.context.new_cdp_session(alice.page)
    found = await devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    manifest = json.loads(found["data"])
    assert (manifest["name"], manifest["display"], manifest["start_url"]) == ("Tandem", "standalone", "/")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        picture = await alice.page.request.get(alice.site + icon["src"])
        assert picture.ok
        assert await picture.body() != b""
        width = int.from_bytes((await picture.body())[16:20])  # of a PNG's first chunk
        assert icon["sizes"] == f"{width}x{width}"
    against = (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert {error["errorId"] for error in against} <= {"in-incognito"}, "as every browser of these tests is"


async def test_the_manifest_speaks_the_language_of_the_page(visitor):
    alice = await visitor("alice", locale="ar")
    await alice.go("/")
    devtools = await alice.page.context.new_cdp_session(alice.page)
    manifest = json.loads((await devtools.send("Page.getAppManifest"))["data"])
    assert (manifest["lang"], manifest["dir"]) == ("ar", "rtl")


async def test_without_a_way_to_the_site_a_page_of_ours_says_so_and_goes_on_when_there_is_one(visitor, network):
    alice = await visitor("alice", locale="ru-RU")
    alice.site = f"http://127.0.0.1:{network.port}"
    await alice.go("/accounts/login/")
    assert await alice.page.evaluate(WORKER_IS_THERE)
    network.down()
    await alice.go("/accounts/signup/")
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Сейчас до Tandem не добраться")
    assert await alice.page.evaluate("getComputedStyle(document.querySelector('main')).display") == "grid", "with style"
    await assert_accessible(alice, "offline")
    network.heal()
    await alice.page.get_by_role("link", name="Попробовать снова").click()
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Займите своё место")
    network.down()
    await alice.go("/accounts/login/")
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Сейчас до Tandem не добраться")
    network.heal()
    await expect(alice.page.get_by_role("heading", level=1)).to_contain_text("возвращением")  # by itself
    alice.errors.clear()


async def test_the_browser_keeps_the_shell_and_nothing_else(visitor):
    alice, bob = await visitor("alice"), await visitor("bob")
    await alice.sign_up()
    await bob.sign_up()
    token = await alice.token()
    await bob.join(token)
    await alice.stands("Connected with")
    await alice.say("nobody keeps this")
    await bob.reads("nobody keeps this")
    await bob.page.reload()
    await bob.reads("nobody keeps this")
    assert await bob.page.evaluate(WORKER_IS_THERE)
    kept = await bob.page.evaluate(ALL_THAT_IS_KEPT)
    assert "/offline/" in kept
    assert [path for path in kept if not path.startswith(("/offline/", "/static/"))] == []


async def test_a_new_language_brings_its_own_offline_page(visitor, network):
    alice = await visitor("alice")
    alice.site = f"http://127.0.0.1:{network.port}"
    await alice.go("/")
    assert await alice.page.evaluate(WORKER_IS_THERE)
    before = await alice.page.evaluate("caches.keys().then(names => names[0])")
    await alice.page.get_by_role("button", name="Português").click()
    await expect(alice.page.locator("html")).to_have_attribute("lang", "pt-br")
    await alice.page.evaluate(
        """async before => {
             const isNew = async () => { const names = await caches.keys(); return names.length === 1 && names[0] !== before; };
             while (!(await isNew())) await new Promise(requestAnimationFrame);
           }""",
        before,
    )
    network.down()
    await alice.go("/accounts/login/")
    await expect(alice.page.get_by_role("heading", level=1)).to_have_text("Não há caminho até o Tandem agora")
    network.heal()
    alice.errors.clear()
