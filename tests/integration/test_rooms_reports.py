"""Reports: what somebody chose to show to the administrator, and what staff can do about it without seeing anything else."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from chat.models import User
from chat.rooms import founding, order, reports
from chat.rooms.membership import standing
from chat.rooms.models import Membership, Report, Room, RoomMessage
from chat.rooms.refusals import Refused
from tests.integration.test_pages import Page, assert_sound
from tests.site import Valkey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shared_cache(settings: Settings, valkey: Valkey) -> None:
    """allauth counts tries in the cache; each test begins with none."""
    own = {"LOCATION": valkey.url, "KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = {"default": {**settings.CACHES["default"], **own}}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice", name="Alice")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob")


@pytest.fixture
def admin() -> User:
    return User.objects.create_superuser("adam", password="x")


@pytest.fixture
def kitchen(alice: User, bob: User) -> Room:
    """Alice's, by invitation; Bob is in it and has said what is reported here."""
    room = founding.found(alice, name="Kitchen")
    Membership.objects.create(room=room, user=bob)
    say(room, bob, "something mean")
    say(room, bob, "and something meaner")
    say(room, alice, "stop it")
    return room


def say(room: Room, author: User, text: str) -> RoomMessage:
    room.seq += 1
    room.save(update_fields=["seq"])
    place = {"seq": room.seq, "changed": room.seq, "n": room.seq, "sent_at": timezone.now()}
    return RoomMessage.objects.create(room=room, author=author, text=text, **place)


def at_the_pages(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(user: User, room: Room, *seqs: object, reason: str = "") -> tuple[int, dict[str, Any]]:
    """As the script of the room's page does."""
    path, fields = reverse("report_messages", args=[room.slug]), {"seq": seqs, "reason": reason}
    response = at_the_pages(user).post(path, fields, headers={"Accept": "application/json"})
    return response.status_code, response.json() if response["Content-Type"] == "application/json" else {}


# --- Reporting -------------------------------------------------------------------------------------------------------


def test_the_administrator_gets_copies_of_what_was_chosen(alice: User, bob: User, kitchen: Room) -> None:
    assert send(alice, kitchen, 1, 2, reason="Again") == (200, {"reported": 2})
    one, two = Report.objects.order_by("message__seq")
    assert (one.text, two.text) == ("something mean", "and something meaner")
    assert (one.room, one.author, one.reporter, one.reason) == (kitchen, bob, alice, "Again")
    RoomMessage.objects.all().delete()
    one.refresh_from_db()
    assert one.text == "something mean", "the copy stays"


def test_reporting_again_adds_nothing_until_it_was_handled(alice: User, kitchen: Room) -> None:
    for _ in range(2):
        assert send(alice, kitchen, 1) == (200, {"reported": 1})
    assert Report.objects.count() == 1
    Report.objects.update(handled=timezone.now())
    send(alice, kitchen, 1)
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("seqs", "code"),
    [
        ([], "no_message"),
        ([3], "no_message"),  # her own
        ([99], "no_message"),
        ([1, 99], "no_message"),
        (["1; --", "-1", "9" * 40, "\u0661"], "no_message"),
        (range(1, 22), "too_many_messages"),
    ],
)
def test_what_cannot_be_reported_is_said_in_words(alice: User, kitchen: Room, seqs: list[object], code: str) -> None:
    status, answer = send(alice, kitchen, *seqs)
    assert (status, answer["code"]) == (400, code)
    assert answer["message"].startswith("Choose at")
    assert not Report.objects.exists()


def test_a_message_without_text_and_one_of_another_room_are_not_there(alice: User, bob: User, kitchen: Room) -> None:
    RoomMessage.objects.filter(room=kitchen, seq=1).update(text="", is_deleted=True)
    den = founding.found(bob, name="Den")
    say(den, bob, "private")
    assert send(alice, kitchen, 1)[0] == 400
    assert send(alice, den, 1)[0] == 404
    with pytest.raises(Refused):
        reports.report(den.slug, alice, [1], "")
    assert not Report.objects.exists()


def test_nobody_reports_from_outside(alice: User, bob: User, client: Client, kitchen: Room) -> None:
    mallory = User.objects.create_user("mallory")
    assert send(mallory, kitchen, 1)[0] == 404
    order.remove(kitchen.slug, alice, "bob")
    assert send(bob, kitchen, 3)[0] == 404
    path = reverse("report_messages", args=[kitchen.slug])
    assert client.post(path, {"seq": 1}, headers={"Accept": "application/json"}).json()["code"] == "logged_out"
    assert client.get(path).headers["Location"].startswith(reverse("account_login"))


def test_too_long_a_reason_is_not_cut(alice: User, kitchen: Room) -> None:
    assert send(alice, kitchen, 1, reason="x" * 501)[1]["code"] == "max_length"


def test_reports_come_no_faster_than_a_person_reads(kitchen: Room) -> None:
    eager = User.objects.create_user("eager")
    Membership.objects.create(room=kitchen, user=eager)
    assert [send(eager, kitchen, 1)[0] for _ in range(11)] == [200] * 10 + [429]


