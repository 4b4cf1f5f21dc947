"""The fewest trips to the database: two queries to connect, one lookup to join, and nothing for a conversation."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from redis.asyncio import Redis

from chat.models import Invitation
from chat.pairs import doorbell
from chat.pairs.consumer import PairConsumer
from chat.pairs.process import this_process
from chat.realtime import broker, login
from chat.realtime.lookup import look_up, write_down
from tests.make_people import make
from tests.person import PATIENCE, Person, Socket, pair_up
from tests.site import Valkey

pytestmark = pytest.mark.django_db(transaction=True)

REGULAR = "_ended"  # the check of all logins of a process, every few seconds: whatever anybody does


@dataclass
class Trips:
    """Every query of this process, whichever thread asks it: those of one lookup are one trip."""

    all: list[tuple[str, list[str]]] = field(default_factory=list)
    _mine: threading.local = field(default_factory=threading.local)

    def query(self, sql: str) -> None:
        queries = getattr(self._mine, "queries", None)
        if queries is None:
            self.all.append(("outside of any lookup", [sql]))
        else:
            queries.append(sql)

    async def look_up(self, question: Callable[..., Any], *args: Any, ask: Callable[..., Any] = look_up) -> Any:
        queries: list[str] = []
        self.all.append((question.__name__, queries))

        def in_its_thread() -> Any:
            self._mine.queries = queries
            try:
                return question(*args)
            finally:
                del self._mine.queries

        return await ask(in_its_thread)

    async def write_down(self, change: Callable[..., Any], *args: Any) -> Any:
        return await self.look_up(change, *args, ask=write_down)

    def taken(self) -> list[tuple[str, int]]:
        """Return what was asked since the last time, and by how many queries."""
        trips = [(name, len(queries)) for name, queries in self.all if name != REGULAR]
        self.all.clear()
        return trips


class Wire:
    """A socket's way to the consumer without a server between."""

    def __init__(self, person: Person) -> None:
        headers = [(b"cookie", person.cookie_header.encode())]
        self._communicator = WebsocketCommunicator(PairConsumer.as_asgi(), "/ws/pair/", headers)

    async def connect(self) -> None:
        await self._communicator.connect(PATIENCE)

    async def send(self, data: str) -> None:
        await self._communicator.send_to(text_data=data)

    async def recv(self) -> str:
        text: str = await self._communicator.receive_from(PATIENCE)
        return text

    async def close(self) -> None:
        await self._communicator.disconnect(timeout=PATIENCE)


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> Trips:
    trips = Trips()
    execute = CursorWrapper.execute

    def counted(cursor: CursorWrapper, sql: str, params: Any = None) -> Any:
        trips.query(sql)
        return execute(cursor, sql, params)

    monkeypatch.setattr(CursorWrapper, "execute", counted)
    for module in (login, doorbell):
        monkeypatch.setattr(module, "look_up", trips.look_up)
    monkeypatch.setattr(doorbell, "write_down", trips.write_down)
    return trips


@pytest.fixture
def alice() -> Person:
    return Person(**make("alice"))  # type: ignore[arg-type]


@pytest.fixture
def bob() -> Person:
    return Person(**make("bob"))  # type: ignore[arg-type]


@pytest.fixture
def invitation(alice: Person) -> str:
    """The token of an invitation of Alice's."""
    expires = timezone.now() + timedelta(hours=1)
    return Invitation.objects.create(owner_id=alice.id, expires=expires).token


@pytest.fixture
async def sockets(valkey: Valkey, settings: Any) -> AsyncIterator[Callable[[Person], Any]]:
    """Opens sockets of this very process."""
    settings.REDIS_URL = valkey.url
    async with Redis.from_url(valkey.url) as redis:
        await redis.flushall()
    opened: list[Socket] = []

    async def open_(person: Person) -> Socket:
        wire = Wire(person)
        await wire.connect()
        opened.append(socket := Socket(wire))  # type: ignore[arg-type]
        socket.welcome = await socket.next("welcome")
        return socket

    yield open_
    for socket in opened:
        await socket.close()
    for task in this_process()._tasks:
        task.cancel()
    await get_channel_layer().flush()
    await broker.client().close()


async def test_connecting_asks_for_the_login_and_the_user_in_one_go(trips, alice, sockets):
    assert trips.taken(), "what made Alice was counted too, though no lookup asked it"
    await sockets(alice)
    assert trips.taken() == [("_login", 2)]


async def test_joining_asks_whose_token_it_is(trips, alice, bob, sockets):
    a, b = await sockets(alice), await sockets(bob)
    trips.taken()
    await pair_up(a, b, alice.token)
    await b.settle()
    assert trips.taken() == [("door_of", 1)]


async def test_an_invitation_is_looked_for_where_the_token_is_nobodys_own(trips, alice, bob, invitation, sockets):
    a, b = await sockets(alice), await sockets(bob)
    trips.taken()
    await pair_up(a, b, invitation)
    await b.settle()
    assert trips.taken() == [("door_of", 3), ("use_invitation", 1)]


async def test_a_token_that_opens_nothing_costs_one_trip_more(trips, bob, sockets):
    b = await sockets(bob)
    trips.taken()
    assert (await b.join("0" * 32))["code"] == "unknown_token"
    assert trips.taken() == [("door_of", 2), ("was_changed", 1)]


async def test_a_conversation_asks_nothing(trips, alice, bob, sockets):
    a, b = await sockets(alice), await sockets(bob)
    await pair_up(a, b, alice.token)
    await b.settle()
    trips.taken()
    seq = (await a.say("hello"))["seq"]
    assert (await b.next("message"))["text"] == "hello"
    await b.send("received", pair=b.pair, seq=seq)
    assert (await a.next("delivered"))["seq"] == seq
    await b.send("typing", pair=b.pair, active=True)
    await a.next("typing")
    n = (await b.say("a slip"))["n"]
    await b.send("recall", pair=b.pair, n=n)
    await a.next("recalled")
    await a.send("resume", pair=a.pair, seq=0)
    await a.next("resumed")
    await a.settle()
    await a.send("leave", pair=a.pair)
    await b.next("left")
    await b.settle()
    assert trips.taken() == []
