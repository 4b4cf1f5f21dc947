"""Members of a town: the rules of pairing on a real Valkey, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

from chat.door import Door
from chat.pairs.answers import Seated
from chat.pairs.pairing import NO_LIMITS, Pairing, Seat, Timing
from chat.pairs.protocol import Pair, Person, Refusal

PATIENCE = 5.0


class Member:
    """A person as the rules see them: a seat, and what is published to its connection."""

    def __init__(self, pairing: Pairing, events: PubSub, seat: Seat) -> None:
        self.pairing = pairing
        self.events = events
        self.seat = seat

    async def next(self) -> dict[str, Any]:
        """The next frame published to this connection."""
        async with asyncio.timeout(PATIENCE):
            while True:
                event = await self.events.get_message(ignore_subscribe_messages=True, timeout=PATIENCE)
                if event:
                    return frame_of(msgspec.msgpack.decode(event["data"])[1])

    async def expect(self, type_: str, **fields: Any) -> dict[str, Any]:
        frame = await self.next()
        assert frame["type"] == type_, frame
        assert {name: frame[name] for name in fields} == fields
        return frame

    async def join(self, owner: Member) -> Pair:
        seated = await self.pairing.join(self.seat, Door(owner.seat.user))
        assert isinstance(seated, Seated)
        return seated.pair

    async def say(self, pair: str, n: int, text: str = "hello", seen: int = 0) -> Any:
        return await self.pairing.append(self.seat, pair, n, text, seen)

    async def leave(self, pair: str) -> None:
        await self.pairing.leave(self.seat, pair)


def frame_of(event: dict[str, Any]) -> dict[str, Any]:
    """What an event that the rules publish says, as a frame."""
    match event:
        case {"type": "pair.message", "said": [pair, seq, n, text, sent_at]}:
            place = {"pair": pair, "seq": seq, "n": n}
            return {"type": "message", **place, "mine": False, "text": text, "sent_at": sent_at}
        case {"type": "pair.delivered", "pair": pair, "seq": seq}:
            return {"type": "delivered", "pair": pair, "seq": seq}
    frame: dict[str, Any] = event["frame"]
    return frame


class Town:
    """Where members come from; `timing` can be shortened before they enter."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.pairing = Pairing(redis, Timing(turned_away=50), NO_LIMITS)
        self._windows = 0
        self._subscriptions: list[PubSub] = []
        self._users: dict[str, int] = {}

    async def enter(self, username: str, login: str = "laptop", pairing: Pairing | None = None) -> Member:
        """Open a window for this person."""
        self._windows += 1
        user = self._users.setdefault(username, len(self._users) + 1)
        seat = Seat(user, f"window-{self._windows}!0", login, Person(username, username.title()))
        events = self.redis.pubsub()
        await events.subscribe(f"tandem:channel:{seat.connection.partition('!')[0]}!")
        self._subscriptions.append(events)
        member = Member(pairing or self.pairing, events, seat)
        self.held = await member.pairing.enter(seat)
        return member

    async def keys(self) -> set[str]:
        keys: list[Any] = await self.redis.keys("tandem:*")
        return {key.decode() for key in keys} - {"tandem:swept"}

    async def close(self) -> None:
        for events in self._subscriptions:
            await events.aclose()


def hurried(town: Town, **timing: int) -> Pairing:
    """Rules with shorter times, in ms."""
    return Pairing(town.redis, Timing(**timing), NO_LIMITS)


async def refused(verb: Awaitable[Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        await verb
    return refusal.value.code


async def paired(town: Town) -> tuple[Member, Member, str]:
    alice, bob = await town.enter("alice"), await town.enter("bob")
    pair = await bob.join(alice)
    await alice.expect("joined")
    return alice, bob, pair.id


async def swept(town: Town, pairing: Pairing, due: str) -> None:
    """Sweep until this is done."""
    async with asyncio.timeout(PATIENCE):
        while await town.redis.zscore("tandem:due", due) is not None:
            await pairing.sweep()