def test_without_a_script_there_is_a_page_for_it(alice: User, kitchen: Room) -> None:
    path, client = reverse("report_messages", args=[kitchen.slug]), at_the_pages(alice)

    def page(query: str = "") -> str:
        html = client.get(path + query).content.decode()
        assert_sound(Page(html))
        return html

    assert "something mean" in page()
    assert "stop it" not in page(), "one does not report oneself"
    assert "something meaner" not in page("?seq=1")
    mistaken = client.post(path, {"reason": "?"}).content.decode()
    assert "Choose at least one message" in mistaken
    assert_sound(Page(mistaken))
    assert "sees 2 messages" in client.post(path, {"seq": [1, 2]}, follow=True).content.decode()
    assert Report.objects.count() == 2


def test_where_nobody_else_spoke_the_page_says_so(bob: User) -> None:
    den = founding.found(bob, name="Den")
    assert "Nobody else has said anything" in at_the_pages(bob).get(f"/rooms/{den.slug}/report/").content.decode()
    order.close(den)
    assert "This room is closed" in at_the_pages(bob).get(f"/rooms/{den.slug}/report/").content.decode()


# --- The administrator -----------------------------------------------------------------------------------------------


def act(admin: User, model: str, action: str, *objects: Any) -> str:
    fields = {"action": action, "_selected_action": [one.pk for one in objects]}
    response = at_the_pages(admin).post(reverse(f"admin:chat_{model}_changelist"), fields, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def test_staff_see_what_was_reported_and_nothing_else(admin: User, alice: User, kitchen: Room) -> None:
    send(alice, kitchen, 1, reason="Again")
    client, (report,) = at_the_pages(admin), Report.objects.all()
    pages = [
        client.get(reverse("admin:chat_report_changelist")),
        client.get(reverse("admin:chat_report_change", args=[report.pk])),
        client.get(reverse("admin:chat_room_changelist")),
        client.get(reverse("admin:chat_room_change", args=[kitchen.pk])),
        client.get(reverse("admin:index")),
    ]
    assert [page.status_code for page in pages] == [200] * 5
    listed, one, *others = (page.content.decode() for page in pages)
    assert "something mean" in listed
    assert reverse("admin:chat_room_change", args=[kitchen.pk]) in one
    assert "Again" in one
    everything = listed + one + "".join(others)
    assert "meaner" not in everything
    assert "something mean" not in "".join(others)


def test_nothing_in_the_admin_lets_staff_into_a_room(admin: User, kitchen: Room) -> None:
    client = at_the_pages(admin)
    page = reverse("admin:chat_room_change", args=[kitchen.pk])
    assert client.post(page, {"owner": admin.pk, "is_open": "on", "name": "Mine"}).status_code == 403
    assert client.get(reverse("admin:chat_room_add")).status_code == 403
    assert client.post(reverse("admin:chat_room_delete", args=[kitchen.pk])).status_code == 403
    assert standing(kitchen.slug, admin) is None


def test_staff_delete_the_message_and_mute_its_author(admin: User, alice: User, bob: User, kitchen: Room) -> None:
    send(alice, kitchen, 1)
    (report,) = Report.objects.all()
    assert "1 was changed." in act(admin, "report", "delete_messages", report)
    message = RoomMessage.objects.get(room=kitchen, seq=1)
    assert (message.text, message.is_deleted, message.changed) == ("", True, 4)
    kitchen.refresh_from_db()
    assert kitchen.seq == 4
    assert "1 was changed." in act(admin, "report", "mute_for_a_day", report)
    stands = standing(kitchen.slug, bob)
    assert stands
    assert stands.is_muted
    act(admin, "report", "mark_handled", report)
    report.refresh_from_db()
    assert report.handled
    assert report.text == "something mean"


def test_being_muted_makes_nobody_a_member(admin: User, alice: User, bob: User, kitchen: Room) -> None:
    send(alice, kitchen, 1)
    Membership.objects.filter(user=bob).delete()
    assert "Nothing was changed." in act(admin, "report", "mute_for_good", *Report.objects.all())
    assert standing(kitchen.slug, bob) is None


def test_staff_close_a_room_and_open_it_again(admin: User, alice: User, kitchen: Room) -> None:
    act(admin, "room", "close", kitchen)
    kitchen.refresh_from_db()
    assert kitchen.closed
    act(admin, "room", "reopen", kitchen)
    kitchen.refresh_from_db()
    assert not kitchen.closed
    assert kitchen.revision == 2


def test_staff_who_may_only_look_do_only_that(alice: User, kitchen: Room) -> None:
    alice.is_staff = True
    alice.save()
    assert at_the_pages(alice).get(reverse("admin:chat_room_changelist")).status_code == 403
    act_path = reverse("admin:chat_report_changelist")
    assert at_the_pages(alice).post(act_path, {"action": "mark_handled"}).status_code == 403


def test_accounts_can_still_be_deleted_in_the_admin(admin: User, alice: User, bob: User, kitchen: Room) -> None:
    send(alice, kitchen, 1)
    path = reverse("admin:chat_user_delete", args=[bob.pk])
    assert "cannot" not in at_the_pages(admin).get(path).content.decode().lower()
    at_the_pages(admin).post(path, {"post": "yes"})
    assert not User.objects.filter(pk=bob.pk).exists()
