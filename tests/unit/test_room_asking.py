"""How an ask ends where its answer and its end cross."""

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from chat.realtime.pulse import Errands
from chat.rooms import asking, protocol
from chat.rooms.asking import Asks
from chat.rooms.people import Somebody
from chat.rooms.presence import Parties
from chat.wire import Person

ALICE, BOB = Person("alice", "Alice"), Person("bob", "Bob")


class Redis:
    """Here the ask was answered before its asker gave it up."""

    timing = SimpleNamespace(ask=60_000)

    async def ask(self, new: str, asker: int, owner: int) -> str:
        return new

    async def give_up(self, ask: str, asker: int) -> Parties:
        return Parties(None, None)


class Window:
    """The one that asks, with what it is told."""

    user = 1

    def __init__(self) -> None:
        self.told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def tell(self, text: bytes) -> None:
        self.told.put_nowait(msgspec.json.decode(text))


async def asked() -> tuple[Any, Window, str]:
    """Alice has asked Bob, who said yes in another process and went away."""

    async def tell_only(users: list[int], frame: protocol.ServerFrame) -> None:
        assert isinstance(frame, protocol.Ask)

    window, audience = Window(), SimpleNamespace(room=7, errands=Errands(), tell_only=tell_only)
    asks: Any = Asks(audience, Redis())  # type: ignore[arg-type]
    await asks.ask(window, ALICE, Somebody(2, BOB, is_closed=False))
    ask: str = (await window.told.get())["ask"]
    return asks, window, ask


async def test_an_answer_that_is_on_its_way_is_waited_for():
    asks, window, ask = await asked()
    asks.gone(2)
    for _ in range(5):  # as many turns of the loop as the end of an ask needs, and more
        await asyncio.sleep(0)
    asks.answered(ask, protocol.encode(protocol.Admitted(ask, "guest", BOB, "token")))
    assert (await window.told.get())["type"] == "admitted"
    assert window.told.empty()


async def test_an_answer_that_was_lost_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 0.01)
    asks, window, ask = await asked()
    asks.gone(2)
    async with asyncio.timeout(5):
        assert await window.told.get() == {"type": "lapsed", "ask": ask, "reason": "gone"}
