"""A room's log on a real database: one order, each message once, and what may be done with it afterwards."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import User
from chat.rooms import erasing, log, replay
from chat.rooms.log import Append, Delete, Edit, Stored
from chat.rooms.models import Membership, Room, RoomMessage, SenderCount
from chat.rooms.protocol import PAGE, Deleted, Edited, Message, Refusal
from chat.rooms.writer import Writer
from tests.site import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def room() -> Room:
    return Room.objects.create(name="Gardeners", slug="gardeners", owner=User.objects.create(username="olga"))


@pytest.fixture
def alice(room: Room) -> User:
    return member(room, "alice")


@pytest.fixture
def bob(room: Room) -> User:
    return member(room, "bob")


def member(room: Room, username: str, role: str = "member") -> User:
    user = User.objects.create(username=username, name=username.title())
    Membership.objects.create(room=room, user=user, role=role)
    return user


def say(room: Room, user: User, n: int, text: str = "hello", window: str = "") -> Stored:
    return stored(Append(room.pk, user.pk, window, n, text))


def stored(change: log.Change) -> Stored:
    [outcome] = log.write([change])
    assert isinstance(outcome, Stored), outcome.code
    return outcome


def refused(change: log.Change) -> Refusal:
    [outcome] = log.write([change])
    assert isinstance(outcome, Refusal)
    return outcome


def texts(room: Room) -> list[str]:
    return [message.text for message in replay.page(room.pk).messages]


def test_messages_of_two_people_have_one_order(room, alice, bob):
    assert [say(room, alice, 1).seq, say(room, bob, 1).seq, say(room, alice, 2).seq] == [1, 2, 3]
    page = replay.page(room.pk)
    assert [(message.seq, message.author and message.author.username) for message in page.messages] == [
        (1, "alice"),
        (2, "bob"),
        (3, "alice"),
    ]
    assert (page.seq, page.more, replay.heads([room.pk])[room.pk].seq) == (3, False, 3)


def test_a_repeated_count_is_stored_once_and_answered_the_same(room, alice, bob):
    first = say(room, alice, 1, "once")
    say(room, bob, 1)
    again = say(room, alice, 1, "once")
    assert (again.seq, again.at, again.news) == (first.seq, first.at, None)
    assert texts(room) == ["once", "hello"]


def test_a_repeat_of_what_was_edited_meanwhile_is_answered_the_same(room, alice):
    first = say(room, alice, 1, "once")
    stored(Edit(room.pk, alice.pk, first.seq, "changed"))
    assert say(room, alice, 1, "once").seq == first.seq
    assert texts(room) == ["changed"]


def test_two_windows_of_the_same_name_lose_nothing(room, alice):
    """A browser that duplicates a tab duplicates the name that the tab has chosen for itself."""
    say(room, alice, 1, "from one")
    refusal = refused(Append(room.pk, alice.pk, "", 1, "from the other"))
    assert (refusal.code, refusal.expected) == ("out_of_order", 2)


def test_a_count_too_far_is_out_of_order(room, alice):
    assert (refused(Append(room.pk, alice.pk, "", 2, "x")).expected, texts(room)) == (1, [])
    say(room, alice, 1)
    refusal = refused(Append(room.pk, alice.pk, "", 3, "x"))
    assert (refusal.code, refusal.expected) == ("out_of_order", 2)


def test_each_window_counts_for_itself(room, alice):
    assert say(room, alice, 1, window="left").seq == 1
    assert say(room, alice, 1, window="right").seq == 2
    assert (replay.counted(room.pk, alice.pk, "left"), replay.counted(room.pk, alice.pk, "none")) == (1, 0)
    SenderCount.objects.all().delete()
    assert replay.counted(room.pk, alice.pk, "left") == 1, "its message is still here"


def test_many_changes_of_one_transaction_keep_their_order(room, alice, bob):
    batch: list[log.Change] = [
        Append(room.pk, user.pk, "", n, f"{user.username} {n}") for n in (1, 2) for user in (alice, bob)
    ]
    batch.insert(2, Append(room.pk, alice.pk, "", 1, "alice 1"))
    batch.insert(3, Append(room.pk, alice.pk, "", 9, "too far"))
    outcomes = log.write(batch)
    assert [getattr(outcome, "seq", None) for outcome in outcomes] == [1, 2, 1, None, 3, 4]
    assert texts(room) == ["alice 1", "bob 1", "alice 2", "bob 2"]


def test_a_count_that_was_forgotten_is_found_in_the_messages(room, alice):
    say(room, alice, 1)
    SenderCount.objects.all().delete()
    assert say(room, alice, 1).news is None
    assert say(room, alice, 2).seq == 2


def test_an_edit_takes_a_place_of_its_own(room, alice):
    said = say(room, alice, 1, "Helo")
    edited = stored(Edit(room.pk, alice.pk, said.seq, "Hello"))
    assert edited.seq == 2
    assert edited.news == Edited(seq=2, of=1, text="Hello", edited_at=edited.at)
    [message] = replay.page(room.pk).messages
    assert (message.text, message.edited, message.deleted) == ("Hello", True, False)


def test_a_deletion_leaves_the_place_and_no_text(room, alice):
    said = say(room, alice, 1, "secret")
    assert stored(Delete(room.pk, alice.pk, said.seq)).news == Deleted(seq=2, of=1)
    [message] = replay.page(room.pk).messages
    assert (message.seq, message.text, message.deleted) == (1, "", True)
    assert not RoomMessage.objects.filter(text__contains="secret").exists()
    assert stored(Delete(room.pk, alice.pk, said.seq)).news is None, "again changes nothing"
    assert refused(Edit(room.pk, alice.pk, said.seq, "back")).code == "no_message"


def test_only_the_author_edits_and_whoever_keeps_order_deletes(room, alice, bob):
    said = say(room, alice, 1)
    for change in (
        Edit(room.pk, bob.pk, said.seq, "mine"),
        Delete(room.pk, bob.pk, said.seq),
        Delete(room.pk, bob.pk, 99),
    ):
        assert refused(change).code == "no_message"
    moderator = member(room, "mo", "moderator")
    assert refused(Edit(room.pk, moderator.pk, said.seq, "mine")).code == "no_message"
    assert stored(Delete(room.pk, moderator.pk, said.seq)).news == Deleted(seq=2, of=1)


def test_what_is_said_elsewhere_cannot_be_changed_from_here(room, alice):
    said = say(room, alice, 1)
    other = Room.objects.create(name="Elsewhere", slug="elsewhere", is_open=True)
    assert refused(Edit(other.pk, alice.pk, said.seq, "x")).code == "no_message"


def test_the_right_to_write_is_looked_up_in_the_same_transaction(room, alice):
    membership = Membership.objects.get(user=alice)
    membership.muted_until = timezone.now() + timedelta(hours=1)
    membership.save()
    assert refused(Append(room.pk, alice.pk, "", 1, "x")).code == "muted"
    membership.removed = timezone.now()
    membership.save()
    assert refused(Append(room.pk, alice.pk, "", 1, "x")).code == "not_allowed"
    stranger = User.objects.create(username="mallory")
    assert refused(Append(room.pk, stranger.pk, "", 1, "x")).code == "not_allowed"
    assert texts(room) == []


def test_nobody_writes_to_a_closed_room_or_to_none(room, alice):
    Room.objects.filter(pk=room.pk).update(closed=timezone.now())
    assert refused(Append(room.pk, alice.pk, "", 1, "x")).code == "not_allowed"
    assert refused(Append(room.pk + 1, alice.pk, "", 1, "x")).code == "not_allowed"


def test_what_happened_since_is_read_in_its_order(room, alice):
    for n in range(1, 5):
        say(room, alice, n, f"message {n}")
    stored(Edit(room.pk, alice.pk, 1, "first"))
    stored(Edit(room.pk, alice.pk, 4, "fourth"))
    stored(Edit(room.pk, alice.pk, 1, "very first"))
    stored(Delete(room.pk, alice.pk, 2))
    piece = replay.piece(room.pk, 2, 8)
    assert [(type(each), each.seq) for each in piece.news] == [
        (Message, 3),
        (Message, 4),
        (Edited, 6),
        (Edited, 7),
        (Deleted, 8),
    ]
    fourth, edited = piece.news[1], piece.news[3]
    assert isinstance(fourth, Message)
    assert isinstance(edited, Edited)
    assert (piece.seq, fourth.text, edited.of, edited.text) == (8, "fourth", 1, "very first")
    assert [each.seq for each in replay.piece(room.pk, 2, 4).news] == [3, 4], "no further than asked"
    assert replay.piece(room.pk, 8, 8) == replay.Piece([], 8)


def test_a_long_absence_is_read_in_pieces(room, alice):
    log.write([Append(room.pk, alice.pk, "", n, f"{n}") for n in range(1, 131)])
    log.write([Edit(room.pk, alice.pk, of, "new") for of in range(1, 61)])
    after, seen = 0, []
    while after < 190:
        piece = replay.piece(room.pk, after, 190)
        assert len(piece.news) <= replay.PIECE
        assert piece.seq > after
        seen += [each.seq for each in piece.news]
        after = piece.seq
    assert seen == list(range(1, 191))


def test_history_is_read_by_pages(room, alice):
    log.write([Append(room.pk, alice.pk, "", n, f"{n}") for n in range(1, 2 * PAGE + 4)])
    last = replay.page(room.pk)
    assert (last.messages[0].seq, len(last.messages), last.more) == (54, PAGE, True)
    older = replay.page(room.pk, last.messages[0].seq)
    oldest = replay.page(room.pk, older.messages[0].seq)
    assert [message.seq for message in oldest.messages] == [1, 2, 3]
    assert (older.more, oldest.more) == (True, False)


def test_a_page_of_long_messages_has_fewer(room, alice):
    log.write([Append(room.pk, alice.pk, "", n, "x" * 8_000) for n in range(1, 31)])
    page = replay.page(room.pk)
    assert (len(page.messages), page.messages[-1].seq, page.more) == (12, 30, True)


def test_whether_the_log_still_reaches_back(room, alice):
    assert replay.reaches_back_to(room.pk, 0)
    log.write([Append(room.pk, alice.pk, "", n, "x") for n in range(1, 6)])
    assert replay.reaches_back_to(room.pk, 0)
    RoomMessage.objects.filter(seq__lte=3).delete()
    assert [replay.reaches_back_to(room.pk, seq) for seq in (0, 2, 3, 5)] == [False, False, True, True]


def test_an_account_that_is_gone_leaves_places_without_text_and_their_loss_is_told(room, alice, bob):
    say(room, alice, 1)
    say(room, bob, 1, "stays")
    alice.delete()
    assert [
        (message.author and message.author.username, message.text) for message in replay.page(room.pk).messages
    ] == [
        (None, ""),
        ("bob", "stays"),
    ]
    assert replay.piece(room.pk, 2, 3).news == [Deleted(seq=3, of=1)]


def test_an_account_that_ends_locks_rooms_before_people_as_writers_do(room, alice, monkeypatch):
    say(room, alice, 1)
    locked: list[str] = []

    def note(queryset: QuerySet[Any], **options: Any) -> QuerySet[Any]:
        locked.append(queryset.model.__name__)
        return queryset

    monkeypatch.setattr(QuerySet, "select_for_update", note)
    erasing.forget_what_they_said(alice)
    assert locked[:2] == ["Room", "User"]


async def test_what_is_written_at_once_is_committed_together(room, alice, bob):
    told: list[tuple[log.Change, Stored]] = []
    batches: list[int] = []

    def tell(news: list[tuple[log.Change, Stored]]) -> None:
        batches.append(len(news))
        told.extend(news)

    writer = Writer(tell)
    changes = [Append(room.pk, user.pk, "", n, "x") for n in range(1, 21) for user in (alice, bob)]
    answers = await asyncio.gather(*(writer.write(change) for change in changes))
    assert [answer.seq for answer in answers] == [stored.seq for _, stored in told] == list(range(1, 41))
    assert len(batches) <= 2
    with pytest.raises(Refusal):
        await writer.write(Append(room.pk, alice.pk, "", 99, "x"))


async def test_what_the_database_cannot_take_spoils_nothing_for_others(room, alice, bob):
    """Half a character, as PostgreSQL refuses a text with a zero in it; the protocol lets neither through."""
    writer = Writer(lambda news: None)
    changes = [
        Append(room.pk, alice.pk, "", 1, "fine"),
        Append(room.pk, bob.pk, "", 1, "x"),
        Append(room.pk, alice.pk, "", 2, "\ud800"),
    ]
    outcomes = await asyncio.gather(*(writer.write(change) for change in changes), return_exceptions=True)
    assert [getattr(outcome, "seq", None) for outcome in outcomes] == [1, 2, None]
    assert [message.text for message in (await asyncio.to_thread(replay.page, room.pk)).messages] == ["fine", "x"]


def test_two_processes_write_one_order_without_a_gap(room, alice, bob):
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{settings.DATABASES['default']['NAME']}"}
    count = 100
    writers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.room_writer", str(room.pk), str(user.pk)],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": "chatproject.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for user in (alice, bob)
    ]
    ends = [(writer.stdin, writer.stdout) for writer in writers]
    assert [says.readline() for _, says in ends if says] == ["ready\n", "ready\n"]
    seqs: list[list[int]] = [[], []]
    for _ in range(count):  # both begin before either has ended
        for hears, _ in ends:
            assert hears
            hears.write("go\n")
            hears.flush()
        for mine, (_, says) in zip(seqs, ends, strict=True):
            assert says
            mine.append(int(says.readline()))
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0]
    assert sorted(seqs[0] + seqs[1]) == list(range(1, 2 * count + 1))
    assert all(each == sorted(each) for each in seqs)
    places = RoomMessage.objects.filter(room=room).order_by("seq").values_list("seq", "author", "n")
    for user, mine in ((alice, seqs[0]), (bob, seqs[1])):
        assert [(seq, n) for seq, author, n in places if author == user.pk] == list(
            zip(mine, range(1, count + 1), strict=True)
        )
