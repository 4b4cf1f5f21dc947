"""Every page outside the chat: it comes, a person can read it with any tool, and it keeps the promises of the CSP."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from chat.models import Invitation, User, door_of, is_taken, use_invitation
from tests.site import Valkey

pytestmark = pytest.mark.django_db

FOR_EVERYBODY = [
    "landing",
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "offline",
]
FOR_MEMBERS = [
    "settings",
    "invitations",
    "rotate_token",
    "account_logout",
    "account_change_password",
    "account_email",
    "usersessions_list",
    "mfa_index",
]
UNTYPED = {"hidden", "submit", "button"}  # inputs nobody fills in


class Page(HTMLParser):
    """What is on a page, as far as these tests ask."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag in names]

    def named(self, name: str) -> dict[str, str | None]:
        """The form control of that name."""
        return next(attrs for attrs in self.all("input", "textarea", "select") if attrs.get("name") == name)

    def ids(self) -> set[str | None]:
        return {attrs.get("id") for _, attrs in self.tags} - {None}

    def unlabelled(self) -> list[dict[str, str | None]]:
        """Controls that neither a <label for> nor a <label> around them names."""
        labelled = {attrs.get("for") for attrs in self.all("label")}
        controls = [attrs for attrs in self.all("input", "textarea", "select") if attrs.get("type") not in UNTYPED]
        return [attrs for attrs in controls if attrs.get("id") not in labelled and attrs.get("type") != "radio"]


@pytest.fixture(autouse=True)
def shared_cache(settings: Settings, valkey: Valkey) -> None:
    """allauth counts tries in the cache."""
    default = {**settings.CACHES["default"], "LOCATION": valkey.url}
    settings.CACHES = {"default": default}


@pytest.fixture
def ilse() -> User:
    return User.objects.create_user("ilse", password="a quiet room for two")


@pytest.fixture
def member(ilse: User) -> Client:
    client = Client()
    client.force_login(ilse)
    return client


def read(client: Client, name: str) -> Page:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return Page(response.content.decode())


@pytest.mark.parametrize("name", FOR_EVERYBODY)
def test_a_page_for_everybody_is_sound(client: Client, name: str) -> None:
    assert_sound(read(client, name))


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_a_page_for_members_is_sound(member: Client, name: str) -> None:
    assert_sound(read(member, name))


@pytest.mark.parametrize("name", FOR_MEMBERS)
def test_a_page_for_members_asks_strangers_to_log_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    if name != "account_logout":
        assert response.headers["Location"].startswith(reverse("account_login"))


def assert_sound(page: Page) -> None:
    (html,) = page.all("html")
    assert html["lang"] == "en"
    assert html["dir"] == "ltr"
    assert len(page.all("h1")) == 1
    assert [main["id"] for main in page.all("main")] == ["main"]
    assert any(link.get("href") == "#main" for link in page.all("a")), "no way past the header"
    assert page.unlabelled() == []
    described = " ".join(attrs.get("aria-describedby") or "" for _, attrs in page.tags).split()
    assert set(described) <= page.ids()
    assert_nothing_inline(page)


def assert_nothing_inline(page: Page) -> None:
    """The policy forbids it, so a browser would leave it out."""
    assert page.all("style") == []
    assert [tag for tag, attrs in page.tags if "style" in attrs or any(name.startswith("on") for name in attrs)] == []
    scripts = [attrs for attrs in page.all("script") if attrs.get("type") != "application/json"]
    assert all(attrs.get("src") for attrs in scripts)
    sources = [attrs.get("src") for attrs in page.all("script", "img")] + [a["href"] for a in page.all("link")]
    assert [source for source in sources if source and not source.startswith("/")] == []


@pytest.mark.parametrize("name", ["landing", "account_login"])
def test_a_page_comes_with_the_headers_that_guard_it(client: Client, name: str) -> None:
    headers = client.get(reverse(name)).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_signing_up_leads_to_the_chat(client: Client) -> None:
    password = "a quiet room for two"
    response = client.post(
        reverse("account_signup"), {"username": "ilse", "password1": password, "password2": password}
    )
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("chat")
    assert User.objects.filter(username="ilse").exists()


def test_an_error_is_tied_to_its_field(client: Client) -> None:
    response = client.post(reverse("account_signup"), {"username": "ilse", "password1": "1", "password2": "1"})
    page = Page(response.content.decode())
    assert_sound(page)
    field = page.named("password1")
    assert field["aria-invalid"] == "true"
    assert "id_password1_error" in (field["aria-describedby"] or "").split()


