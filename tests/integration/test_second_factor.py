"""The second step at log-in: an authenticator app, recovery codes, and what a hostile page sends in place of a passkey."""

from __future__ import annotations

import base64
import json
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from chat.models import User
from chat.second_factor import SecondFactorAdapter
from tests.authenticator import totp
from tests.integration.test_pages import Page, assert_sound
from tests.site import Valkey

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a quiet room for two"


@pytest.fixture(autouse=True)
def shared_cache(settings: Settings, valkey: Valkey) -> None:
    """allauth counts tries in the cache, and these are nobody else's."""
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.url}}
    cache.clear()


@pytest.fixture
def ilse() -> User:
    return User.objects.create_user("ilse", password=PASSWORD)


@pytest.fixture
def member(ilse: User) -> Client:
    """Ilse, who has just said again who she is."""
    client = Client()
    client.force_login(ilse)
    answer = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_our_app_counts_as_the_standard_says():
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert [totp(secret, at) for at in (59, 1111111109, 20000000000)] == ["287082", "081804", "353130"]


def page_of(answer: Any) -> Page:
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert_sound(page)
    return page


def set_up_app(member: Client) -> tuple[str, list[str]]:
    """Switch the app on; the secret in it, and the recovery codes that come with it."""
    page = page_of(member.get(reverse("mfa_activate_totp")))
    (secret,) = re.findall(r'id="totp-secret">([A-Z2-7]{32})<', page.html)
    answer = member.post(reverse("mfa_activate_totp"), {"code": totp(secret)}, follow=True)
    codes = re.findall(r"<li>(\d{8})</li>", page_of(answer).html)
    assert len(codes) == 10
    return secret, codes


def with_password(username: str = "ilse") -> tuple[Client, str]:
    """A browser that knows the password, and where it is led."""
    client = Client()
    answer = client.post(reverse("account_login"), {"login": username, "password": PASSWORD})
    assert answer.status_code == 302
    return client, answer.headers["Location"]


def code_is_taken(client: Client, code: str) -> bool:
    """Type a code as the second step."""
    return bool(client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 302)


def is_in(client: Client) -> bool:
    return bool(client.get(reverse("chat")).status_code == 200)


def test_changes_ask_once_more_who_it_is(ilse: User):
    client = Client()
    client.force_login(ilse)
    for name in ("mfa_activate_totp", "mfa_add_webauthn"):
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


def test_a_password_alone_lets_nobody_in_any_more(member: Client):
    set_up_app(member)
    thief, led_to = with_password()
    assert led_to == reverse("mfa_authenticate")
    page_of(thief.get(led_to))
    assert not is_in(thief)
    assert not code_is_taken(thief, "000000")
    assert not is_in(thief)


def test_the_app_shows_a_code_that_counts_once(member: Client, monkeypatch: pytest.MonkeyPatch):
    secret, _ = set_up_app(member)
    soon = time.time() + 30  # the code that switched it on is used up
    monkeypatch.setattr(time, "time", lambda: soon)
    first, _ = with_password()
    second, _ = with_password()
    code = totp(secret)
    assert code_is_taken(first, code)
    assert is_in(first)
    assert not code_is_taken(second, code), "read over the shoulder"


def test_a_code_that_changed_while_it_was_typed_is_taken_once(member: Client, monkeypatch: pytest.MonkeyPatch):
    secret, _ = set_up_app(member)
    later = time.time() + 90
    monkeypatch.setattr(time, "time", lambda: later)
    first, _ = with_password()
    second, _ = with_password()
    code = totp(secret, later - 30)
    assert code_is_taken(first, code)
    assert not code_is_taken(second, code)


def test_a_code_of_a_minute_ago_is_too_old(member: Client):
    secret, _ = set_up_app(member)
    client, _ = with_password()
    assert not code_is_taken(client, totp(secret, time.time() - 60))


def test_a_recovery_code_works_once(member: Client):
    _, codes = set_up_app(member)
    first, _ = with_password()
    assert code_is_taken(first, codes[3])
    assert is_in(first)
    second, _ = with_password()
    assert not code_is_taken(second, codes[3])
    assert code_is_taken(second, codes[4])


