"""Joining, and asking first: what one socket was told of asks, each once, whatever the events did."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import DatabaseError, InterfaceError

from chat import tokens
from chat.models import door_of, use_invitation, was_changed
from chat.pairs import protocol
from chat.pairs.answers import Asking, Seated, Standing, Used
from chat.pairs.feed import Feed, Say
from chat.pairs.pairing import Pairing, Seat
from chat.pairs.protocol import Refusal
from chat.push.seeking import announced
from chat.realtime.lookup import look_up, write_down

logger = logging.getLogger(__name__)

EndBefore = Callable[[str], Awaitable[None]]


class Doorbell:
    """The ask that this socket's user waits for ('' for none), and those at their door that the client knows of."""

    def __init__(self, pairing: Pairing, seat: Seat, say: Say, feed: Feed, end_before: EndBefore) -> None:
        """`end_before(pair)` says that the pair before this one is over."""
        self.pairing = pairing
        self.seat = seat
        self.say = say
        self.feed = feed
        self.end_before = end_before
        self.asking = ""
        self.asks: set[str] = set()

    # --- From the client ---

    async def join(self, frame: protocol.Join) -> None:
        """Sit down beside the token's owner, or ask them for the seat: then the answer comes later."""
        await self.pairing.count_join(self.seat.user)
        token = tokens.normalise(frame.token)
        door = await look_up(door_of, token, self.seat.user) if token else None
        if door is None:
            refusal = Refusal("unknown_token")
            refusal.changed = token is not None and await look_up(was_changed, token)
            raise refusal
        self.asking = ""  # whatever was asked before is answered no more
        joining = self.pairing.join(self.seat, door)
        # Whoever lets nobody in, or not this one, is not called to the door either.
        answer = await (joining if door.is_closed else announced(door.owner, joining))
        if isinstance(answer, Seated):
            await self._sit(answer)
        else:
            self.asking = answer.ask
            await self.say(protocol.Asked(answer.ask, answer.owner, answer.seconds))

    async def admit(self, frame: protocol.Admit) -> None:
        await self._sit(await self.pairing.admit(self.seat, frame.ask))

    async def decline(self, frame: protocol.Decline) -> None:
        await self.pairing.decline(self.seat, frame.ask)

    async def withdraw(self, frame: protocol.Withdraw) -> None:
        await self.pairing.withdraw(self.seat)

    async def _sit(self, seated: Seated) -> None:
        pair = seated.pair
        self.seated()
        if pair.id != self.feed.pair:
            await self.end_before(pair.id)
            self.feed.begin(pair)
        self.feed.partner_is_away = not pair.present
        await self.say(protocol.Joined(pair))
        if seated.used:
            await _note(seated.used)

    def seated(self) -> None:
        """Whoever sits in a pair asks for nothing; what others asked is over, and the server says so."""
        self.asking = ""

    # --- From the rules ---

    async def hears(self, event: dict[str, Any]) -> bool:
        """Whether a published event is about the door; if so it is passed on."""
        match event["type"]:
            case "ask":
                await self.rings(protocol.ask(event))
            case "lapsed":
                await self.lapsed(protocol.Lapsed(event["ask"], event["reason"]))
            case "refused":
                await self.refused(event["ask"], event["code"])
            case "door":
                await self.say(protocol.Door(protocol.DoorState(**event["door"])))
            case _:
                return False
        return True

    async def rings(self, ask: protocol.Ask) -> None:
        """Somebody is at the door."""
        if ask.ask not in self.asks:
            self.asks.add(ask.ask)
            await self.say(ask)

    async def lapsed(self, frame: protocol.Lapsed) -> None:
        """An ask at the door is over."""
        if frame.ask in self.asks:
            self.asks.discard(frame.ask)
            await self.say(frame)

    async def refused(self, ask: str, code: protocol.ErrorCode) -> None:
        """The user's own ask came to nothing: this is the answer to their `join`."""
        if ask == self.asking:
            self.asking = ""
            await self.say(Refusal(code, "join").frame())

    # --- Where an event was lost ---

    def agrees(self, standing: Standing) -> bool:
        """Whether the client knows already what Redis says."""
        return standing.asking == self.asking and set(standing.asks.split()) == self.asks

    async def reconcile(self) -> None:
        """Say what the events should have said. Why an ask is over is not known any more: its time is."""
        at_door = await self.pairing.asks(self.seat)
        for ask in self.asks - {each.ask for each in at_door.asks}:
            await self.lapsed(protocol.Lapsed(ask, "expired"))
        for each in at_door.asks:
            await self.rings(ask_frame(each))
        if self.asking and at_door.asking != self.asking:
            await self.refused(self.asking, "not_answered")
        elif at_door.asking and not self.asking:
            await self.pairing.withdraw(self.seat)  # its answer was lost with the line to Redis, and the join refused


def ask_frame(asking: Asking) -> protocol.Ask:
    """Return the frame that tells the owner who asks."""
    return protocol.Ask(asking.ask, asking.person, asking.seconds)


async def _note(used: Used) -> None:
    """Tell the database. Redis knows it already and refuses the next one, so nobody has to wait or is told of trouble."""
    try:
        await write_down(use_invitation, used.invitation, used.guest)
    except (DatabaseError, InterfaceError) as error:
        logger.error("The use of an invitation is not in the database: %s", type(error).__name__)
