"""An email address is optional, is verified, gets a new password, and tells nobody who has an account."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.integration.test_logins import PASSWORD, Browser, set_up_app
from tests.mailbox import Mailbox
from tests.site import Site, new_site

NEW_PASSWORD = "another long passphrase"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    yield (mailbox := Mailbox())
    mailbox.close()


@pytest.fixture(scope="module")
def site(mailbox: Mailbox) -> Iterator[Site]:
    """One that sends mail; without limits, for its people all come from one address."""
    running = new_site(1, EMAIL_URL=mailbox.url, RATE_LIMITS="off")
    yield running
    running.stop()


@pytest.fixture
def carol(site: Site) -> Browser:
    return Browser(site.urls()[0], f"carol{next(_numbers)}").sign_up()


def address_of(browser: Browser) -> str:
    return f"{browser.username}@example.org"


def add_address(browser: Browser, address: str) -> None:
    browser.post("/accounts/reauthenticate/?next=/accounts/email/", password=PASSWORD)
    browser.post("/accounts/email/", email=address, action_add="")


def link_in(message: EmailMessage) -> str:
    """The path that the mail leads to."""
    found = re.search(r"https?://[^/\s]+(/\S+)", message.get_content())
    assert found, message
    return found[1]


def verified(browser: Browser, mailbox: Mailbox) -> Browser:
    """The same person, with an address that is proved to be theirs."""
    add_address(browser, address_of(browser))
    browser.post(link_in(mailbox.next()))
    return browser


def ask_for_a_new_password(site: Site, address: str) -> str:
    """As somebody who is not logged in; what the page says."""
    return Browser(site.urls()[0], "").post("/accounts/password/reset/", email=address).text


def choose_password(site: Site, link: str, username: str) -> Browser:
    stranger = Browser(site.urls()[0], username)
    form = stranger.http.get(link)
    assert form.url.path != link, "the key does not stay in the address"
    stranger.post(form.url.path, password1=NEW_PASSWORD, password2=NEW_PASSWORD)
    return stranger


def without_what_differs(page: str) -> str:
    return re.sub(r'value="[^"]{32,}"', "", page)


def test_an_address_is_added_verified_and_removed(carol: Browser, mailbox: Mailbox):
    add_address(carol, address_of(carol))
    assert "Unverified" in carol.http.get("/accounts/email/").text
    message = mailbox.next()
    assert (message["to"], message["subject"]) == (address_of(carol), "Tandem: Verify your email address")
    assert carol.username in message.get_content()
    asked = carol.http.get(link_in(message))
    assert "Is this your address?" in asked.text
    assert "Unverified" in carol.http.get("/accounts/email/").text, "looking at the link is not yet a yes"
    carol.post(link_in(message))
    page = carol.http.get("/accounts/email/").text
    assert "Verified" in page
    assert "Unverified" not in page
    assert "no longer works" in carol.http.get("/accounts/confirm-email/never-was/").text
    carol.post("/accounts/email/", email=address_of(carol), action_remove="")
    assert address_of(carol) not in re.sub(
        r"notices.*?</div>", "", carol.http.get("/accounts/email/").text, flags=re.DOTALL
    )


def test_changing_the_address_asks_once_more_who_it_is(carol: Browser):
    csrf = carol.http.cookies["csrftoken"]
    fields = {"csrfmiddlewaretoken": csrf, "email": "thief@example.org", "action_add": ""}
    answer = carol.http.post("/accounts/email/", data=fields)
    assert answer.url.path == "/accounts/reauthenticate/"
    assert "thief@example.org" not in carol.http.get("/accounts/email/").text


def test_who_is_asked_once_more_cannot_answer_by_mail(carol: Browser, mailbox: Mailbox):
    verified(carol, mailbox)
    page = carol.http.get("/accounts/reauthenticate/?next=/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    assert "Another way" not in page.text
    assert carol.http.get("/accounts/reauthenticate/code/").status_code in (403, 404)


def test_a_forgotten_password_is_replaced_by_mail_and_the_old_logins_end(site: Site, carol: Browser, mailbox: Mailbox):
    verified(carol, mailbox)
    ask_for_a_new_password(site, address_of(carol))
    link = link_in(mailbox.next())
    stranger = choose_password(site, link, carol.username)
    assert stranger.http.get("/chat/").url.path == "/accounts/login/", "it logs nobody in by itself"
    assert carol.http.get("/chat/").url.path == "/accounts/login/"
    assert stranger.log_in(NEW_PASSWORD).http.get("/chat/").url.path == "/chat/"
    assert "no longer works" in Browser(site.urls()[0], "").http.get(link).text


def test_a_new_password_is_no_way_round_the_second_step(site: Site, carol: Browser, mailbox: Mailbox):
    verified(carol, mailbox)
    set_up_app(carol)
    ask_for_a_new_password(site, address_of(carol))
    stranger = choose_password(site, link_in(mailbox.next()), carol.username)
    stranger.log_in(NEW_PASSWORD)
    assert stranger.http.get("/chat/").url.path == "/accounts/2fa/authenticate/"
    stranger.post("/accounts/2fa/authenticate/", code="000000")
    assert stranger.http.get("/chat/").url.path == "/accounts/2fa/authenticate/"


def test_only_a_verified_address_gets_a_new_password(site: Site, carol: Browser, mailbox: Mailbox):
    add_address(carol, "mistyped@example.org")
    mailbox.next()
    ask_for_a_new_password(site, "mistyped@example.org")
    message = mailbox.next()
    assert message["subject"] == "Tandem: No account with this address"
    assert "/password/reset/key/" not in message.get_content()
    assert carol.username not in message.get_content()


def test_nobody_is_told_whether_an_address_has_an_account(site: Site, carol: Browser, mailbox: Mailbox):
    verified(carol, mailbox)
    known, unknown = (ask_for_a_new_password(site, address) for address in (address_of(carol), "nobody@example.org"))
    assert without_what_differs(known) == without_what_differs(unknown)
    assert {mailbox.next()["to"], mailbox.next()["to"]} == {address_of(carol), "nobody@example.org"}

    def sign_up_with(address: str) -> str:
        dora = Browser(site.urls()[0], f"dora{next(_numbers)}")
        dora.post("/accounts/signup/", username=dora.username, email=address, password1=PASSWORD, password2=PASSWORD)
        assert mailbox.next()["to"] == address
        return dora.http.get("/accounts/email/").text.replace(address, "").replace(dora.username, "")

    taken, free = sign_up_with(address_of(carol)), sign_up_with(f"free{next(_numbers)}@example.org")
    assert without_what_differs(taken) == without_what_differs(free)


def test_an_address_is_verified_for_one_account_only(site: Site, carol: Browser, mailbox: Mailbox):
    verified(carol, mailbox)
    dora = Browser(site.urls()[0], f"dora{next(_numbers)}").sign_up()
    add_address(dora, address_of(carol))
    assert "Another account has this address" in dora.http.get(link_in(mailbox.next())).text


def test_where_the_mail_server_is_away_the_page_says_so_and_the_account_is_made():
    gone = Mailbox()
    gone.close()
    site = new_site(1, EMAIL_URL=gone.url)
    try:
        dora = Browser(site.urls()[0], "dora")
        fields = {"username": "dora", "email": "dora@example.org", "password1": PASSWORD, "password2": PASSWORD}
        dora.post("/accounts/signup/", **fields)
        page = dora.http.get("/settings/").text
        assert "Mail could not be sent: ConnectionRefusedError" in site.log()
        assert "dora@example.org" not in site.log()
        assert "Confirmation email sent" not in page
        assert "could not be sent" in ask_for_a_new_password(site, "nobody@example.org")
    finally:
        site.stop()


def test_in_debug_the_terminal_shows_the_mail():
    site = new_site(1, DEBUG="1")
    try:
        ask_for_a_new_password(site, "nobody@example.org")
        output = site.servers[0].process.stdout
        assert output is not None
        assert any("To: nobody@example.org" in line for line in output)
    finally:
        site.stop()


def test_a_site_without_mail_offers_no_new_password_by_mail(client, db, settings):
    for sends_mail in (True, False):
        settings.SENDS_MAIL = sends_mail
        assert ("/accounts/password/reset/" in client.get("/accounts/login/").content.decode()) is sends_mail


def test_a_site_without_mail_asks_for_no_address():
    site = new_site(1)
    try:
        dora = Browser(site.urls()[0], "dora").sign_up()
        assert 'name="email"' not in Browser(site.urls()[0], "").http.get("/accounts/signup/").text
        assert "/accounts/email/" not in dora.http.get("/settings/").text
        assert "sends no mail" in dora.http.get("/accounts/email/").text
    finally:
        site.stop()