def test_recovery_codes_are_shown_once(member: Client):
    _, codes = set_up_app(member)
    again = page_of(member.get(reverse("mfa_view_recovery_codes")))
    assert "10 codes are left" in " ".join(again.html.split())
    assert not re.search(r"\d{8}", re.sub(r"<(script|link)[^>]*>", "", again.html))
    assert member.get(reverse("mfa_download_recovery_codes")).status_code == 403
    made = page_of(member.post(reverse("mfa_generate_recovery_codes"), follow=True))
    assert not set(re.findall(r"<li>(\d{8})</li>", made.html)) & set(codes)
    client, _ = with_password()
    assert not code_is_taken(client, codes[0]), "the old ones are over"


def test_after_five_wrong_codes_not_even_the_right_one_is_taken(member: Client):
    _, codes = set_up_app(member)
    thief, _ = with_password()
    for wrong in range(5):
        assert not code_is_taken(thief, f"{wrong:06}")
    assert not code_is_taken(thief, codes[0])


def test_switched_off_the_password_is_enough_again(member: Client):
    set_up_app(member)
    page_of(member.get(reverse("mfa_deactivate_totp")))
    assert member.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert not Authenticator.objects.exists(), "the recovery codes go too"
    client, led_to = with_password()
    assert led_to == reverse("chat")
    assert is_in(client)


@pytest.mark.parametrize("name", ["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_list_webauthn"])
def test_the_pages_are_sound_before_and_after(member: Client, name: str):
    page_of(member.get(reverse(name)))
    set_up_app(member)
    page_of(member.get(reverse(name), follow=True))
    page_of(member.get(reverse("mfa_generate_recovery_codes")))


def test_strangers_are_asked_to_log_in(client: Client):
    for name in ("mfa_index", "mfa_activate_totp", "mfa_list_webauthn", "mfa_generate_recovery_codes"):
        answer = client.get(reverse(name))
        assert answer.status_code == 302, name


def test_the_database_does_not_tell_the_secrets(member: Client, settings: Settings):
    secret, _ = set_up_app(member)
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    sealed = Authenticator.objects.get(type="totp").data["secret"]
    assert SecondFactorAdapter().decrypt(sealed) == secret
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 5
    assert SecondFactorAdapter().decrypt(sealed) == secret
    settings.SECRET_KEY_FALLBACKS = []
    assert SecondFactorAdapter().decrypt(sealed) != secret
    assert SecondFactorAdapter().decrypt(sealed) != SecondFactorAdapter().decrypt(sealed), "nobody can have it"


def device_says(**response: Any) -> str:
    """The shape of an answer, with whatever in it."""
    return json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})


HOSTILE = [
    "",
    "x",
    "1",
    "null",
    "[]",
    "{}",
    '"x"',
    '{"id": 1}',
    "[" * 500,
    '{"id": "AA", "rawId": "AA", "response": []}',
]
HOSTILE += [
    device_says(),
    device_says(clientDataJSON="AA", attestationObject="AA"),
    device_says(clientDataJSON="!", attestationObject="!"),
    device_says(clientDataJSON="e30", attestationObject="oA"),
    device_says(clientDataJSON="e30", authenticatorData="AA", signature="AA", userHandle="AA"),
    device_says(clientDataJSON="e30", authenticatorData="A" * 60, signature="AA", userHandle=None),
]


@pytest.mark.parametrize("credential", HOSTILE)
def test_what_is_no_passkey_is_refused_in_words(member: Client, settings: Settings, credential: str):
    settings.MFA_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS = False
    set_up_app(member)
    member.get(reverse("mfa_add_webauthn"))
    page_of(member.post(reverse("mfa_add_webauthn"), {"name": "x", "credential": credential}))
    assert not Authenticator.objects.filter(type="webauthn").exists()
    stranger = Client()
    stranger.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    assert stranger.post(reverse("mfa_login_webauthn"), {"credential": credential}, follow=True).status_code == 200
    assert not is_in(stranger)
    known, _ = with_password()
    page_of(known.post(reverse("mfa_authenticate"), {"credential": credential}))
    assert not is_in(known)
    assert member.post(reverse("mfa_reauthenticate_webauthn"), {"credential": credential}).status_code == 302


def test_asking_for_a_challenge_has_its_limit(client: Client):
    def ask() -> int:
        return client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}).status_code

    assert [ask() for _ in range(21)] == [200] * 20 + [429]
