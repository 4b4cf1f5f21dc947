"""Frames that are handled where they arrive: in order, never past one that waits, and their answers are never lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from chat.realtime import consumer
from chat.realtime.consumer import HAND_OVER, SocketConsumer

Event = dict[str, Any]
CAPACITY = 3


class Layer:
    """A channel layer that remembers who hears."""

    async def new_channel(self) -> str:
        return "channel!1"

    def get_capacity(self, channel: str) -> int:
        return CAPACITY

    def hand_over(self, channel: str, hear: Any) -> None:
        self.hear = hear

    def end_channel(self, channel: str) -> None:
        del self.hear


class Shop(SocketConsumer):
    """Takes `order <n>`, whose answer comes when the test pleases, and `note` at once; anything else waits for `may_go_on`.

    Answers go out in the order of their numbers: 3 waits until 2 was handled, wherever that comes from.
    """

    EVENTS = {"test.number": "number", "test.answer": "late"}

    def __init__(self, journal: list[str], may_go_on: asyncio.Event) -> None:
        super().__init__()
        self.journal, self.may_go_on, self.last = journal, may_go_on, 0

    async def opened(self) -> None:
        self.journal.append("opened")

    async def heard(self, text: str | None) -> None:
        self.journal.append(f"{text} waits")
        await self.may_go_on.wait()
        self.journal.append(f"{text} done")

    def heard_at_once(self, text: str) -> bool:
        if text == "broken":
            raise ValueError("a secret that is in no frame")
        if text == "note":
            self.journal.append("note")
        if text.startswith("order"):
            self.expect_answer()
        return text == "note" or text.startswith("order")

    def answered_at_once(self, answer: Event) -> bool:
        return self.is_next(answer["number"])

    def handled_at_once(self, event: Event) -> bool:
        return event["type"] == "test.number" and self.is_next(event["number"])

    def is_next(self, number: int) -> bool:
        if number != self.last + 1:
            return False
        self.last = number
        self.journal.append(str(number))
        return True

    async def number(self, event: Event) -> None:
        self.journal.append(f"late {event['number']}")

    async def late(self, event: Event) -> None:
        self.journal.append(f"late answer {event['number']}")

    async def cannot_go_on(self) -> None:
        await self.close(1012)

    async def closed(self) -> None:
        self.journal.append("goodbye")


class Line:
    """A server's side of one socket: what comes goes to the hearer where nothing waits, else to `receive`."""

    def __init__(self, layer: Layer) -> None:
        self.layer, self.may_go_on = layer, asyncio.Event()
        self.journal: list[str] = []
        self.inbox: asyncio.Queue[Event] = asyncio.Queue()
        self.hear: Callable[[str], bool]
        self.socket: Any = Shop(self.journal, self.may_go_on)

    async def opened(self) -> Line:
        scope = {"type": "websocket", "extensions": {HAND_OVER: lambda hear: setattr(self, "hear", hear)}}
        self.inbox.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.ensure_future(self.socket(scope, self.inbox.get, self.send))
        await settled()
        assert self.journal == ["websocket.accept", "opened"]
        self.journal.clear()
        return self

    async def send(self, message: Event) -> None:
        self.journal.append(message["type"])

    def comes(self, *texts: str) -> None:
        for text in texts:
            if self.inbox.qsize() or not self.hear(text):
                self.inbox.put_nowait({"type": "websocket.receive", "text": text})

    def answer(self, number: int) -> None:
        self.socket.take_answer({"type": "test.answer", "number": number})

    def event(self, number: int) -> None:
        self.layer.hear({"type": "test.number", "number": number})


async def settled() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    layer = Layer()
    monkeypatch.setattr(consumer, "get_channel_layer", lambda alias: layer)
    return await Line(layer).opened()


async def test_what_needs_no_waiting_is_done_before_anything_else_has_its_turn(line):
    line.comes("note")
    assert line.journal == ["note"]
    assert not line.socket.turn.locked()


async def test_several_wait_for_their_answers_and_what_comes_then_waits_for_those(line):
    line.comes("order", "order", "note", "other", "note")
    assert line.journal == ["note"], "the second note came after a frame that has to wait"
    line.may_go_on.set()
    line.answer(1)
    await settled()
    assert line.journal == ["note", "1"]
    line.answer(2)
    await settled()
    assert line.journal == ["note", "1", "2", "other waits", "other done", "note waits", "note done"]


async def test_events_pass_while_answers_are_awaited_and_what_crossed_goes_between_them(line):
    line.comes("order", "order")
    line.event(1)
    line.event(3)
    line.answer(2)
    line.answer(4)
    assert line.journal == ["1", "2", "3", "4"], "each as the next, and without a task"
    assert not line.socket.turn.locked()


async def test_an_answer_that_cannot_be_said_at_once_is_said_later_however_many_events_wait(line):
    line.comes("order")
    for number in range(CAPACITY + 1):
        line.event(10 + number)
    line.answer(20)
    await settled()
    assert line.journal == ["late 10", "late 11", "late 12", "late answer 20"]
    line.comes("note")
    assert line.journal[-1] == "note", "the short way is open again"


async def test_no_answer_overtakes_one_that_is_said_later(line):
    line.comes("order", "order")
    line.answer(20)
    line.answer(1)
    await settled()
    assert line.journal == ["late answer 20", "late answer 1"]


async def test_nothing_is_heard_at_once_while_events_wait_so_that_they_have_their_turn(line):
    line.comes("order")
    line.event(7)
    line.comes("order")
    line.answer(1)
    line.may_go_on.set()
    await settled()
    assert line.journal == ["1", "order waits", "order done", "late 7"], (
        "the frame came before anybody saw to the event"
    )


async def test_so_many_may_wait_for_answers_and_no_more(line):
    line.comes(*["order"] * (consumer.MOST_UNANSWERED + 5))
    assert line.socket.unanswered == consumer.MOST_UNANSWERED
    line.may_go_on.set()
    for number in range(consumer.MOST_UNANSWERED):
        line.answer(number + 1)
    await settled()
    assert line.journal.count("order done") == 5


async def test_who_waits_for_the_turn_is_not_kept_waiting_by_more_frames(line):
    line.comes("order")
    retiring = asyncio.ensure_future(line.socket.retire())
    await settled()
    line.comes("order")
    assert line.socket.unanswered == 1
    line.answer(1)
    await asyncio.wait_for(retiring, 5)
    assert line.journal == ["1", "websocket.close"]


async def test_a_frame_that_breaks_takes_the_long_way_where_its_error_ends_the_socket(line, caplog):
    line.comes("broken")
    line.may_go_on.set()
    await settled()
    assert line.journal == ["broken waits", "broken done"]
    assert "A frame could not be handled at once" in caplog.text


async def test_an_answer_after_the_end_is_in_vain_and_hurts_nobody(line):
    line.comes("order")
    line.inbox.put_nowait({"type": "websocket.disconnect", "code": 1001})
    await asyncio.wait_for(line.task, 5)
    line.answer(1)
    await settled()
    assert line.journal == ["goodbye"]
