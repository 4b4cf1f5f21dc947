"""What Channels asks of every layer: the same tests on ours and on the one of channels_redis, so that ours keeps it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.layers import BaseChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

from chat.realtime.layer import ProcessChannelLayer
from tests.site import Valkey

PATIENCE = 5.0


@pytest.fixture(params=["ours", "channels_redis"])
async def layer(request: pytest.FixtureRequest, valkey: Valkey, settings: Any) -> AsyncIterator[BaseChannelLayer]:
    settings.REDIS_URL = valkey.url
    layer = (
        ProcessChannelLayer()
        if request.param == "ours"
        else RedisPubSubChannelLayer(hosts=[{"address": valkey.url, "socket_timeout": None}])
    )
    yield layer
    await layer.flush()


async def receive(layer: BaseChannelLayer, channel: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        message: dict[str, Any] = await layer.receive(channel)
        return message


async def test_send_and_receive(layer):
    channel = await layer.new_channel()
    await layer.send(channel, {"type": "test.message", "text": "Ahoy-hoy!"})
    assert await receive(layer, channel) == {"type": "test.message", "text": "Ahoy-hoy!"}


async def test_new_channels_are_different(layer):
    assert await layer.new_channel() != await layer.new_channel()


async def test_two_receivers_each_get_their_own(layer):
    one, other = await layer.new_channel(), await layer.new_channel()
    waiting = [asyncio.create_task(receive(layer, channel)) for channel in (one, other)]
    await layer.send(other, {"type": "for.other"})
    await layer.send(one, {"type": "for.one"})
    assert await asyncio.gather(*waiting) == [{"type": "for.one"}, {"type": "for.other"}]


async def test_a_group_reaches_its_members_and_nobody_else(layer):
    members = [await layer.new_channel() for _ in range(3)]
    for member in members[:2]:
        await layer.group_add("test-group", member)
    await layer.group_send("test-group", {"type": "message.1"})
    for member in members[:2]:
        assert await receive(layer, member) == {"type": "message.1"}
    await layer.send(members[2], {"type": "last"})
    assert await receive(layer, members[2]) == {"type": "last"}


async def test_who_left_a_group_hears_it_no_more(layer):
    channel = await layer.new_channel()
    await layer.group_add("test-group", channel)
    await layer.group_discard("test-group", channel)
    await layer.group_send("test-group", {"type": "unheard"})
    await layer.send(channel, {"type": "last"})
    assert await receive(layer, channel) == {"type": "last"}


async def test_discarding_a_membership_that_is_none_is_no_error(layer):
    await layer.group_discard("test-group", await layer.new_channel())


async def test_a_cancelled_receive_is_cancelled(layer):
    waiting = asyncio.create_task(layer.receive(await layer.new_channel()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_groups_and_flush_are_announced(layer):
    assert {"groups", "flush"} <= set(layer.extensions)
