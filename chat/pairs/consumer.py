"""The private chat's socket: frames to rules, rules to frames. It decides nothing itself."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

from chat import tokens
from chat.models import owner_of
from chat.pairs import protocol
from chat.pairs.pairing import Entry, Fenced, Seat, Standing
from chat.pairs.process import this_process
from chat.pairs.protocol import Refusal
from chat.realtime.consumer import SocketConsumer
from chat.realtime.login import Login, login_of
from chat.realtime.rate_limit import Bucket, Strikes

logger = logging.getLogger(__name__)

FRAMES_A_SECOND, FRAMES_AT_ONCE = 50, 300  # far more than any page sends; past this it is a flood
FLOOD_RETRY = 10.0  # seconds
BAD_FRAMES, BAD_FRAMES_SECONDS = 10, 60.0
PIECE = 50  # messages read from the log at once: at most 1.6 MB


class PairConsumer(SocketConsumer):
    """One window of one user."""

    EVENTS = {"pair.frame": "published"}

    login: Login | None = None
    seat: Seat | None = None
    pair: str | None = None  # the pair this socket was told about; frames of any other are not for it
    seq = 0  # every message of the pair up to here has gone over this socket

    # --- The socket's life ---

    async def opened(self) -> None:
        """Find out who this is, take their seat and tell them where they stand."""
        now = asyncio.get_running_loop().time()
        self.frames = Bucket(FRAMES_A_SECOND, FRAMES_AT_ONCE, now)
        self.bad_frames = Strikes(BAD_FRAMES, BAD_FRAMES_SECONDS)
        self.process = this_process()
        self.pairing = self.process.pairing
        try:
            login = await login_of(self.scope)
            if login is None:
                await self._bid_farewell("logged_out")
            else:
                await self._enter(login)
        except (DatabaseError, InterfaceError, RedisError) as error:
            logger.warning("A socket could not open: %s", type(error).__name__)
            await self._bid_farewell("restarting", _soon())

    async def _enter(self, login: Login) -> None:
        self.login, user = login, login.user
        person = protocol.Person(user.username, user.display_name)
        self.seat = Seat(user.pk, self.channel_name, login.name, person)
        pair = await self.pairing.enter(self.seat)
        self.process.add(self)
        self._sit_down(pair)
        limits = protocol.Limits(protocol.TEXT_LIMIT, protocol.FRAME_LIMIT, self.pairing.timing.hold // 1000)
        await self._say(protocol.Welcome(protocol.VERSION, person, user.token, limits, pair))

    async def closed(self) -> None:
        """Hold the seat for whoever was here."""
        if self.seat is None:
            return
        seat, self.seat = self.seat, None
        self.process.discard(self)
        try:
            await self.pairing.drop(seat)
        except RedisError as error:
            # Nobody renews this seat any more, so its lease runs out by itself.
            logger.warning("Redis did not take a drop: %s", type(error).__name__)

    async def no_broker(self) -> None:
        await self._bid_farewell("restarting", _soon())

    async def broke(self) -> None:
        await self._bid_farewell("restarting", _soon())

    async def _bid_farewell(self, reason: protocol.ClosingReason, retry: float | None = None) -> None:
        await self._say(protocol.Closing(reason, retry))
        await self.close(protocol.CLOSE_CODES[reason])

    # --- From the client ---

    async def heard(self, text: str | None) -> None:
        """One frame in; at most one error frame out where it is refused."""
        now = asyncio.get_running_loop().time()
        if settings.RATE_LIMITS and not self.frames.take(now):
            await self._bid_farewell("flooding", FLOOD_RETRY)
            return
        frame: protocol.AnyClientFrame | None = None
        try:
            if text is None:
                raise Refusal("bad_frame")
            frame = protocol.parse(text)
            await HANDLERS[type(frame)](self, frame)
        except Refusal as refusal:
            await self._refuse(refusal, frame)
            if refusal.code in ("bad_frame", "unknown_type") and self.bad_frames.count(now):
                await self.close(protocol.CLOSE_POLICY)
        except Fenced as fenced:
            await self._fenced(fenced)
            await self._refuse(Refusal("unavailable"), frame)
        except (RedisError, DatabaseError, InterfaceError) as error:
            logger.warning("A frame could not be handled: %s", type(error).__name__)
            await self._refuse(Refusal("unavailable"), frame)

    async def _refuse(self, refusal: Refusal, frame: protocol.AnyClientFrame | None) -> None:
        if frame is not None:
            refusal.for_ = frame.__struct_config__.tag  # type: ignore[assignment]
        if isinstance(frame, protocol.SendMessage):
            refusal.n = frame.n
        if not self.over:
            await self._say(refusal.frame())

    async def _join(self, frame: protocol.Join) -> None:
        await self.pairing.count_join(self._seat.user)
        token = tokens.normalise(frame.token)
        owner = await owner_of(token) if token else None
        if owner is None:
            raise Refusal("unknown_token")
        pair = await self.pairing.join(self._seat, owner)
        if pair.id != self.pair:
            self._sit_down(pair)
        await self._say(protocol.Joined(pair))

    async def _leave(self, frame: protocol.Leave) -> None:
        await self.pairing.leave(self._seat, frame.pair)

    async def _message(self, frame: protocol.SendMessage) -> None:
        stored = await self.pairing.append(self._seat, frame.pair, frame.n, frame.text, self.seq)
        if stored.seq > self.seq:
            # What crossed it comes first, so that both sides see one order.
            await self._show(stored.missed)
            await self._catch_up(stored.seq - 1)
            self.seq = stored.seq
        sent_at = protocol.timestamp(stored.sent_at)
        await self._say(protocol.Accepted(frame.pair, stored.n, stored.seq, sent_at))

    async def _received(self, frame: protocol.Received) -> None:
        await self.pairing.received(self._seat, frame.pair, frame.seq)

    async def _typing(self, frame: protocol.Typing) -> None:
        await self.pairing.typing(self._seat, frame.pair, frame.active)

    async def _resume(self, frame: protocol.Resume) -> None:
        first = piece = await self.pairing.resume(self._seat, frame.pair, frame.seq, PIECE)
        while True:
            for entry in piece.messages:
                await self._say(_message_frame(frame.pair, entry))
                self.seq = max(self.seq, entry.seq)
            if len(piece.messages) < PIECE:
                break
            piece = await self.pairing.resume(self._seat, frame.pair, piece.messages[-1].seq, PIECE)
        await self._say(protocol.Resumed(frame.pair, piece.seq, first.complete))
        if piece.ended:
            self.pair = None
            await self._say(protocol.Left(frame.pair, piece.ended, piece.delivered))
        elif piece.delivered:
            await self._say(protocol.Delivered(frame.pair, piece.delivered))

    async def _ping(self, frame: protocol.Ping) -> None:
        await self._say(protocol.Pong())

    # --- From the rules, through the channel layer ---

    async def published(self, event: dict[str, Any]) -> None:
        """Pass a published frame on, if it is of this socket's pair."""
        values = event["frame"]
        if values["type"] == "message":
            values["sent_at"] = protocol.timestamp(values["sent_at"])
        frame = protocol.published(values)
        match frame:
            case protocol.Token():
                await self._say(frame)
            case protocol.Closing():
                await self._let_go(frame.reason)
            case protocol.Joined():
                if frame.pair.id != self.pair:
                    self._sit_down(frame.pair)
                    await self._say(frame)
            case protocol.Message() if frame.pair == self.pair:
                await self._show_live(frame)
            case protocol.Left() if frame.pair == self.pair:
                self.pair = None
                await self._say(frame)
            case _ if frame.pair == self.pair:
                await self._say(frame)

    async def _show_live(self, frame: protocol.Message) -> None:
        if frame.seq <= self.seq:
            return  # shown already, as something that crossed a message of ours or in a replay
        await self._catch_up(frame.seq - 1)
        self.seq = frame.seq
        await self._say(frame)

    async def reconcile(self, standing: Standing) -> None:
        """Make good what an event should have said: the channel layer may lose some, Redis does not."""
        async with self.turn:
            if self.over or self.seat is None:
                return
            if standing.fenced:
                await self._fenced(Fenced(standing.fenced))
            elif standing.pair != (self.pair or ""):
                await self._look_again()
            elif self.pair:
                await self._catch_up(standing.seq)

    async def _look_again(self) -> None:
        pair = await self.pairing.look(self._seat)
        if pair is not None and pair.id == self.pair:
            return
        if self.pair:
            await self._say(protocol.Left(self.pair, "timeout", 0))
        self._sit_down(pair)
        if pair:
            self.seq = 0
            await self._say(protocol.Joined(pair))
            await self._catch_up(pair.seq)

    async def _fenced(self, fenced: Fenced) -> None:
        """This socket lost its seat: to another window, or because it was not renewed in time."""
        if fenced.reason == "replaced":
            await self._let_go("replaced")
            return
        pair = await self.pairing.enter(self._seat)
        if self.pair and (pair is None or pair.id != self.pair):
            await self._say(protocol.Left(self.pair, "timeout", 0))
            self.pair = None
        if pair and pair.id != self.pair:
            await self._say(protocol.Joined(pair))
        if pair:
            self.pair = pair.id
            await self._catch_up(pair.seq)

    async def _let_go(self, reason: protocol.ClosingReason) -> None:
        self.process.discard(self)
        self.seat = None
        await self._bid_farewell(reason)

    # --- Small things ---

    @property
    def _seat(self) -> Seat:
        assert self.seat is not None
        return self.seat

    def _sit_down(self, pair: protocol.Pair | None) -> None:
        self.pair = pair.id if pair else None
        self.seq = pair.seq if pair else 0

    async def _catch_up(self, seq: int) -> None:
        """Read the partner's messages up to `seq` from the log, where events left a gap."""
        while self.pair and self.seq < seq:
            piece = await self.pairing.resume(self._seat, self.pair, self.seq, PIECE)
            if not piece.messages:
                return
            await self._show(piece.messages)

    async def _show(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.seq > self.seq and not entry.mine:
                await self._say(_message_frame(self.pair or "", entry))
            self.seq = max(self.seq, entry.seq)

    async def _say(self, frame: protocol.ServerFrame) -> None:
        await self.send({"type": "websocket.send", "text": protocol.encode(frame)})


HANDLERS: dict[type[protocol.ClientFrame], Callable[[PairConsumer, Any], Awaitable[None]]] = {
    protocol.Join: PairConsumer._join,
    protocol.Leave: PairConsumer._leave,
    protocol.SendMessage: PairConsumer._message,
    protocol.Received: PairConsumer._received,
    protocol.Typing: PairConsumer._typing,
    protocol.Resume: PairConsumer._resume,
    protocol.Ping: PairConsumer._ping,
}


def _message_frame(pair: str, entry: Entry) -> protocol.Message:
    return protocol.Message(pair, entry.seq, entry.n, entry.mine, entry.text, protocol.timestamp(entry.sent_at))


def _soon() -> float:
    """Seconds until a client should come again, spread so that not all come at once."""
    return round(random.uniform(0.5, 3), 1)  # noqa: S311 - not a secret
