"""A site for other people, behind a proxy with TLS: what switches itself on, and what a stranger at the door gets."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.person import Person, Socket
from tests.site import Site, new_site

HOST = "chat.example.org"
FROM_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
def public() -> Iterator[Site]:
    site = new_site(1, ALLOWED_HOSTS=HOST)
    yield site
    site.stop()


@pytest.fixture
def http(public: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=public.urls()[0], headers=FROM_PROXY) as client:
        yield client


def test_plain_http_is_sent_to_https(http: httpx.Client):
    answer = http.get("/", headers={"X-Forwarded-Proto": "http"})
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{HOST}/"


def test_headers_and_cookies_are_for_https_only(http: httpx.Client):
    answer = http.get("/accounts/login/")
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    cookie = answer.headers["Set-Cookie"]
    for word in ("Secure", "HttpOnly", "SameSite=Lax"):
        assert word in cookie


def test_probes_come_without_host_name_and_tls(public: Site):
    for path in ("/healthz", "/readyz"):
        assert httpx.get(public.urls()[0] + path).status_code == 200


def test_a_foreign_host_gets_400_and_the_log_one_line_at_most(public: Site, http: httpx.Client):
    token = "0123456789abcdef0123456789abcdef"
    assert http.get("/", headers={"Host": token}).status_code == 400
    assert "Traceback" not in public.log()
    assert token not in public.log()


async def test_only_the_https_origin_opens_a_socket(public: Site):
    [alice] = public.people("alice")
    assert await opens(public, alice, f"https://{HOST}")
    for origin in (f"http://{HOST}", public.urls()[0], f"https://{HOST}:8443", f"https://evil.{HOST}"):
        assert not await opens(public, alice, origin), origin


async def opens(site: Site, person: Person, origin: str) -> bool:
    # The proxy passes Host on.
    address = site.urls()[0].removeprefix("http://")
    host, _, port = address.partition(":")
    try:
        socket = await Socket.open(
            f"http://{HOST}", cookie=person.cookie_header, origin=origin, host=host, port=int(port)
        )
    except InvalidStatus as refused:
        return refused.response.status_code != 403
    await socket.close()
    return True


def test_the_administrators_door_has_the_same_limits(http: httpx.Client):
    answer = http.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


def test_a_site_without_mail_promises_none(http: httpx.Client):
    page = http.get("/accounts/password/reset/")
    assert page.status_code == 200
    assert "sends no mail" in page.text


def test_browsers_find_an_icon(http: httpx.Client):
    assert http.get("/favicon.ico").headers["Location"].startswith("/static/img/favicon")
