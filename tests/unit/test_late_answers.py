"""An answer that could not be said where it arrived: what has become of the pair meanwhile changes nothing of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from redis.exceptions import RedisError

from chat.pairs.answers import Appended
from chat.pairs.consumer import PairConsumer
from chat.pairs.feed import Feed
from chat.pairs.pairing import Seat
from chat.pairs.protocol import Pair, Person, Refusal, SendMessage
from chat.realtime import consumer
from chat.realtime.consumer import HAND_OVER, SEND_NOW
from tests.unit.test_heard_at_once import Layer, settled

Frame = dict[str, Any]
SECOND = {
    "id": "p2",
    "role": "host",
    "partner": {"username": "mallory", "name": "Mallory"},
    "present": True,
    "seq": 0,
    "n": 0,
}


class Rules:
    """Answers when the test pleases; the log cannot be read where `trouble` is set."""

    trouble: Exception | None = None

    def append_for(self, answered: Callable[[Any], None], seat: Seat, message: SendMessage, seen: int) -> None:
        self.answer = answered

    async def resume(self, seat: Seat, pair: str, seq: int, most: int) -> Any:
        assert self.trouble
        raise self.trouble

    async def drop(self, seat: Seat) -> None:
        pass


class Quiet:
    """Door and process, which have nothing to do with it."""

    def __init__(self, rules: Rules) -> None:
        self.pairing, self.receipts = rules, self

    async def hears(self, values: Frame) -> bool:
        return False

    def seated(self) -> None:
        pass

    def hand_in(self, reader: Any) -> None:
        pass

    def discard(self, socket: Any) -> None:
        pass


class Line:
    """A socket in the pair p1, whose reader is as slow as the test wants."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.layer, self.rules, self.said = Layer(), Rules(), []
        self.layer.get_capacity = lambda channel: 100  # type: ignore[method-assign]
        self.is_fast = asyncio.Event()
        self.is_fast.set()
        self.frames: asyncio.Queue[Frame] = asyncio.Queue()
        monkeypatch.setattr(consumer, "get_channel_layer", lambda alias: self.layer)

    said: list[Frame]

    async def open(self) -> Line:
        rules = self.rules

        class Seated(PairConsumer):
            async def opened(self) -> None:
                self.is_limited = False
                self.pairing, self.process = rules, Quiet(rules)  # type: ignore[assignment]
                self.seat = Seat(1, "channel!1", "laptop", Person("alice", "Alice"))
                pair = Pair("p1", "host", Person("bob", "Bob"), present=True, seq=0, n=0)
                self.feed = Feed(self.pairing, self.seat, self.say, pair)
                self.doorbell = self.process  # type: ignore[assignment]

        self.socket = Seated()
        scope = {"type": "websocket", "extensions": {SEND_NOW: self.send_now, HAND_OVER: self.hand_over}}
        self.frames.put_nowait({"type": "websocket.connect"})
        self.task = asyncio.ensure_future(self.socket(scope, self.frames.get, self.send))
        await settled()
        self.said.clear()
        return self

    def hand_over(self, hear: Callable[[str], bool]) -> None:
        self.hear = hear

    def send_now(self, text: bytes) -> bool:
        if self.is_fast.is_set():
            self.said.append(json.loads(text))
        return self.is_fast.is_set()

    async def send(self, message: Frame) -> None:
        await self.is_fast.wait()
        self.said.append(json.loads(message["text"]) if "text" in message else message)

    def message(self) -> None:
        assert self.hear(json.dumps({"type": "message", "pair": "p1", "n": 1, "text": "hello"}))

    def event(self, **frame: Any) -> None:
        self.layer.hear({"type": "pair.frame", "frame": frame})

    def types(self) -> list[str]:
        return [frame["type"] for frame in self.said]


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return await Line(monkeypatch).open()


async def test_what_was_stored_in_the_former_pair_hides_nothing_of_the_next(line):
    line.message()
    line.is_fast.clear()
    line.event(type="left", pair="p1", reason="left", delivered=0)
    line.event(type="joined", pair=SECOND)
    line.rules.answer(Appended(1, 40, 0, []))
    await settled()
    line.is_fast.set()
    await settled()
    assert line.types() == ["left", "joined", "accepted"]
    line.layer.hear({"type": "pair.message", "said": ["p2", 1, 1, "hello", 0]})
    await settled()
    assert line.types()[-1] == "message"


async def test_what_is_stored_is_accepted_though_its_pair_has_just_ended(line):
    line.message()
    line.rules.trouble = Refusal("not_paired")
    line.rules.answer(Appended(1, 3, 0, []))
    await settled()
    assert line.types() == ["accepted"]


async def test_where_the_log_cannot_be_read_the_socket_goes_on(line):
    line.message()
    line.rules.trouble = RedisError()
    line.rules.answer(Appended(1, 3, 0, []))
    await settled()
    assert [(frame["type"], frame["code"]) for frame in line.said] == [("error", "unavailable")]
    assert not line.socket.over


async def test_a_process_that_goes_down_says_what_is_stored_before_it_closes(line):
    line.message()
    retiring = asyncio.ensure_future(line.socket.retire())
    await settled()
    line.is_fast.clear()
    line.rules.answer(Appended(1, 1, 0, []))
    await settled()
    line.is_fast.set()
    await retiring
    assert line.types()[:2] == ["accepted", "closing"]
