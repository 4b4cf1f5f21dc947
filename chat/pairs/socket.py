"""What a pair's socket is told by the rules, and what it tells its client because of that."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from redis.exceptions import RedisError

from chat.pairs import protocol
from chat.pairs.answers import Fenced, Standing
from chat.pairs.doorbell import Doorbell
from chat.pairs.feed import Feed
from chat.pairs.pairing import Pairing, Seat
from chat.pairs.process import PairProcess
from chat.pairs.protocol import Refusal
from chat.realtime.consumer import SocketConsumer
from chat.realtime.login import Login


class PairSocket(SocketConsumer):
    """One window of one user, as the rules see it; `PairConsumer` is the side of the client."""

    process: PairProcess
    pairing: Pairing
    login: Login | None = None
    seat: Seat | None = None
    unfinished = ""  # a pair that is over and was read to its end, which Redis does not know yet
    feed: Feed  # from the moment the seat is taken, and so is the next
    doorbell: Doorbell

    def handled_at_once(self, event: dict[str, Any]) -> bool:
        """A message that is the next one, or how far ours are delivered: nearly all that is ever published."""
        if event["type"] == "pair.message":
            return self._say_next(*event["said"])
        if event["type"] == "pair.delivered":
            return self._say_delivered(event["pair"], event["seq"])
        return False

    def _say_next(self, pair: str, seq: int, n: int, text: str, sent_at: int) -> bool:
        feed = self.feed
        if pair != feed.pair or not feed.is_next(seq):
            return False
        frame = protocol.Message(pair, seq, n, mine=False, text=text, sent_at=protocol.timestamp(sent_at))
        if not self.send_now(protocol.encode(frame)):
            return False
        feed.seq = seq
        return True

    def _say_delivered(self, pair: str, seq: int) -> bool:
        feed = self.feed
        if pair != feed.pair or seq > feed.seq:  # its `accepted` is still on the way
            return False
        if seq <= feed.delivered:  # a renewal was faster
            return True
        if not self.send_now(protocol.encode(protocol.Delivered(pair, seq))):
            return False
        feed.delivered = seq
        return True

    async def said(self, event: dict[str, Any]) -> None:
        """Pass a message of the partner on that could not go at once; one that cannot go now either comes with a renewal."""
        pair, seq, n, text, sent_at = event["said"]
        if pair == self.feed.pair:
            with contextlib.suppress(Refusal, Fenced, RedisError):
                await self.feed.live(protocol.Message(pair, seq, n, False, text, protocol.timestamp(sent_at)))

    async def delivered(self, event: dict[str, Any]) -> None:
        """Pass on how far ours are on the partner's screen, which could not be said at once."""
        if event["pair"] == self.feed.pair:
            await self.feed.tick(event["seq"])

    async def published(self, event: dict[str, Any]) -> None:
        """Pass a published frame on, if it is of this socket's pair."""
        values = event["frame"]
        if await self.doorbell.hears(values):
            return
        frame = protocol.published(values)
        match frame:
            case protocol.Token():
                await self.say(frame)
            case protocol.Closing():
                await self.let_go(frame.reason)
            case protocol.Joined():
                await self._joined(frame)
            case _ if frame.pair == self.feed.pair:
                await self._happened(frame)

    async def _joined(self, frame: protocol.Joined) -> None:
        self.doorbell.seated()
        if self.feed.pair is None:
            self.feed.begin(frame.pair)
            await self.say(frame)
        elif frame.pair.id != self.feed.pair:  # this is old news, or the end of the pair before got lost: Redis knows
            with contextlib.suppress(Fenced, RedisError):
                await self._stand_with(await self.pairing.look(self.taken_seat))

    async def _happened(self, frame: protocol.ServerFrame) -> None:
        """Something in this socket's pair."""
        match frame:
            case protocol.Recalled():
                await self.feed.recalled(frame)
            case protocol.Back():
                await self.feed.find(is_present=True, seconds=0)
            case protocol.Away():
                self.feed.partner_is_away = True
                await self.say(frame)
            case protocol.Left():
                self.feed.begin(None)
                await self.say(frame)
            case _:
                await self.say(frame)

    async def end_before(self, pair: str) -> None:
        """Another pair begins ('' for none): that the one before is over is said first."""
        before = self.feed.pair
        if before is None or before == pair:
            return
        await self.handle_first(lambda event: _pair_of(event) == before)
        if self.feed.pair == before:  # its end got lost
            reason, delivered = self.feed.ended or "timeout", self.feed.delivered
            self.feed.begin(None)
            await self.say(protocol.Left(before, reason, delivered))

    async def trouble(self, active: bool) -> None:
        """Redis stopped answering, or answers again."""
        async with self.turn:
            if not self.over:
                await self.say(protocol.Trouble(active))

    def agrees(self, standing: Standing) -> bool:
        """Whether this socket knows already what Redis says."""
        if standing.fenced or standing.pair != (self.feed.pair or ""):
            return False
        return self.feed.knows(standing) and self.doorbell.agrees(standing)

    async def reconcile(self, standing: Standing) -> None:
        """Make good what an event should have said: the channel layer may lose some, Redis does not."""
        async with self.turn:
            if self.over or self.seat is None:
                return
            if standing.fenced:
                await self.lost_seat(Fenced(standing.fenced))
                return
            if standing.pair != (self.feed.pair or ""):
                await self._stand_where_redis_says(standing)
            elif not self.feed.knows(standing):
                with contextlib.suppress(Refusal):  # the pair is over: `left` follows
                    await self._make_good(standing)
            if not self.doorbell.agrees(standing):
                await self.doorbell.reconcile()

    async def _stand_where_redis_says(self, standing: Standing) -> None:
        pair = await self.pairing.look(self.taken_seat)
        await self._stand_with(pair)
        if pair is None and standing.pair == self.unfinished:
            await self._finish()

    async def _make_good(self, standing: Standing) -> None:
        if self.feed.is_to_be_read_out:
            await self._read_out()
            return
        await self.feed.catch_up(standing.seq)
        await self.feed.tick(standing.delivered)
        await self._look_for_partner(standing)

    async def _look_for_partner(self, standing: Standing) -> None:
        """They may have come or gone since Redis said where they were."""
        if bool(standing.away) != self.feed.partner_is_away:
            pair = await self.pairing.look(self.taken_seat)
            if pair and pair.id == self.feed.pair:
                await self.feed.find(pair.present, standing.away)

    async def lost_seat(self, fenced: Fenced) -> None:
        """To another window; or it was not renewed in time or lost with Redis' memory, and can be taken again."""
        if fenced.reason == "replaced":
            await self.let_go("replaced")
        else:
            await self._stand_with(await self.pairing.enter(self.taken_seat))

    async def _stand_with(self, pair: protocol.Pair | None) -> None:
        """Bring the client to the pair that Redis says it is in, or out of the one it is not in any more."""
        await self.end_before(pair.id if pair else "")
        if pair is None:
            return
        if pair.id != self.feed.pair:
            self.doorbell.seated()
            self.feed.begin(pair, seq=0)
            await self.say(protocol.Joined(pair))
        with contextlib.suppress(Refusal):  # it ended meanwhile: `left` follows
            if pair.ended:
                self.feed.ended, self.feed.is_to_be_read_out = pair.ended, True
                await self._read_out()
            else:
                await self.feed.catch_up(pair.seq)

    async def _read_out(self) -> None:
        """The pair is over, and this is the last that is said of it."""
        pair, reason = self.feed.pair or "", self.feed.ended or "timeout"
        last = await self.feed.read_out()
        await self.say_over(pair, last.ended or reason, last.delivered)

    async def say_over(self, pair: str, reason: protocol.Reason, delivered: int) -> None:
        """All of a pair that is over was passed on: say so, and only then let Redis forget it."""
        self.feed.begin(None)
        await self.say(protocol.Left(pair, reason, delivered))
        self.unfinished = pair
        with contextlib.suppress(Fenced, RedisError):  # a renewal finds that it is still there
            await self._finish()

    async def _finish(self) -> None:
        """Let Redis forget what was read, unless the reader has gone before the end: who comes again reads it again."""
        if self.unfinished and self.seat is not None and not self.over:
            await self.pairing.finish(self.seat, self.unfinished)
            self.unfinished = ""

    # --- The end ---

    async def cannot_go_on(self) -> None:
        """Redis or the database is away, a handler broke or the process ends: come again, and not all at once."""
        await self.bid_farewell("restarting", soon())

    async def told(self, text: str, seconds: int) -> None:
        await self.say(protocol.Notice(text, seconds))

    async def let_go(self, reason: protocol.ClosingReason) -> None:
        """The seat is somebody else's, or nobody's."""
        self.process.discard(self)
        self.seat = None
        await self.bid_farewell(reason)

    async def bid_farewell(self, reason: protocol.ClosingReason, retry: float | None = None) -> None:
        await self.say(protocol.Closing(reason, retry))
        await self.close(protocol.CLOSE_CODES[reason])

    # --- What both sides use ---

    @property
    def taken_seat(self) -> Seat:
        assert self.seat is not None
        return self.seat

    async def say(self, frame: protocol.ServerFrame) -> None:
        """Send one frame."""
        text = protocol.encode(frame)
        if not self.send_now(text):
            await self.send({"type": "websocket.send", "text": text.decode()})


def soon() -> float:
    """Seconds until a client should come again, spread so that not all come at once."""
    return round(random.uniform(0.2, 3), 1)  # noqa: S311 - not a secret


def _pair_of(event: dict[str, Any]) -> str | None:
    """Return the pair that an event is about, if it is about one this socket is in."""
    match event:
        case {"said": [pair, *_]} | {"pair": pair} | {"frame": {"pair": str(pair)}}:
            return str(pair)
    return None