def test_a_wrong_password_is_said_at_once(client: Client, ilse: User) -> None:
    response = client.post(reverse("account_login"), {"login": ilse.username, "password": "not that"})
    page = Page(response.content.decode())
    assert [attrs for _, attrs in page.tags if attrs.get("role") == "alert"]
    assert "not that" not in page.html


def test_the_header_offers_what_is_possible(client: Client, member: Client) -> None:
    assert links(read(client, "landing")) >= {reverse("account_login"), reverse("account_signup")}
    assert links(read(member, "settings")) >= {reverse("chat"), reverse("settings")}
    assert reverse("account_login") not in links(read(member, "settings"))


def links(page: Page) -> set[str | None]:
    return {attrs.get("href") for attrs in page.all("a")}


def test_the_display_name_can_be_changed(member: Client, ilse: User) -> None:
    response = member.post(reverse("settings"), {"name": "Ilse <3"}, follow=True)
    ilse.refresh_from_db()
    assert ilse.name == "Ilse <3"
    assert page_says(response, "Ilse &lt;3")


def test_one_can_choose_not_to_be_shown_in_rooms(member: Client, ilse: User) -> None:
    member.post(reverse("shown"), {"is_invisible": "on"})
    ilse.refresh_from_db()
    assert ilse.is_invisible
    assert re.search(r'name="is_invisible"[^>]* checked', read(member, "settings").html)
    member.post(reverse("shown"))
    ilse.refresh_from_db()
    assert not ilse.is_invisible


def page_says(response: Any, html: str) -> bool:
    return html in response.content.decode()


def test_the_token_is_changed_by_post_alone(member: Client, ilse: User) -> None:
    before = ilse.token
    read(member, "rotate_token")
    ilse.refresh_from_db()
    assert ilse.token == before
    member.post(reverse("rotate_token"))
    ilse.refresh_from_db()
    assert ilse.token != before


def test_before_an_account_is_deleted_it_asks_who_it_is(member: Client, ilse: User) -> None:
    for answer in (member.get(reverse("delete_account")), member.post(reverse("delete_account"))):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert User.objects.filter(pk=ilse.pk).exists()
    member.post(reverse("account_reauthenticate"), {"password": "a quiet room for two"})
    assert_sound(read(member, "delete_account"))
    assert User.objects.filter(pk=ilse.pk).exists(), "looking at the page is not yet a yes"
    assert page_says(member.post(reverse("delete_account"), follow=True), "Your account is deleted.")
    assert not User.objects.filter(pk=ilse.pk).exists()


def who_invites(client: Client, token: str) -> tuple[int, dict[str, str]]:
    response = client.post(reverse("invitation"), {"token": token})
    return response.status_code, response.json()


def test_who_has_an_invitation_and_is_logged_in_is_told_whose_it_is(member: Client, ilse: User) -> None:
    mira = User.objects.create_user("mira", name="Mira")
    assert who_invites(member, mira.token) == (200, {"username": "mira", "name": "Mira"})
    assert who_invites(member, f"https://example.org/join/#{mira.token.upper()}")[0] == 200
    assert who_invites(member, ilse.token) == (409, {"code": "own_token"})
    for wrong in ("", "0" * 32, mira.token[:-1], "mira"):
        assert who_invites(member, wrong) == (404, {"code": "unknown_token"})
    mira.is_active = False
    mira.save()
    assert who_invites(member, mira.token) == (404, {"code": "unknown_token"})


def test_nobody_else_is_told(client: Client, member: Client) -> None:
    mira = User.objects.create_user("mira")
    assert who_invites(client, mira.token) == (403, {"code": "logged_out"})
    assert member.get(reverse("invitation"), {"token": mira.token}).status_code == 405
    without_its_token = Client(enforce_csrf_checks=True)
    without_its_token.force_login(mira)
    assert without_its_token.post(reverse("invitation"), {"token": mira.token}).status_code == 403


def test_asking_who_invites_is_no_way_to_guess(client: Client) -> None:
    mira = User.objects.create_user("mira")
    client.force_login(User.objects.create_user("guesser", id=10**6))  # no other test's tries are counted for them
    for _ in range(20):
        assert who_invites(client, "0" * 32)[0] == 404
    assert who_invites(client, mira.token) == (429, {"code": "rate_limited"})


def test_the_service_worker_changes_when_what_it_keeps_does(client: Client) -> None:
    def worker(language: str) -> str:
        response = client.get(reverse("service_worker"), headers={"Accept-Language": language})
        assert response.headers["Content-Type"].startswith("text/javascript")
        return response.content.decode()

    assert worker("en") == worker("de")
    assert worker("en") != worker("ru")
    assert "js/offline" in worker("en")


def test_an_unknown_page_says_so_in_our_words(client: Client) -> None:
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert_sound(Page(response.content.decode()))


