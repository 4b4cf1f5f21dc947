"""A room's log through one process: whatever order things arrive in, they are passed on in theirs."""

from __future__ import annotations

import asyncio

import pytest

from chat.models import User
from chat.realtime.pulse import Errands
from chat.rooms import log, replay
from chat.rooms.flow import MOST_PENDING, Flow
from chat.rooms.log import Append
from chat.rooms.models import Membership, Room
from chat.rooms.process import RoomProcess

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 5.0


@pytest.fixture
def room() -> Room:
    return Room.objects.create(name="Gardeners", slug="gardeners")


@pytest.fixture
def alice(room: Room) -> User:
    user = User.objects.create(username="alice")
    Membership.objects.create(room=room, user=user)
    return user


class Passed:
    """What a flow passes on."""

    def __init__(self, room: Room) -> None:
        self.seqs: list[int] = []
        self.texts: list[bytes] = []
        self.flow = Flow(room.pk, Errands(), self._pass_on)
        self._more = asyncio.Event()

    def _pass_on(self, seq: int, text: bytes) -> None:
        self.seqs.append(seq)
        self.texts.append(text)
        self._more.set()

    async def until(self, seq: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.flow.seq < seq:
                self._more.clear()
                await self._more.wait()


async def test_what_crosses_is_put_in_order_without_a_look_at_the_database(room):
    passed = Passed(room)
    passed.flow.hear(2, b"two")
    passed.flow.begin(0)
    assert passed.seqs == []
    passed.flow.hear(1, b"one")
    passed.flow.hear(1, b"one again")
    passed.flow.hear(3, b"three")
    assert passed.texts == [b"one", b"two", b"three"]


async def test_what_is_missing_is_read_from_the_database(room, alice):
    await asyncio.to_thread(log.write, [Append(room.pk, alice.pk, "", n, f"message {n}") for n in range(1, 121)])
    passed = Passed(room)
    passed.flow.begin(0)
    passed.flow.hear(119, b"published")
    passed.flow.reaches(120)
    await passed.until(120)
    assert passed.seqs == list(range(1, 121))
    assert b"message 60" in passed.texts[59]


async def test_a_head_that_is_further_is_enough(room, alice):
    await asyncio.to_thread(log.write, [Append(room.pk, alice.pk, "", 1, "nobody told")])
    passed = Passed(room)
    passed.flow.begin(0)
    passed.flow.reaches(1)
    await passed.until(1)
    assert passed.seqs == [1]


async def test_a_crowd_that_comes_at_once_shares_one_look_at_the_log(room, alice, valkey, settings, monkeypatch):
    settings.REDIS_URL = valkey.url
    await asyncio.to_thread(log.write, [Append(room.pk, alice.pk, "", 1, "hello")])
    looks = 0

    def count(room: int) -> replay.Page:
        nonlocal looks
        looks += 1
        return page(room)

    page = replay.page
    monkeypatch.setattr(replay, "page", count)
    process = RoomProcess()
    audiences = await asyncio.gather(*(process.audience(room.pk) for _ in range(100)))
    assert len(set(audiences)) == 1
    pages = await asyncio.gather(*(audiences[0].page() for _ in range(100)))
    assert {page.messages[0].text for page in pages} == {"hello"}
    assert looks == 1
    for task in process.errands._tasks:
        task.cancel()


async def test_an_audience_stays_while_somebody_is_on_the_way_and_goes_when_nobody_is(room, valkey, settings):
    settings.REDIS_URL = valkey.url
    process = RoomProcess()
    audience = await process.audience(room.pk)
    for task in process.errands._tasks:
        task.cancel()
    with audience.arrival():
        for _ in range(3):
            process._close_deserted()
        assert await process.audience(room.pk) is audience
    process._close_deserted()
    assert await process.audience(room.pk) is audience, "a page that is loaded again finds it"
    process._close_deserted()
    process._close_deserted()
    assert process._audiences == {}


async def test_what_is_kept_for_a_gap_is_bounded(room):
    passed = Passed(room)
    for seq in range(2, 2 * MOST_PENDING):
        passed.flow.hear(seq, b"x")
    assert len(passed.flow._pending) == MOST_PENDING
    passed.flow.close()
