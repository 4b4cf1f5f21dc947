"""Asking somebody who is in the same room for a private pair: one window asks, any window of the other answers.

Redis knows who asked whom, so that an ask is answered once. The process of the asking window keeps the time, and tells the other
when nobody waits any more. A yes is a one-time invitation of whoever said it, which only the asker can use.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chat.realtime.lookup import write_down
from chat.rooms import people, protocol
from chat.rooms.presence import Presence
from chat.rooms.protocol import LapseReason, Refusal
from chat.wire import Person

if TYPE_CHECKING:
    from chat.rooms.audience import Audience
    from chat.rooms.follower import Follower


ANSWER_SECONDS = 10.0  # from an answer that Redis has to its being here; after that it was lost


@dataclass(frozen=True)
class Asking:
    """An ask of one window here."""

    ask: str
    owner: int
    follower: Follower
    timer: asyncio.TimerHandle


class Asks:
    """The asks that windows of one process have open in one room."""

    def __init__(self, audience: Audience, presence: Presence) -> None:
        self._audience, self._presence = audience, presence
        self._open: dict[str, Asking] = {}

    # --- From a client ---

    async def ask(self, follower: Follower, me: Person, to: people.Somebody) -> None:
        """Ask somebody who is here. Another window of the same asker asks in the place of the one before."""
        seconds = self._presence.timing.ask // 1000
        new = f"{self._audience.room}-{secrets.token_hex(8)}"
        standing = await self._presence.ask(new, follower.user, to.user)
        if standing is not None and standing != new and not self._is_of(standing, follower):
            await self._give_up(standing, follower.user, to.user, "withdrawn")
            standing = await self._presence.ask(new, follower.user, to.user)
        asked = protocol.Asked(standing or new, to.person, seconds)
        follower.tell(protocol.encode(asked))
        if standing is None:
            follower.tell(protocol.encode(protocol.Lapsed(new, "declined")))
        elif standing == new:
            self._keep(new, to.user, follower)
            if not to.wants_no_asks:  # else it does not ring, and ends like one that nobody answers
                await self._audience.tell_only([to.user], protocol.Ask(new, me, seconds))

    async def withdraw(self, follower: Follower, ask: str) -> None:
        """The asker waits no longer."""
        if not self._is_of(ask, follower):
            raise Refusal("no_ask")
        parties = await self._presence.give_up(ask, follower.user)
        if parties.owner is None:
            raise Refusal("no_ask")
        self.answered(ask, protocol.encode(protocol.Lapsed(ask, "withdrawn")))
        await self._audience.tell_only([parties.owner], protocol.Lapsed(ask, "withdrawn"))

    async def admit(self, follower: Follower, me: Person, ask: str) -> None:
        """The owner says yes: both learn it, in the window that asked and in the one that answered."""
        asker = await self._take(follower, ask, declined=False)
        try:
            token, person = await write_down(people.arrange, follower.user, asker)
        except Exception:
            await self._publish_answer(ask, protocol.Lapsed(ask, "gone"))
            raise
        await self._publish_answer(ask, protocol.Admitted(ask, "guest", me, token))
        follower.tell(protocol.encode(protocol.Admitted(ask, "host", person, None)))
        await self._audience.tell_only([follower.user], protocol.Lapsed(ask, "gone"), but=follower.connection)

    async def decline(self, follower: Follower, ask: str) -> None:
        """The owner says no."""
        await self._take(follower, ask, declined=True)
        lapsed = protocol.Lapsed(ask, "declined")
        await self._publish_answer(ask, lapsed)
        await self._audience.tell_only([follower.user], lapsed)

    async def _take(self, follower: Follower, ask: str, *, declined: bool) -> int:
        """Return who asked."""
        if not ask.startswith(f"{self._audience.room}-"):
            raise Refusal("no_ask")
        parties = await self._presence.answer(ask, follower.user, declined=declined)
        if parties.asker is None:
            raise Refusal("no_ask")
        return parties.asker

    async def _publish_answer(self, ask: str, frame: protocol.ServerFrame) -> None:
        await self._audience.publish({"type": "room.answered", "ask": ask, "text": protocol.encode(frame)})

    # --- From others ---

    def answered(self, ask: str, text: bytes) -> None:
        """An ask is over; if it is of a window here, that window is told."""
        asking = self._open.pop(ask, None)
        if asking is not None:
            asking.timer.cancel()
            asking.follower.tell(text)

    def gone(self, owner: int) -> None:
        """Somebody is not here any more: nobody waits for their answer."""
        for asking in [asking for asking in self._open.values() if asking.owner == owner]:
            self._end_soon(asking, "gone")

    def closed(self, follower: Follower) -> None:
        """A window is gone, and so is whoever asked there."""
        for asking in [asking for asking in self._open.values() if asking.follower is follower]:
            self._end_soon(asking, "gone")

    # --- The end of an ask ---

    def _keep(self, ask: str, owner: int, follower: Follower) -> None:
        def expire() -> None:
            self._end_soon(self._open[ask], "expired")

        timer = asyncio.get_running_loop().call_later(self._presence.timing.ask / 1000, expire)
        self._open[ask] = Asking(ask, owner, follower, timer)

    def _is_of(self, ask: str, follower: Follower) -> bool:
        return ask in self._open and self._open[ask].follower is follower

    def _end_soon(self, asking: Asking, reason: LapseReason) -> None:
        asking.timer.cancel()
        self._audience.errands.start(self._end(asking, reason))

    async def _end(self, asking: Asking, reason: LapseReason) -> None:
        lapsed = protocol.Lapsed(asking.ask, reason)
        is_answered = False
        try:
            parties = await self._presence.give_up(asking.ask, asking.follower.user)
            is_answered = parties.owner is None
            if parties.owner is not None:
                await self._audience.tell_only([parties.owner], lapsed)
        finally:
            wait = ANSWER_SECONDS if is_answered else 0
            asyncio.get_running_loop().call_later(wait, self.answered, asking.ask, protocol.encode(lapsed))

    async def _give_up(self, ask: str, asker: int, owner: int, reason: LapseReason) -> None:
        """End an ask of another window, which may be in another room."""
        text = protocol.encode(protocol.Lapsed(ask, reason))
        await self._presence.give_up(ask, asker)
        room = int(ask.partition("-")[0])
        for event in (
            {"type": "room.answered", "ask": ask, "text": text},
            {"type": "room.private", "users": [owner], "but": None, "text": text},
        ):
            await self._audience.publish(event, room)
