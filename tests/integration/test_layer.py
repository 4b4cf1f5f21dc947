"""The channel layer keeps Channels' contract, between two processes' worth of event loops, on a real Valkey."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from channels.exceptions import ChannelFull
from redis.asyncio import Redis

from chat.realtime.layer import ProcessChannelLayer
from tests.site import Valkey

PATIENCE = 5.0


@pytest.fixture
async def layer(valkey: Valkey, settings: Any) -> AsyncIterator[ProcessChannelLayer]:
    settings.REDIS_URL = valkey.url
    layer = ProcessChannelLayer(capacity=3)
    yield layer
    await layer.flush()


@pytest.fixture
async def elsewhere(valkey: Valkey, settings: Any, layer: ProcessChannelLayer) -> AsyncIterator[ProcessChannelLayer]:
    """The layer of another process, as far as Redis can tell."""
    other = ProcessChannelLayer(capacity=3)
    yield other
    await other.flush()


async def receive(layer: ProcessChannelLayer, channel: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        return await layer.receive(channel)


async def nothing_waits(layer: ProcessChannelLayer, channel: str) -> None:
    """What is sent now comes first: nothing was there before it."""
    await layer.send(channel, {"type": "last"})
    assert await receive(layer, channel) == {"type": "last"}


async def test_a_message_reaches_its_channel_here_and_elsewhere(layer, elsewhere):
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "test.message", "text": "Ahoy"})
    assert await receive(layer, channel) == {"type": "test.message", "text": "Ahoy"}
    await elsewhere.send(channel, {"type": "test.message", "text": "from elsewhere"})
    assert await receive(layer, channel) == {"type": "test.message", "text": "from elsewhere"}


async def test_a_general_channel_has_no_process(layer, elsewhere, valkey):
    waiting = asyncio.create_task(receive(layer, "workers"))
    async with Redis.from_url(valkey.url) as redis, asyncio.timeout(PATIENCE):
        while await redis.pubsub_channels("tandem:channel:workers") == []:
            pass
    await elsewhere.send("workers", {"type": "work"})
    assert await waiting == {"type": "work"}


async def test_a_message_reaches_only_its_channel(layer, elsewhere):
    one, other = await layer.new_channel(), await layer.new_channel()
    assert one != other
    await elsewhere.send(one, {"type": "for.one"})
    assert await receive(layer, one) == {"type": "for.one"}
    await nothing_waits(layer, other)


async def test_a_process_subscribes_once_however_many_channels_it_has(layer, valkey):
    channels = [await layer.new_channel() for _ in range(50)]
    async with Redis.from_url(valkey.url) as redis:
        names = await redis.pubsub_channels(f"tandem:channel:{channels[0].partition('!')[0]}*")
    assert len(names) == 1


async def test_groups_reach_every_member_here_and_elsewhere(layer, elsewhere):
    here, there, outsider = await layer.new_channel(), await elsewhere.new_channel(), await layer.new_channel()
    await layer.group_add("room", here)
    await elsewhere.group_add("room", there)
    await layer.group_send("room", {"type": "hello"})
    assert await receive(layer, here) == {"type": "hello"}
    assert await receive(elsewhere, there) == {"type": "hello"}
    await nothing_waits(layer, outsider)
    await layer.group_discard("room", here)
    await layer.group_discard("room", here)
    await elsewhere.group_send("room", {"type": "again"})
    assert await receive(elsewhere, there) == {"type": "again"}
    await nothing_waits(layer, here)


async def test_a_channel_in_two_groups_hears_each_once_and_members_share_nothing(layer):
    one, other = await layer.new_channel(), await layer.new_channel()
    for channel in (one, other):
        await layer.group_add("room", channel)
        await layer.group_add("room", channel)
    await layer.group_send("room", {"type": "list", "items": [1]})
    first = await receive(layer, one)
    first["added"] = True
    assert await receive(layer, other) == {"type": "list", "items": [1]}
    await nothing_waits(layer, one)


async def test_order_is_kept(layer, elsewhere):
    channel = await layer.new_channel()
    layer.capacity = elsewhere.capacity = 100
    channel = await layer.new_channel()
    for number in range(100):
        await elsewhere.send(channel, {"type": "count", "number": number})
    assert [(await receive(layer, channel))["number"] for _ in range(100)] == list(range(100))


async def test_a_full_channel_refuses_here_and_loses_from_elsewhere(layer, elsewhere):
    full, other = await layer.new_channel(), await layer.new_channel()
    for number in range(3):
        await layer.send(full, {"type": "count", "number": number})
    with pytest.raises(ChannelFull):
        await layer.send(full, {"type": "too.much"})
    await elsewhere.send(full, {"type": "too.much"})
    await elsewhere.send(other, {"type": "after"})
    assert await receive(layer, other) == {"type": "after"}, "a full channel holds up no other"
    assert [(await receive(layer, full))["number"] for _ in range(3)] == [0, 1, 2]
    await nothing_waits(layer, full)


async def test_messages_expire(layer):
    layer.expiry = 0
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "old"})
    layer.expiry = 60
    await layer.send(channel, {"type": "fresh"})
    layer.inbox._queues[channel]._queue[0] = (0.0, {"type": "old"})
    assert await receive(layer, channel) == {"type": "fresh"}


async def test_a_cancelled_wait_ends_the_channel_and_its_memberships(layer):
    channel = await layer.new_channel()
    await layer.group_add("room", channel)
    waiting = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not layer.inbox.has(channel)
    assert (layer.inbox._groups, layer.inbox._memberships) == ({}, {})


async def test_a_channel_can_be_ended_with_messages_in_it(layer):
    channel = await layer.new_channel()
    await layer.group_add("room", channel)
    await layer.send(channel, {"type": "unread"})
    layer.end_channel(channel)
    layer.end_channel(channel)
    assert not layer.inbox.has(channel)
    assert (layer.inbox._groups, layer.inbox._memberships) == ({}, {})


async def test_the_end_of_a_channel_looks_only_at_its_own_groups(layer):
    """A process with a thousand rooms does not ask each of them when one window closes."""
    stays, goes = await layer.new_channel(), await layer.new_channel()
    await asyncio.gather(*(layer.group_add(f"room{number}", stays) for number in range(100)))
    await layer.group_add("room7", goes)
    asked: list[str] = []

    class Watched(dict[str, set[str]]):
        def get(self, group: str, default: Any = None) -> Any:
            asked.append(group)
            return super().get(group, default)

        def items(self) -> Any:
            raise AssertionError("every group was looked at")

    layer.inbox._groups = Watched(layer.inbox._groups)
    layer.end_channel(goes)
    assert asked == ["room7"]
    await layer.group_send("room7", {"type": "still"})
    assert await receive(layer, stays) == {"type": "still"}


async def test_whoever_takes_messages_without_a_queue_gets_a_groups_too(layer, elsewhere):
    channel, queued = await layer.new_channel(), await layer.new_channel()
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    layer.hand_over(channel, heard.put_nowait)
    for member in (channel, queued):
        await layer.group_add("room", member)
    await elsewhere.group_send("room", {"type": "hello"})
    async with asyncio.timeout(PATIENCE):
        assert await heard.get() == {"type": "hello"}
    assert await receive(layer, queued) == {"type": "hello"}


async def test_flush_forgets_everything_and_the_layer_goes_on(layer):
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "lost"})
    await layer.flush()
    assert not layer.inbox.has(channel)
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "found"})
    assert await receive(layer, channel) == {"type": "found"}


@pytest.mark.parametrize("name", ["¯\\_(ツ)_/¯", "chat", "chat!" + "x" * 200, "with space!"])
async def test_names_are_checked(layer, name):
    if name != "chat":
        with pytest.raises(TypeError):
            await layer.send(name, {"type": "x"})
    with pytest.raises((TypeError, AssertionError)):
        await layer.send("chat", "not a dict")


async def test_another_event_loop_can_send(layer):
    """A view's thread has a loop of its own."""
    channel = await layer.new_channel()

    def in_a_thread(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run(work())

    async def work() -> None:
        await layer.send(channel, {"type": "from.thread"})

    thread = threading.Thread(target=in_a_thread, args=(work,))
    thread.start()
    assert await receive(layer, channel) == {"type": "from.thread"}
    thread.join()


async def test_what_is_wanted_while_the_first_subscription_is_on_its_way_is_not_forgotten(layer):
    """Many sockets and groups at once in a process that has just started."""
    wanted = []
    for number in range(100):
        wanted.append(asyncio.create_task(layer.inbox.subscription.want(f"name-{number}")))
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*wanted)


async def test_when_redis_comes_back_so_does_the_subscription(layer, elsewhere, valkey):
    back = asyncio.Event()
    channel = await layer.new_channel()
    await elsewhere.new_channel()
    layer.on_return(back.set)
    valkey.kill()
    await asyncio.to_thread(valkey.start)
    async with asyncio.timeout(PATIENCE):
        await back.wait()
    other = await layer.new_channel()
    await elsewhere.send(channel, {"type": "after"})
    assert await receive(layer, channel) == {"type": "after"}
    await nothing_waits(layer, other)