@pytest.mark.parametrize("name", ["403.html", "429.html"])
def test_a_refusal_is_a_sound_page(rf: Any, name: str) -> None:
    request: HttpRequest = rf.get("/")
    assert_sound(Page(get_template(name).render({}, request)))


@pytest.mark.parametrize("name", ["403_csrf.html", "500.html", "503.html"])
def test_a_page_for_the_worst_moment_needs_nothing(name: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert_sound(Page(get_template(name).render()))


# --- Doors -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def carl() -> User:
    return User.objects.create_user("carl")


def invitation(owner: User, *, hours: float = 1, **fields: Any) -> Invitation:
    return Invitation.objects.create(owner=owner, expires=timezone.now() + timedelta(hours=hours), **fields)


def test_an_invitation_leads_to_its_owner_until_it_expires(ilse: User, carl: User) -> None:
    open_ = invitation(ilse)
    door = door_of(open_.token, carl.pk)
    assert door is not None
    assert (door.owner, door.invitation) == (ilse.pk, open_.pk)
    assert 3_590_000 < door.invitation_ms <= 3_600_000
    assert door_of(invitation(ilse, hours=-0.001).token, carl.pk) is None


def test_a_used_invitation_is_known_only_to_who_used_it(ilse: User, carl: User) -> None:
    used = invitation(ilse)
    use_invitation(used.pk, carl.pk)
    door = door_of(used.token, carl.pk)
    assert door is not None
    assert door.invitation_ms == 0
    assert door_of(used.token, User.objects.create_user("mallory").pk) is None
    use_invitation(used.pk, ilse.pk)
    used.refresh_from_db()
    assert used.guest == carl, "the first one used it"


def test_an_account_that_is_disabled_invites_nobody(ilse: User, carl: User) -> None:
    one = invitation(ilse)
    User.objects.filter(pk=ilse.pk).update(is_active=False)
    assert door_of(one.token, carl.pk) is None
    assert door_of(ilse.token, carl.pk) is None


def test_a_new_invitation_sweeps_out_what_has_expired(ilse: User, member: Client) -> None:
    invitation(ilse, hours=-1)
    member.post(reverse("invitations"), {"lifetime": "week"})
    assert Invitation.objects.count() == 1


# --- Names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Carla", "carla", "C\u0430rla", "carl", "\u0421ARL"])
def test_a_display_name_that_looks_like_somebody_elses_is_refused_in_words(
    member: Client, ilse: User, carl: User, name: str
) -> None:
    carl.name = "Carla"
    carl.save(update_fields=["name"])
    response = member.post(reverse("settings"), {"name": name})
    assert "one that looks like it" in response.content.decode()
    ilse.refresh_from_db()
    assert ilse.name == ""


def test_ones_own_name_can_be_written_otherwise_and_changed_back(member: Client, ilse: User, carl: User) -> None:
    for name in ("Ilse", "ILSE", "ilse", "Klara", "", "Ilse"):
        assert member.post(reverse("settings"), {"name": name}).status_code == 302, name
    ilse.refresh_from_db()
    assert ilse.name == "Ilse"
    carl.name = "Klara"
    carl.save()


def test_the_database_itself_keeps_names_apart(member: Client, ilse: User, carl: User, monkeypatch: Any) -> None:
    """Both looked at the same moment, and both found the name free."""
    carl.name = "Carla"
    carl.save()
    monkeypatch.setattr("chat.forms.is_taken", lambda *args, **kwargs: False)
    response = member.post(reverse("settings"), {"name": "carla"})
    assert response.status_code == 200
    assert "one that looks like it" in response.content.decode()


def test_nobody_signs_up_under_somebody_elses_display_name(client: Client, carl: User) -> None:
    carl.name = "Maria"
    carl.save()
    password = "a quiet room for two"
    for username in ("maria", "rnaria"):
        form = {"username": username, "password1": password, "password2": password}
        response = client.post(reverse("account_signup"), form)
        assert "one that looks like it" in response.content.decode()
        assert not User.objects.filter(username=username).exists()


def test_of_names_that_looked_alike_before_the_older_account_keeps_its_own() -> None:
    """Accounts from before there were keys, and what the migration makes of them."""
    User.objects.bulk_create(
        User(username=username, name=name)
        for username, name in [("ada", "Grace"), ("grace", ""), ("mira", "Nora"), ("nina", "n\u043era"), ("olga", "")]
    )
    import_module("chat.migrations.0005_names_apart").keep_names_apart(apps, None)
    assert dict(User.objects.values_list("username", "name")) == {
        "ada": "",  # it is somebody's user name
        "grace": "",
        "mira": "Nora",
        "nina": "",
        "olga": "",
    }
    assert is_taken("NORA")
