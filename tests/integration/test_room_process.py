"""What the sockets of one process share, where things happen between a question to the database and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from redis.asyncio import Redis

from chat.models import User
from chat.realtime import broker
from chat.realtime.lookup import look_up
from chat.rooms import audience as audience_module
from chat.rooms import people, retention
from chat.rooms import process as process_module
from chat.rooms.audience import Audience
from chat.rooms.follower import Follower
from chat.rooms.membership import Standing, standing
from chat.rooms.models import Membership, Room, RoomMessage
from chat.rooms.presence import Presence
from chat.rooms.presence import Window as PresentWindow
from chat.rooms.process import RoomProcess
from chat.wire import Person
from tests.person import PATIENCE
from tests.site import Valkey

pytestmark = pytest.mark.django_db(transaction=True)


class Window:
    """As much of a socket as a review sees."""

    follower: Follower
    channel_name, window, login, login_name, over = "window", None, None, "", False

    def __init__(self, user: int, standing: Standing) -> None:
        self.user, self.standing = user, standing
        self.told: asyncio.Queue[Standing | str | None] = asyncio.Queue()

    async def stands(self, standing: Standing | None, room: Room) -> None:
        self.told.put_nowait(standing)

    def part(self) -> None:
        self.follower.stop()

    async def come_again(self) -> None:
        self.told.put_nowait("come again")

    async def trouble(self, active: bool) -> None:
        self.told.put_nowait("trouble" if active else "over")

    async def let_go(self, reason: str) -> None:
        self.told.put_nowait(reason)


@pytest.fixture
def room() -> Room:
    return Room.objects.create(name="Gardeners", slug="gardeners")


@pytest.fixture
def member(room: Room) -> User:
    user = User.objects.create(username="alice")
    Membership.objects.create(room=room, user=user)
    return user


@pytest.fixture
async def process(valkey: Valkey, settings: Any) -> AsyncIterator[RoomProcess]:
    settings.REDIS_URL = valkey.url
    async with Redis.from_url(valkey.url) as redis:
        await redis.flushall()
    process = RoomProcess()
    yield process
    for audience in process._audiences.values():
        audience.close()
    for task in list(process.errands._tasks):
        task.cancel()


def known(member: User) -> Standing:
    """Where they stand now."""
    found = standing("gardeners", member)
    assert found
    return found


@pytest.mark.parametrize("change", ["removed", "deleted"])
async def test_who_comes_while_the_standings_are_read_is_reviewed_too(room, member, process, monkeypatch, change):
    audience = await process.audience(room.pk)
    before = await asyncio.to_thread(known, member)
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(question: Callable[..., Any], *args: Any) -> Any:
        answer = await look_up(question, *args)
        if question is people.review:
            asked.set()
            await go_on.wait()
        return answer

    def make_the_change() -> None:
        if change == "deleted":
            room.delete()
        else:
            Membership.objects.filter(user=member).delete()
            room.changed()

    monkeypatch.setattr(process_module, "look_up", slow)
    await asyncio.to_thread(make_the_change)
    await asyncio.wait_for(asked.wait(), PATIENCE)
    window = Window(member.pk, before)
    Follower(window, audience, member.pk, lambda text: True, None).begin(audience.flow.seq)  # type: ignore[arg-type]
    assert before.room.revision == audience.revision, "so the window sees no reason for a review of its own"
    go_on.set()
    async with asyncio.timeout(3):
        assert await window.told.get() == ("no_room" if change == "deleted" else None)


async def test_who_comes_while_an_audience_opens_does_not_close_its_eyes(room, process, monkeypatch):
    elsewhere = Presence(broker.client())

    async def slow(question: Callable[..., Any], *args: Any) -> Any:
        answer = await look_up(question, *args)
        heard = asyncio.Event()
        monkeypatch.setitem(audience_module.EVENTS, "room.presence", _and_then(heard.set))
        await elsewhere.enter(PresentWindow(room.pk, 77, "there"), Person("bob", "Bob"))
        await asyncio.wait_for(heard.wait(), PATIENCE)
        return answer

    monkeypatch.setattr(audience_module, "look_up", slow)
    audience = await process.audience(room.pk)
    assert list(audience.roster.people) == [77]
    heard = asyncio.Event()
    monkeypatch.setitem(audience_module.EVENTS, "room.presence", _and_then(heard.set))
    await elsewhere.enter(PresentWindow(room.pk, 78, "there too"), Person("carol", "Carol"))
    await asyncio.wait_for(heard.wait(), PATIENCE)
    assert list(audience.roster.people) == [77, 78]


async def test_who_was_told_more_than_a_restored_database_knows_begins_anew(room, member, process):
    audience = await process.audience(room.pk)
    window = Window(member.pk, await asyncio.to_thread(known, member))
    window.follower = Follower(window, audience, member.pk, lambda text: True, None)  # type: ignore[arg-type]
    audience.flow.begin(5)
    async with asyncio.timeout(PATIENCE):
        assert (await audience.page()).seq == 0, "and no look at the database after another"
        window.follower.begin(5)
        assert await window.told.get() == "come again"
    assert (audience.flow.seq, audience.followers) == (0, set())


async def test_a_database_that_does_not_answer_is_told_and_that_it_is_back(room, member, process, monkeypatch):
    await process.audience(room.pk)
    window = Window(member.pk, await asyncio.to_thread(known, member))
    process.sockets.add(window)

    async def away(*_: Any) -> Any:
        raise OperationalError

    async with asyncio.timeout(PATIENCE):
        with monkeypatch.context() as outage:
            outage.setattr(process_module, "look_up", away)
            assert await window.told.get() == "trouble"
            process._tell_trouble("redis", True)
        process._tell_trouble("redis", False)
        assert await window.told.get() == "over"
    assert window.told.empty(), "each once, whatever does not answer"
    assert not process.is_in_trouble


def _and_then(done: Callable[[], None]) -> Callable[[Audience, dict[str, Any]], None]:
    def hear(audience: Audience, event: dict[str, Any]) -> None:
        Audience._people(audience, event)
        done()

    return hear


async def test_what_was_forgotten_is_shown_to_newcomers_no_longer(room, member, process, monkeypatch):
    """Forgetting changes no seq, by which the page that a crowd shares is known."""
    audience = await process.audience(room.pk)
    await asyncio.to_thread(_say_long_ago, room, member)
    assert [message.text for message in (await audience.page()).messages] == ["long ago"]
    await asyncio.to_thread(retention.forget_all)
    assert [message.text for message in (await audience.page()).messages] == ["long ago"], "it is kept for a crowd"
    monkeypatch.setattr(audience_module, "PAGE_SECONDS", 0.0)
    assert (await audience.page()).messages == []


def _say_long_ago(room: Room, author: User) -> None:
    then = timezone.now() - timedelta(days=31)
    RoomMessage.objects.create(room=room, seq=1, changed=1, author=author, n=1, text="long ago", sent_at=then)
    Room.objects.filter(pk=room.pk).update(seq=1)
