"""A site for other people, behind a proxy with TLS: what switches itself on, and what a stranger at the door gets."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.person import Person, Socket
from tests.site import Site, new_site

HOST = "chat.example.org"
FROM_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}

# What the MDN HTTP observatory gave an A+ (120 points of algorithm 4) for; each point that it looks at is here.
SAFE_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAFE_CONTENT = {
    "default-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
}


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


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/signup/", "/join/", "/offline/", "/nowhere/"])
def test_every_page_has_the_headers_of_a_safe_site(http: httpx.Client, path: str):
    answer = http.get(path)
    assert {name: answer.headers.get(name) for name in SAFE_HEADERS} == SAFE_HEADERS
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == SAFE_CONTENT
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_cookies_are_for_https_and_this_site_only(http: httpx.Client):
    [seed] = http.get("/accounts/login/").headers.get_list("Set-Cookie")
    kept = seed.split(";")[0]
    form = {"csrfmiddlewaretoken": kept.partition("=")[2], "language": "ru"}
    chosen = http.post("/language/", data=form, headers={"Cookie": kept, "Referer": f"https://{HOST}/"})
    cookies = [seed, *chosen.headers.get_list("Set-Cookie")]
    assert [cookie.partition("=")[0] for cookie in cookies] == ["csrftoken", "django_language"]
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")), cookie


def test_scripts_come_from_this_site_and_hold_no_code_of_the_page(http: httpx.Client):
    page = http.get("/accounts/login/").text
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert all('src="/static/' in attributes and not code for attributes, code in scripts)
    assert not re.search(r"<style|\sstyle=|\son\w+=", page)


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
