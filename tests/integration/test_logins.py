"""Whatever ends a login closes its sockets within five seconds, and the partner is told."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sqlite3
import subprocess
import sys
import time
from datetime import datetime, timedelta

import httpx
import pytest

from tests.authenticator import totp
from tests.person import Person, Socket, pair_up
from tests.site import ROOT, Site

PASSWORD = "correct horse battery staple"
AT_MOST = 5.0


class Browser:
    """Somebody at the pages, with a password and a cookie jar."""

    def __init__(self, site: str, username: str) -> None:
        self.http = httpx.Client(base_url=site, headers={"Origin": site}, follow_redirects=True)
        self.username = username

    def sign_up(self) -> Browser:
        self.post("/accounts/signup/", username=self.username, password1=PASSWORD, password2=PASSWORD)
        return self

    def log_in(self, password: str = PASSWORD) -> Browser:
        self.post("/accounts/login/", login=self.username, password=password)
        return self

    def post(self, path: str, **fields: str) -> httpx.Response:
        page = self.http.get(path)
        csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert csrf, page.text
        answer = self.http.post(path, data={"csrfmiddlewaretoken": csrf[1], **fields})
        assert answer.status_code == 200, answer.text
        return answer

    def end_login(self, login: str) -> int:
        """Press "Log out there"; the status of the answer."""
        csrf = self.http.cookies["csrftoken"]
        answer = self.http.post(f"/accounts/sessions/{login}/end/", data={"csrfmiddlewaretoken": csrf})
        return answer.status_code

    @property
    def person(self) -> Person:
        cookie = self.http.cookies["sessionid"]
        token = re.search(r"[0-9a-f]{32}", self.http.get("/chat/").text)
        assert token
        return Person(0, self.username, token[0], cookie)


@pytest.fixture
def carol(site: Site, request: pytest.FixtureRequest) -> Browser:
    return Browser(site.urls()[0], f"carol-{abs(hash(request.node.name)) % 10**9}").sign_up()


async def talking(site: Site, carol: Browser, alice: Person) -> tuple[Socket, Socket]:
    here, there = site.urls()
    c, a = await carol.person.open(here), await alice.open(there)
    await pair_up(a, c, alice.token)
    return c, a


async def assert_logged_out(socket: Socket, partner: Socket) -> None:
    start = time.monotonic()
    assert await socket.closed() == 4401
    assert socket.heard[-1] == {"type": "closing", "reason": "logged_out", "retry": None}
    assert (await partner.next("left"))["reason"] == "logged_out"
    assert time.monotonic() - start < AT_MOST


async def test_logging_out_in_another_window(site, carol, alice):
    c, a = await talking(site, carol, alice)
    cookie = carol.person.cookie_header
    await asyncio.to_thread(carol.post, "/accounts/logout/")
    await assert_logged_out(c, a)
    refused = await Socket.open(site.urls()[0], cookie=cookie)
    assert await refused.closed() == 4401


async def test_ending_the_login_from_the_list_of_login_sessions(site, carol, alice):
    c, a = await talking(site, carol, alice)
    elsewhere = await asyncio.to_thread(Browser(site.urls()[1], carol.username).log_in)
    await asyncio.to_thread(elsewhere.post, "/accounts/sessions/")
    await assert_logged_out(c, a)
    assert "sessionid" in elsewhere.http.cookies


async def test_logging_out_there_ends_that_login_and_no_other(site, carol, alice):
    c, a = await talking(site, carol, alice)
    elsewhere = await asyncio.to_thread(Browser(site.urls()[1], carol.username).log_in)
    [other] = re.findall(r"/accounts/sessions/(\d+)/end/", carol.http.get("/accounts/sessions/").text)
    [ours] = re.findall(r"/accounts/sessions/(\d+)/end/", elsewhere.http.get("/accounts/sessions/").text)
    stranger = Browser(site.urls()[1], f"{carol.username}-x")
    await asyncio.to_thread(stranger.sign_up)
    assert await asyncio.to_thread(stranger.end_login, ours) == 404, "somebody else's"
    assert await a.settle() == []
    assert await asyncio.to_thread(elsewhere.end_login, ours) == 200
    await assert_logged_out(c, a)
    assert other != ours
    assert elsewhere.http.get("/chat/").url.path == "/chat/"


async def test_changing_the_password(site, carol, alice):
    c, a = await talking(site, carol, alice)
    new = "another long passphrase"
    await asyncio.to_thread(
        carol.post, "/accounts/password/change/", oldpassword=PASSWORD, password1=new, password2=new
    )
    await assert_logged_out(c, a)


async def test_a_new_second_step_disturbs_no_socket_and_from_then_on_a_password_alone_opens_none(site, carol, alice):
    c, a = await talking(site, carol, alice)
    secret = await asyncio.to_thread(set_up_app, carol)
    assert await c.settle() == []
    assert await a.settle() == []
    thief = Browser(site.urls()[1], carol.username)
    await asyncio.to_thread(thief.log_in)
    refused = await Socket.open(site.urls()[1], cookie=f"sessionid={thief.http.cookies['sessionid']}")
    assert await refused.closed() == 4401
    assert await c.settle() == [], "nor did that take the seat"
    assert secret not in site.log()


def set_up_app(browser: Browser) -> str:
    """Switch an authenticator app on; the secret in it."""
    browser.post("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/", password=PASSWORD)
    page = browser.http.get("/accounts/2fa/totp/activate/")
    found = re.search(r'id="totp-secret">([A-Z2-7]{32})<', page.text)
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert found
    assert csrf
    fields = {"csrfmiddlewaretoken": csrf[1], "code": totp(found[1])}
    answer = browser.http.post("/accounts/2fa/totp/activate/", data=fields)
    assert "recovery-codes" in answer.text
    return found[1]


async def test_an_account_that_is_deleted(site, carol, alice, bob):
    c, a = await talking(site, carol, alice)
    old = carol.person
    elsewhere = await asyncio.to_thread(Browser(site.urls()[1], carol.username).log_in)
    elsewhere_cookie = elsewhere.person.cookie_header
    await asyncio.to_thread(delete_account, carol)
    await assert_logged_out(c, a)
    assert elsewhere.http.get("/chat/").url.path == "/accounts/login/"
    for cookie in (old.cookie_header, elsewhere_cookie):
        refused = await Socket.open(site.urls()[0], cookie=cookie)
        assert await refused.closed() == 4401
    b = await bob.open(site.urls()[1])
    assert (await b.join(old.token))["code"] == "unknown_token"
    await asyncio.to_thread(elsewhere.sign_up)
    assert elsewhere.person.token != old.token, "the name is free, and nothing of the old account comes with it"
    assert (await b.join(alice.token))["type"] == "joined", "the partner's seat is free too"


def delete_account(browser: Browser) -> None:
    browser.post("/accounts/reauthenticate/?next=/accounts/delete/", password=PASSWORD)
    browser.post("/accounts/delete/")


async def test_an_account_that_is_disabled(site, carol, alice):
    c, a = await talking(site, carol, alice)
    disable = f"from chat.models import User; u = User.objects.get(username='{carol.username}'); u.is_active = False; u.save()"
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", disable]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=site.environment, check=True)
    await assert_logged_out(c, a)


async def test_another_login_of_the_same_user_does_not_end_this_one(site, carol, alice):
    c, a = await talking(site, carol, alice)
    elsewhere = await asyncio.to_thread(Browser(site.urls()[1], carol.username).log_in)
    await asyncio.to_thread(elsewhere.post, "/accounts/logout/")
    assert await c.settle() == []
    assert await a.settle() == []


async def test_a_changed_token_is_told_and_the_old_one_refused_at_once(site, carol, alice, bob):
    c, a = await talking(site, carol, alice)
    old = carol.person.token
    await asyncio.to_thread(carol.post, "/token/rotate/")
    new = (await c.expect("token"))["token"]
    assert new != old
    assert new == carol.person.token
    b = await bob.open(site.urls()[1])
    assert (await b.join(old))["code"] == "unknown_token"
    assert (await b.join(new))["code"] == "room_full", "the pair goes on"
    await a.next("turned_away")
    assert await a.settle() == []


@pytest.mark.django_db(transaction=True)
async def test_a_regular_check_finds_logins_that_ended_in_any_other_way(django_user_model):
    from asgiref.sync import sync_to_async
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from chat.realtime.login import Login, ended_logins

    soon = timezone.now() + timedelta(hours=1)

    @sync_to_async
    def log_in(username: str, expires: datetime = soon) -> Login:
        user = django_user_model.objects.create_user(username)
        Session.objects.create(session_key=username, session_data="", expire_date=expires)
        return Login(user, username)

    alice, bob, carol, dave = [await log_in(name) for name in ("alice", "bob", "carol", "dave")]
    assert await ended_logins([alice, bob, carol, dave]) == []
    await Session.objects.filter(session_key="bob").aupdate(expire_date=timezone.now())
    await sync_to_async(Session.objects.filter(session_key="carol")._raw_delete)("default")
    await django_user_model.objects.filter(username="dave").aupdate(is_active=False)
    assert await ended_logins([alice, bob, carol, dave]) == [bob, carol, dave]


async def test_whoever_still_has_a_token_that_was_changed_is_told_so(site, carol, alice):
    """The code stays `unknown_token`, for clients that know nothing else; what it was cannot be read in the database."""
    old = carol.person.token
    await asyncio.to_thread(carol.post, "/token/rotate/")
    a = await alice.open(site.urls()[0])
    refusal = await a.join(old)
    assert (refusal["code"], refusal["changed"]) == ("unknown_token", True)
    never = await a.join("0" * 32)
    assert (never["code"], never.get("changed")) == ("unknown_token", None)
    with contextlib.closing(sqlite3.connect(site.folder / "site.sqlite3")) as database:
        assert not any(old in line for line in database.iterdump())
