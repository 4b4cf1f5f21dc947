"""Rooms when something is slow, gone or going down: nothing is lost, nobody is held up, and it is said."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from chat.rooms.models import Room, RoomMessage
from tests.faults.proxy import Proxy
from tests.person import Frame
from tests.room import Entrance, Keeper, RoomSocket
from tests.site import Site, new_site

TEXT = "x" * 8_000
ROOM = "lobby"


@pytest.fixture
def own_site() -> Iterator[Site]:
    """A site of which parts may go, without limits. One server is daphne, the other uvicorn."""
    running = new_site(1, RATE_LIMITS="off")
    running.servers.append(running.start_server(SERVER="uvicorn"))
    yield running
    running.stop()


def seqs(frames: list[Frame]) -> list[int]:
    return [frame["seq"] for frame in frames if frame["type"] == "message"]


async def seen(socket: RoomSocket, username: str) -> None:
    await socket.next("entered", where=lambda frame: username in str(frame))


async def test_without_redis_messages_still_flow_and_everybody_is_told(own_site: Site):
    alice, bob, _ = own_site.trio()
    enter = Entrance(own_site)
    a, b = await enter(alice, ROOM), await enter(bob, ROOM)
    await seen(a, bob.username)
    own_site.valkey.kill()
    for socket in (a, b):
        assert await socket.next("trouble") == {"type": "trouble", "active": True}
    for n in range(1, 6):
        assert (await a.say(f"message {n}", n=n))["type"] == "accepted"
    async with asyncio.timeout(3):
        for socket in (a, b):
            await socket.hears(5)
            assert seqs(socket.heard) == [1, 2, 3, 4, 5]
    await a.send("whisper", to=bob.username, text="hello")
    assert await a.refused() == "unavailable"
    await asyncio.to_thread(own_site.valkey.start)
    for socket in (a, b):
        assert await socket.next("trouble") == {"type": "trouble", "active": False}
    await a.say("after", n=6)
    await b.hears(6)
    await a.send("whisper", to=bob.username, text="hello")
    assert (await b.next("whisper"))["text"] == "hello"
    await b.send("members")
    assert b.names(await b.next("members")) == [alice.username, bob.username]
    for socket in (a, b):
        assert not [frame for frame in socket.heard if frame["type"] == "exited"], "nobody was gone"
    assert "Traceback" not in own_site.log()


async def test_where_redis_forgot_who_is_here_the_next_renewal_brings_them_back(own_site: Site):
    alice, bob, carol = own_site.trio()
    enter = Entrance(own_site)
    a, b = await enter(alice, ROOM), await enter(bob, ROOM)
    await seen(a, bob.username)
    with own_site.redis() as redis:
        redis.flushall()
        async with asyncio.timeout(10):
            while (
                len(redis.keys("tandem:room:*:windows")) == 0 or redis.zcard(redis.keys("tandem:room:*:windows")[0]) < 2
            ):
                await a.settle()
    c = await enter(carol, ROOM)
    assert c.names() == sorted([alice.username, bob.username, carol.username])
    async with asyncio.timeout(10):
        await seen(a, carol.username)
    assert not [frame for socket in (a, b) for frame in socket.heard if frame["type"] == "exited"]


async def test_a_slow_reader_holds_up_nobody_and_misses_nothing(own_site: Site):
    alice, bob, mallory = own_site.trio()
    here, there = own_site.urls()
    for url in (here, there):
        network = await Proxy.to_port(int(url.rpartition(":")[2]))
        a, m = await RoomSocket.enter(here, alice, ROOM), await RoomSocket.enter(url, mallory, ROOM)
        b = await RoomSocket.knock(f"http://127.0.0.1:{network.port}", ROOM, cookie=bob.cookie_header)
        before = (await b.expect("welcome"))["seq"]
        network.bytes_a_second = 60_000
        count = 100
        for n in range(1, count + 1):
            assert (await a.say(TEXT, n=a.welcome["n"] + n))["type"] == "accepted"
        await m.hears(before + count)
        await m.send("leave")
        await m.closed()
        network.bytes_a_second = 0
        await b.hears(before + count)
        assert seqs(b.heard) == list(range(before + 1, before + count + 1)), "each once, in order"
        await a.say("live again", n=a.welcome["n"] + count + 1)
        await b.hears(before + count + 1)
        while mallory.username in b.present():
            await b.receive()
        assert alice.username in b.present()
        await network.stop()
        await a.close()


async def test_sigterm_tells_everybody_and_they_go_on_elsewhere(own_site: Site):
    alice, bob, _ = own_site.trio()
    here, there = own_site.urls()
    a, b = await RoomSocket.enter(here, alice, ROOM, "mine"), await RoomSocket.enter(there, bob, ROOM)
    for n in range(1, 30):
        await a.send("message", n=n, text=f"in flight {n}")
    own_site.servers[0].process.send_signal(signal.SIGTERM)
    assert await a.closed() == 1012
    closing = a.heard[-1]
    assert (closing["reason"], 0 < closing["retry"] <= 3) == ("restarting", True)
    assert await asyncio.to_thread(own_site.servers[0].process.wait, 10) == 0
    a = await RoomSocket.enter(there, alice, ROOM, "mine")
    for n in range(1, 30):
        await a.send("message", n=n, text=f"in flight {n}")
    await b.hears(29)
    texts = [frame["text"] for frame in b.heard if frame["type"] == "message"]
    assert texts == [f"in flight {n}" for n in range(1, 30)]
    assert not [frame for frame in b.heard if frame["type"] == "exited"], "he was back in time"
    assert "Traceback" not in own_site.log()


async def test_a_killed_process_loses_nothing_that_was_accepted(own_site: Site):
    alice, bob, _ = own_site.trio()
    here, there = own_site.urls()
    a, b = await RoomSocket.enter(here, alice, ROOM, "mine"), await RoomSocket.enter(there, bob, ROOM)
    for n in range(1, 200):
        await a.send("message", n=n, text=f"in flight {n}")
    await a.next("accepted", where=lambda frame: frame["n"] == 20)
    own_site.servers[0].process.kill()
    accepted = [frame["n"] for frame in a.heard if frame["type"] == "accepted"]
    a = await RoomSocket.enter(there, alice, ROOM, "mine")
    assert a.welcome["n"] >= accepted[-1]
    for n in range(1, 200):
        await a.send("message", n=n, text=f"in flight {n}")
    await b.hears(199)
    assert [frame["text"] for frame in b.heard if frame["type"] == "message"] == [
        f"in flight {n}" for n in range(1, 200)
    ]


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
async def test_a_server_forgets_old_messages_though_nobody_is_in_a_room(server: str, django_db_blocker):
    site = new_site(0, SERVER=server)
    try:
        with django_db_blocker.unblock():
            keeper = Keeper(site)
            await keeper.do(_say_long_ago)
            site.servers.append(await asyncio.to_thread(site.start_server))
            async with asyncio.timeout(20):
                while await keeper.do(lambda alias: RoomMessage.objects.using(alias).exists()):
                    pass
    finally:
        site.stop()


def _say_long_ago(alias: str) -> None:
    lobby = Room.objects.using(alias).get(slug=ROOM)
    message = RoomMessage(room=lobby, seq=1, changed=1, n=1, text="old", sent_at=timezone.now() - timedelta(days=31))
    message.save(using=alias)
