"""Rooms keep messages for as long as they say, and no longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from chat.models import User
from chat.rooms import founding, retention
from chat.rooms.models import LOBBY, Report, Room, RoomMessage, SenderCount

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice")


@pytest.fixture
def lobby() -> Room:
    """Keeps messages for 30 days."""
    return Room.objects.get(slug=LOBBY)


def say(room: Room, author: User, *days_ago: float) -> None:
    for days in days_ago:
        room.seq += 1
        place = {"seq": room.seq, "changed": room.seq, "n": room.seq}
        RoomMessage.objects.create(room=room, author=author, text="x", sent_at=_ago(days), **place)
    room.save(update_fields=["seq"])


def _ago(days: float) -> datetime:
    return timezone.now() - timedelta(days=days)


def seqs(room: Room) -> list[int]:
    return list(RoomMessage.objects.filter(room=room).values_list("seq", flat=True))


def test_each_room_forgets_after_its_own_time(alice: User, lobby: Room) -> None:
    week = founding.found(alice, name="Week", retention_days=7)
    say(lobby, alice, 31, 30.1, 29.9, 8, 0)
    say(week, alice, 31, 7.1, 6.9)
    assert retention.forget_all() == 4
    assert seqs(lobby) == [3, 4, 5]
    assert seqs(week) == [3]
    lobby.refresh_from_db()
    assert lobby.seq == 5, "the count goes on"
    assert retention.forget_all() == 0, "doing it again changes nothing"


def test_a_shorter_time_holds_for_what_is_there_already(alice: User, lobby: Room) -> None:
    say(lobby, alice, 20)
    assert retention.forget_all() == 0
    lobby.retention_days = 7
    lobby.save(update_fields=["retention_days"])
    assert retention.forget_all() == 1


def test_it_goes_in_small_batches_the_oldest_first(alice: User, lobby: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    say(lobby, alice, 40, 39, 38, 1)
    assert retention.forget_some() == 2
    assert seqs(lobby) == [3, 4]
    assert [retention.forget_some(), retention.forget_some()] == [1, 0]


def test_counts_of_windows_long_gone_and_reports_long_handled_go_as_well(alice: User, lobby: Room) -> None:
    say(lobby, alice, 40)
    for window in ("old", "new"):
        SenderCount.objects.create(room=lobby, user=alice, window=window, n=1)
    SenderCount.objects.filter(window="old").update(used=_ago(31))
    message = RoomMessage.objects.get()
    for text, handled in (("old", _ago(31)), ("new", _ago(29)), ("open", None)):
        Report.objects.create(room=lobby, message=message, text=text, handled=handled)
    Report.objects.update(created=_ago(40))
    assert retention.forget_all() == 3
    assert [count.window for count in SenderCount.objects.all()] == ["new"]
    assert {report.text for report in Report.objects.all()} == {"new", "open"}, "the copy outlives the message"
    assert not Report.objects.exclude(message=None).exists()


def test_the_command_says_how_many(alice: User, lobby: Room) -> None:
    say(lobby, alice, 31)
    out = StringIO()
    call_command("forget_old_messages", stdout=out)
    call_command("forget_old_messages", stdout=out)
    assert out.getvalue() == "Deleted 1 row.\nDeleted 0 rows.\n"
