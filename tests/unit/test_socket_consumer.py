"""A socket's life when a handler breaks, and its events: in order, at once where nothing waits, and never half."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator

from chat.realtime import consumer
from chat.realtime.consumer import SocketConsumer

Event = dict[str, Any]
CAPACITY = 3


class Layer:
    """What a consumer sees of the channel layer, and what its loop does: one event to one hearer after the other."""

    def __init__(self) -> None:
        self.hearers: dict[str, Callable[[Event], None]] = {}

    async def new_channel(self) -> str:
        return f"channel!{len(self.hearers)}"

    def get_capacity(self, channel: str) -> int:
        return CAPACITY

    def hand_over(self, channel: str, hear: Callable[[Event], None]) -> None:
        self.hearers[channel] = hear

    def end_channel(self, channel: str) -> None:
        del self.hearers[channel]

    def bring(self, *words: str) -> None:
        for word in words:
            for hear in list(self.hearers.values()):
                hear({"type": "test.word", "word": word})


class Fragile(SocketConsumer):
    """Breaks at the word `break`; frames and slow words take as long as it pleases the test."""

    EVENTS = {"test.word": "word"}

    def __init__(self, journal: list[str], may_go_on: asyncio.Event) -> None:
        super().__init__()
        self.journal = journal
        self.may_go_on = may_go_on

    async def opened(self) -> None:
        await self.send({"type": "websocket.send", "text": "welcome"})

    async def heard(self, text: str | None) -> None:
        if text == "break":
            raise ValueError("a secret that is in no frame")
        self.journal.append(f"{text} begins")
        await self.send({"type": "websocket.send", "text": f"{text} begins"})
        await self.may_go_on.wait()
        self.journal.append(f"{text} ends")
        await self.send({"type": "websocket.send", "text": text})

    def handled_at_once(self, event: Event) -> bool:
        if event["word"].startswith("slow"):
            return False
        if event["word"] == "break":
            raise ValueError("a secret that is in no frame")
        self.journal.append(f"{event['word']} at once")
        return True

    async def word(self, event: Event) -> None:
        if event["word"] == "break":
            raise ValueError("a secret that is in no frame")
        self.journal.append(f"{event['word']} begins")
        await self.may_go_on.wait()
        self.journal.append(f"{event['word']} ends")
        await self.send({"type": "websocket.send", "text": event["word"]})

    async def cannot_go_on(self) -> None:
        await self.send({"type": "websocket.send", "text": "sorry"})
        await self.close(1012)

    async def closed(self) -> None:
        self.journal.append("goodbye")


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Layer:
    layer = Layer()
    monkeypatch.setattr(consumer, "get_channel_layer", lambda alias: layer)
    return layer


@pytest.fixture
def journal() -> list[str]:
    """What the consumers did, in order."""
    return []


@pytest.fixture
async def may_go_on() -> asyncio.Event:
    """Until this is set, what takes waiting waits."""
    return asyncio.Event()


@pytest.fixture
def communicator(layer: Layer, journal: list[str], may_go_on: asyncio.Event) -> WebsocketCommunicator:
    return WebsocketCommunicator(Fragile.as_asgi(journal=journal, may_go_on=may_go_on), "/")


async def opened(communicator: WebsocketCommunicator) -> None:
    await communicator.connect()
    assert await communicator.receive_from() == "welcome"


async def test_a_handler_that_raises_is_said_and_the_socket_closed(communicator, journal, layer, caplog):
    await opened(communicator)
    assert len(layer.hearers) == 1
    await communicator.send_to("break")
    assert await communicator.receive_from() == "sorry"
    assert await communicator.receive_output() == {"type": "websocket.close", "code": 1012}
    await communicator.send_to("and again: nothing is handled any more")
    await communicator.disconnect()
    assert journal == ["goodbye"]
    assert layer.hearers == {}
    assert caplog.text.count("Traceback") == 1, "this is ours, and worth a traceback"


async def test_a_cancelled_socket_says_goodbye(communicator, journal):
    await communicator.connect()
    communicator.future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await communicator.future
    assert journal == ["goodbye"]


async def test_a_layer_event_nobody_named_is_not_a_method():
    nobody: Any = Fragile([], asyncio.Event())
    assert "closed" not in nobody.EVENTS
    nobody.over = False
    with pytest.raises(KeyError):
        await nobody._handle({"type": "closed"})


async def test_an_event_is_handled_at_once_where_nothing_waits(communicator, journal, layer):
    await opened(communicator)
    layer.bring("one", "two")
    assert journal == ["one at once", "two at once"], "before anything else had its turn"


async def test_events_keep_their_order_when_one_has_to_wait(communicator, journal, layer, may_go_on):
    await opened(communicator)
    layer.bring("one", "slow two", "three")
    assert journal == ["one at once"]
    may_go_on.set()
    assert await communicator.receive_from() == "slow two"
    await communicator.send_to("frame")
    assert await communicator.receive_from() == "frame begins"
    assert await communicator.receive_from() == "frame"
    layer.bring("four")
    assert journal[1:4] == ["slow two begins", "slow two ends", "three at once"]
    assert journal[4:] == ["frame begins", "frame ends", "four at once"]


async def test_events_wait_for_the_frame_that_has_the_turn_and_leave_no_trace_until_then(
    communicator, journal, layer, may_go_on
):
    await opened(communicator)
    await communicator.send_to("frame")
    assert await communicator.receive_from() == "frame begins"
    layer.bring("one", "slow two", "three")
    may_go_on.set()
    assert await communicator.receive_from() == "frame"
    assert await communicator.receive_from() == "slow two"
    await communicator.send_to("last")
    assert await communicator.receive_from() == "last begins"
    assert journal[1:6] == ["frame ends", "one at once", "slow two begins", "slow two ends", "three at once"]


async def test_one_event_too_many_is_lost(communicator, journal, layer, may_go_on):
    await opened(communicator)
    await communicator.send_to("frame")
    assert await communicator.receive_from() == "frame begins"
    layer.bring(*(str(number) for number in range(CAPACITY + 1)))
    may_go_on.set()
    assert await communicator.receive_from() == "frame"
    await communicator.send_to("last")
    assert await communicator.receive_from() == "last begins"
    kept = [line for line in journal if line.endswith("at once")]
    assert kept == ["0 at once", "1 at once", "2 at once"]
    layer.bring("after")
    assert journal[-1] == "after at once", "there is room again"


async def test_an_event_that_breaks_at_once_ends_its_socket_and_no_other(
    communicator, journal, layer, may_go_on, caplog
):
    other_journal: list[str] = []
    other = WebsocketCommunicator(Fragile.as_asgi(journal=other_journal, may_go_on=may_go_on), "/")
    await opened(communicator)
    [breaks] = layer.hearers.values()
    await opened(other)
    breaks({"type": "test.word", "word": "break"})
    layer.bring("still here")
    assert other_journal == ["still here at once"]
    assert await communicator.receive_from() == "sorry"
    assert await communicator.receive_output() == {"type": "websocket.close", "code": 1012}
    await communicator.disconnect()
    assert journal == ["goodbye"]
    assert "A test.word could not be handled at once" in caplog.text
    await other.send_to("frame")
    assert await other.receive_from() == "frame begins"
