"""Whoever has closed the page is told that somebody came, if they want that: once in a while, and never who."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.test_logins import PASSWORD, Browser
from tests.person import Person
from tests.push_service import Device, PushService
from tests.site import Site, new_site

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    yield (service := PushService())
    service.close()


@pytest.fixture(autouse=True)
def in_order(service: PushService) -> None:
    service.status = 201


@pytest.fixture(scope="module")
def site(service: PushService) -> Iterator[Site]:
    settings = {"DJANGO_SETTINGS_MODULE": "tests.push_settings", "TEST_PUSH_SERVICE": service.url}
    running = new_site(2, TRUSTED_PROXIES="1", **settings)
    yield running
    running.stop()


@pytest.fixture
def carol(site: Site) -> Browser:
    number = next(_numbers)
    browser = Browser(site.urls()[0], f"carol{number}")
    browser.http.headers["X-Forwarded-For"] = (
        f"192.0.2.{number}"  # each from an address of her own, for the limits are on
    )
    return browser.sign_up()


def ask(browser: Browser, path: str, **fields: str) -> tuple[int, Any]:
    fields["csrfmiddlewaretoken"] = browser.http.cookies["csrftoken"]
    answer = browser.http.post(path, data=fields)
    return answer.status_code, answer.json()


def subscribe(browser: Browser, device: Device, language: str = "en") -> Device:
    browser.http.headers["Accept-Language"] = language
    assert ask(browser, "/push/", **device.fields) == (200, {"on": True})
    return device


async def seek(site: Site, who: Person, token: str) -> dict[str, Any]:
    """Somebody comes with a token; what they are told."""
    socket = await who.open(site.urls()[1])
    answer = await socket.join(token)
    await socket.close()
    return answer


async def test_whoever_is_not_here_is_told_and_whoever_came_learns_it(site, service, carol, bob):
    device = subscribe(carol, service.device())
    refusal = await seek(site, bob, carol.person.token)
    assert (refusal["code"], refusal.get("notified")) == ("partner_offline", True)
    pushed = service.next(device)
    said = device.read(pushed)
    assert said["title"] == "Somebody with your token is here"
    assert carol.person.token not in str(said)
    assert bob.username not in str(said)
    assert pushed.headers["TTL"] == "600"
    assert f"k={carol.http.get('/push/').json()['key']}" in pushed.headers["Authorization"]


async def test_who_did_not_ask_for_it_is_not_told(site, service, carol, bob):
    refusal = await seek(site, bob, carol.person.token)
    assert refusal["code"] == "partner_offline"
    assert "notified" not in refusal


async def test_who_is_here_is_not_told(site, service, carol, bob):
    device = subscribe(carol, service.device())
    here = await carol.person.open(site.urls()[0])
    assert (await seek(site, bob, carol.person.token))["type"] == "joined"
    assert service.for_(device) == []
    await here.close()


async def test_it_rings_once_in_a_while_however_many_come(site, service, carol, bob, mallory):
    device = subscribe(carol, service.device())
    for who in (bob, mallory, bob):
        assert (await seek(site, who, carol.person.token))["notified"] is True
    service.next(device)
    assert service.for_(device) == []


async def test_it_speaks_the_language_in_which_it_was_asked_for(site, service, carol, bob):
    device = subscribe(carol, service.device(), "ar")
    await seek(site, bob, carol.person.token)
    said = device.read(service.next(device))
    assert (said["lang"], said["dir"]) == ("ar", "rtl")
    assert said["title"] != "Somebody with your token is here"


@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_gave_up_is_forgotten(site, service, carol, bob, status):
    device = subscribe(carol, service.device())
    service.status = status
    assert "notified" not in await seek(site, bob, carol.person.token)
    assert ask(carol, "/push/known/", endpoint=device.endpoint) == (200, {"on": False})


@pytest.mark.parametrize("status", [302, 403, 429, 500])
async def test_a_service_in_trouble_is_not_taken_for_an_answer(site, service, carol, bob, status):
    device = subscribe(carol, service.device())
    service.status = status
    assert "notified" not in await seek(site, bob, carol.person.token)
    assert ask(carol, "/push/known/", endpoint=device.endpoint) == (200, {"on": True})
    assert f"A push service answered {status}." in site.log()
    assert device.endpoint not in site.log()


async def test_it_ends_with_the_switch(site, service, carol, bob):
    device = subscribe(carol, service.device())
    assert ask(carol, "/push/stop/", endpoint=device.endpoint) == (200, {"on": False})
    assert "notified" not in await seek(site, bob, carol.person.token)
    assert service.for_(device) == []


async def test_it_ends_with_the_login(site, service, carol, bob):
    token = carol.person.token
    device = subscribe(carol, service.device())
    await asyncio.to_thread(carol.post, "/accounts/logout/")
    assert "notified" not in await seek(site, bob, token)
    assert service.for_(device) == []


async def test_it_ends_for_every_browser_with_the_password(site, service, carol, bob):
    device = subscribe(carol, service.device())
    elsewhere = Browser(site.urls()[1], carol.username)
    elsewhere.http.headers["X-Forwarded-For"] = carol.http.headers["X-Forwarded-For"]
    await asyncio.to_thread(elsewhere.log_in)
    new = "another long passphrase"
    change = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    await asyncio.to_thread(lambda: elsewhere.post("/accounts/password/change/", **change))
    assert "notified" not in await seek(site, bob, elsewhere.person.token)
    assert service.for_(device) == []


async def test_a_browser_tells_whoever_is_logged_in_there_and_nobody_else(site, service, carol, bob):
    device = subscribe(carol, service.device())
    dora = Browser(site.urls()[0], f"dora{next(_numbers)}")
    dora.http.headers["X-Forwarded-For"] = "198.51.100.1"
    dora.sign_up()
    assert ask(dora, "/push/known/", endpoint=device.endpoint) == (200, {"on": False})
    assert ask(dora, "/push/stop/", endpoint=device.endpoint) == (200, {"on": False})
    assert ask(carol, "/push/known/", endpoint=device.endpoint) == (200, {"on": True}), "that was not hers to stop"
    subscribe(dora, device)
    assert ask(carol, "/push/known/", endpoint=device.endpoint) == (200, {"on": False})
    assert "notified" not in await seek(site, bob, carol.person.token)


def test_a_sixth_browser_takes_the_place_of_the_first(service, carol):
    devices = [subscribe(carol, service.device()) for _ in range(6)]
    on = [ask(carol, "/push/known/", endpoint=device.endpoint)[1]["on"] for device in devices]
    assert on == [False] + [True] * 5


def test_what_is_no_subscription_is_refused(service, carol):
    good = service.device().fields
    for wrong in (
        {"endpoint": "https://127.0.0.1/"},
        {"endpoint": "http://127.0.0.1:1/push"},
        {"endpoint": ""},
        {"p256dh": ""},
        {"p256dh": "A" * 87},
        {"p256dh": good["p256dh"] + "=x"},
        {"auth": "AAAA"},
        {"auth": "\u00e9" * 22},
    ):
        assert ask(carol, "/push/", **{**good, **wrong}) == (400, {"code": "bad_subscription"}), wrong


def test_asking_has_its_limit(service, carol):
    answers = [ask(carol, "/push/", **service.device().fields)[0] for _ in range(21)]
    assert answers == [200] * 20 + [429]


def test_strangers_get_nothing(site):
    stranger = Browser(site.urls()[0], "")
    assert stranger.http.get("/push/").url.path == "/accounts/login/"
