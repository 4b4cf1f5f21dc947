"""A socket's life when a handler breaks: said in words, closed, and its goodbye is done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from chat.realtime.consumer import SocketConsumer


class Fragile(SocketConsumer):
    """Breaks at a word."""

    channel_layer_alias = "none"
    goodbyes = 0

    async def opened(self) -> None:
        await self.send({"type": "websocket.send", "text": "welcome"})

    async def heard(self, text: str | None) -> None:
        raise ValueError("a secret that is in no frame")

    async def cannot_go_on(self) -> None:
        await self.send({"type": "websocket.send", "text": "sorry"})
        await self.close(1012)

    async def closed(self) -> None:
        type(self).goodbyes += 1


@pytest.fixture
def communicator(monkeypatch: pytest.MonkeyPatch) -> WebsocketCommunicator:
    monkeypatch.setattr("channels.consumer.get_channel_layer", lambda alias: None)
    Fragile.goodbyes = 0
    return WebsocketCommunicator(Fragile.as_asgi(), "/")


async def test_a_handler_that_raises_is_said_and_the_socket_closed(communicator, caplog):
    await communicator.connect()
    assert await communicator.receive_from() == "welcome"
    await communicator.send_to("break")
    assert await communicator.receive_from() == "sorry"
    assert await communicator.receive_output() == {"type": "websocket.close", "code": 1012}
    await communicator.send_to("and again: nothing is handled any more")
    await communicator.disconnect()
    assert Fragile.goodbyes == 1
    assert caplog.text.count("Traceback") == 1, "this is ours, and worth a traceback"


async def test_a_cancelled_socket_says_goodbye(communicator):
    await communicator.connect()
    communicator.future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await communicator.future
    assert Fragile.goodbyes == 1


async def test_a_layer_event_nobody_named_is_not_a_method(communicator):
    consumer: Any = Fragile()
    assert "closed" not in consumer.EVENTS
    consumer.over = False
    with pytest.raises(KeyError):
        await consumer._handle({"type": "closed"})
