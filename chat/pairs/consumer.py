"""The private chat's socket: frames to rules, rules to frames. It decides nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

from chat.pairs import protocol
from chat.pairs.answers import Fenced, Standing
from chat.pairs.doorbell import Doorbell
from chat.pairs.feed import Feed
from chat.pairs.pairing import Seat
from chat.pairs.process import this_process
from chat.pairs.protocol import Refusal
from chat.realtime.consumer import SocketConsumer
from chat.realtime.login import Login, login_of
from chat.realtime.rate_limit import Bucket, Strikes

logger = logging.getLogger(__name__)

FRAMES_A_SECOND, FRAMES_AT_ONCE = 50, 300  # far more than any page sends; past this it is a flood
FLOOD_RETRY = 10.0  # seconds
RESUME_SECONDS = 1.0  # from `welcome` until live messages go out even if the client did not ask for what it missed
BAD_FRAMES, BAD_FRAMES_SECONDS = 10, 60.0


class PairConsumer(SocketConsumer):
    """One window of one user."""

    EVENTS = {"pair.frame": "published", "receipt.refused": "receipt_refused"}

    login: Login | None = None
    receipt_at = 0.0
    receipt_answer: asyncio.Future[int] | None = None  # to the last one
    seat: Seat | None = None
    feed: Feed  # from `_enter` on, and so is the next
    doorbell: Doorbell

    # --- The socket's life ---

    async def opened(self) -> None:
        """Find out who this is, take their seat and tell them where they stand."""
        now = time.monotonic()
        self.frames = Bucket(FRAMES_A_SECOND, FRAMES_AT_ONCE, now)
        self.bad_frames = Strikes(BAD_FRAMES, BAD_FRAMES_SECONDS)
        self.is_limited: bool = settings.RATE_LIMITS
        self.process = this_process()
        self.pairing = self.process.pairing
        try:
            self.login = await login_of(self.scope)
            if self.login is None:
                await self._bid_farewell("logged_out")
            else:
                await self._enter(self.login)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("A socket could not open: %s", type(error).__name__)
            await self.cannot_go_on()
        except RedisError:  # the pulse of the process reports it once
            await self.cannot_go_on()

    async def _enter(self, login: Login) -> None:
        user = login.user
        person = protocol.Person(user.username, user.display_name)
        self.seat = Seat(user.pk, self.channel_name, login.name, person)
        self.feed = Feed(self.pairing, self.seat, self.say, None)
        self.doorbell = Doorbell(self.pairing, self.seat, self.say, self.feed)
        pair = await self.pairing.enter(self.seat)
        self.process.add(self)  # not before: a renewal would find the connection that the seat had until now
        self.feed.begin(pair)
        self.feed.hold_back()
        if pair:
            asyncio.get_running_loop().call_later(RESUME_SECONDS, lambda: self.process.start(self._pass_on()))
        limits = protocol.Limits(protocol.TEXT_LIMIT, protocol.FRAME_LIMIT, self.pairing.timing.hold // 1000)
        door = protocol.DoorState(user.ask_first, user.do_not_disturb)
        await self.say(protocol.Welcome(protocol.VERSION, person, user.token, limits, pair, door))

    async def _pass_on(self) -> None:
        """The client did not ask for what it missed: let it have at least what is new."""
        async with self.turn:
            if self.seat and self.feed.holds_back:
                await self.feed.catch_up(self.feed.held)

    async def closed(self) -> None:
        """Hold the seat for whoever was here."""
        if self.seat is None:
            return
        self.process.receipts.hand_in(self)
        seat, self.seat = self.seat, None
        self.process.discard(self)
        with contextlib.suppress(RedisError):  # nobody renews this seat any more: its lease runs out by itself
            await self.pairing.drop(seat)

    async def cannot_go_on(self) -> None:
        """Redis or the database is away, a handler broke or the process ends: come again, and not all at once."""
        await self._bid_farewell("restarting", soon())

    async def told(self, text: str, seconds: int) -> None:
        await self.say(protocol.Notice(text, seconds))

    async def _let_go(self, reason: protocol.ClosingReason) -> None:
        """The seat is somebody else's, or nobody's."""
        self.process.discard(self)
        self.seat = None
        await self._bid_farewell(reason)

    async def _bid_farewell(self, reason: protocol.ClosingReason, retry: float | None = None) -> None:
        await self.say(protocol.Closing(reason, retry))
        await self.close(protocol.CLOSE_CODES[reason])

    # --- From the client ---

    async def heard(self, text: str | None) -> None:
        """One frame in; at most one error frame out where it is refused."""
        now = time.monotonic()
        if self.is_limited and not self.frames.take(now):
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
        except (Fenced, RedisError) as error:
            await self._cannot(error, frame)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("A frame could not be handled: %s", type(error).__name__)
            await self._cannot(error, frame)

    async def _cannot(self, error: Exception, frame: protocol.AnyClientFrame | None) -> None:
        if isinstance(error, Fenced):
            await self._lost_seat(error)
        await self._refuse(Refusal("unavailable"), frame)

    async def _refuse(self, refusal: Refusal, frame: protocol.AnyClientFrame | None) -> None:
        if frame is not None:
            refusal.for_ = str(frame.__struct_config__.tag)
        if isinstance(frame, (protocol.SendMessage, protocol.Recall)):
            refusal.n = frame.n
        if not self.over:
            await self.say(refusal.frame())

    async def _leave(self, frame: protocol.Leave) -> None:
        self.process.receipts.hand_in(self)
        await self.pairing.leave(self._seat, frame.pair)

    async def _message(self, frame: protocol.SendMessage) -> None:
        self.lets_events_pass = True  # what Redis published before it stored this message comes before its answer
        try:
            appended = await self.pairing.append(self._seat, frame.pair, frame.n, frame.text, self.feed.seq)
        finally:
            self.lets_events_pass = False
        if not self.feed.was_next(appended):
            await self.feed.stored(appended)
        sent_at = protocol.timestamp(appended.sent_at)
        await self.say(protocol.Accepted(frame.pair, appended.n, appended.seq, sent_at))

    async def _recall(self, frame: protocol.Recall) -> None:
        seq = await self.pairing.recall(self._seat, frame.pair, frame.n)
        await self.say(protocol.Recalled(frame.pair, seq, frame.n, mine=True))

    async def _received(self, frame: protocol.Received) -> None:
        """Nothing is said to it unless it is refused, so the next frame does not wait for the answer."""
        self.process.receipts.take(self, frame, time.monotonic())

    def hand_in(self, receipt: protocol.Received) -> None:
        """Tell the rules what is on this member's screen."""
        if self.seat is not None:
            self.receipt_answer = self.pairing.received(self.seat, receipt.pair, receipt.seq)
            self.receipt_answer.add_done_callback(partial(self._answered, receipt))

    def _answered(self, receipt: protocol.Received, answer: asyncio.Future[int]) -> None:
        if not answer.cancelled() and (error := answer.exception()):
            self.tell({"type": "receipt.refused", "receipt": receipt, "error": error})

    async def receipt_refused(self, event: dict[str, Any]) -> None:
        """Say late what is wrong with a receipt."""
        receipt, error = event["receipt"], event["error"]
        if self.seat is None:
            return
        if isinstance(error, Refusal):
            await self._refuse(error, receipt)
        elif isinstance(error, (Fenced, RedisError)):
            await self._cannot(error, receipt)
        else:
            raise error

    async def _typing(self, frame: protocol.Typing) -> None:
        await self.pairing.typing(self._seat, frame.pair, frame.active)

    async def _resume(self, frame: protocol.Resume) -> None:
        last, complete = await self.feed.replay(frame.pair, frame.seq)
        await self.say(protocol.Resumed(frame.pair, last.seq, complete))
        if last.ended:
            self.feed.begin(None)
            await self.say(protocol.Left(frame.pair, last.ended, last.delivered))
        elif last.delivered:
            self.feed.delivered = last.delivered
            await self.say(protocol.Delivered(frame.pair, last.delivered))

    async def _ping(self, frame: protocol.Ping) -> None:
        """Whatever is wrong with a receipt before it is said before the answer."""
        self.process.receipts.hand_in(self)
        if self.receipt_answer is not None:
            await asyncio.wait([self.receipt_answer])
            await self.work_off_events()
        await self.say(protocol.Pong())

    # --- From the rules, through the channel layer ---

    def handled_at_once(self, event: dict[str, Any]) -> bool:
        """A message that is the next one, or how far ours are delivered: nearly all that is ever published."""
        values = event.get("frame")
        if values is None or values.get("pair") != self.feed.pair:
            return False
        if values["type"] == "message":
            return self.feed.is_next(values["seq"]) and self._say_next(values)
        if values["type"] == "delivered" and self.send_now(
            protocol.encode(protocol.Delivered(values["pair"], values["seq"]))
        ):
            self.feed.delivered = values["seq"]
            return True
        return False

    def _say_next(self, values: dict[str, Any]) -> bool:
        frame = protocol.Message(
            values["pair"],
            values["seq"],
            values["n"],
            mine=False,
            text=values["text"],
            sent_at=protocol.timestamp(values["sent_at"]),
        )
        if not self.send_now(protocol.encode(frame)):
            return False
        self.feed.seq = frame.seq
        return True

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
                await self._let_go(frame.reason)
            case protocol.Joined():
                self.doorbell.seated()
                if frame.pair.id != self.feed.pair:
                    self.feed.begin(frame.pair)
                    await self.say(frame)
            case protocol.Message() | protocol.Recalled() if frame.pair == self.feed.pair:
                await self.feed.live(frame)
            case protocol.Left() if frame.pair == self.feed.pair:
                self.feed.begin(None)
                await self.say(frame)
            case _ if frame.pair == self.feed.pair:
                if isinstance(frame, protocol.Delivered):
                    self.feed.delivered = frame.seq
                await self.say(frame)

    async def trouble(self, active: bool) -> None:
        """Redis stopped answering, or answers again."""
        async with self.turn:
            if not self.over:
                await self.say(protocol.Trouble(active))

    def agrees(self, standing: Standing) -> bool:
        """Whether this socket knows already what Redis says."""
        if standing.fenced or standing.pair != (self.feed.pair or ""):
            return False
        return standing.seq <= self.feed.seq and self.doorbell.agrees(standing)

    async def reconcile(self, standing: Standing) -> None:
        """Make good what an event should have said: the channel layer may lose some, Redis does not."""
        async with self.turn:
            if self.over or self.seat is None:
                return
            if standing.fenced:
                await self._lost_seat(Fenced(standing.fenced))
                return
            if standing.pair != (self.feed.pair or ""):
                await self._stand_with(await self.pairing.look(self.seat))
            else:
                await self.feed.catch_up(standing.seq)
            if not self.doorbell.agrees(standing):
                await self.doorbell.reconcile()

    async def _lost_seat(self, fenced: Fenced) -> None:
        """To another window; or it was not renewed in time or lost with Redis' memory, and can be taken again."""
        if fenced.reason == "replaced":
            await self._let_go("replaced")
        else:
            await self._stand_with(await self.pairing.enter(self._seat))

    async def _stand_with(self, pair: protocol.Pair | None) -> None:
        """Bring the client to the pair that Redis says it is in, or out of the one it is not in any more."""
        before, delivered = self.feed.pair, self.feed.delivered
        if before and (pair is None or pair.id != before):
            self.feed.begin(None)
            await self.say(protocol.Left(before, "timeout", delivered))
        if pair is None:
            return
        if pair.id != before:
            self.doorbell.seated()
            self.feed.begin(pair, seq=0)
            await self.say(protocol.Joined(pair))
        await self.feed.catch_up(pair.seq)

    # --- Small things ---

    @property
    def _seat(self) -> Seat:
        assert self.seat is not None
        return self.seat

    async def say(self, frame: protocol.ServerFrame) -> None:
        """Send one frame."""
        text = protocol.encode(frame)
        if not self.send_now(text):
            await self.send({"type": "websocket.send", "text": text.decode()})


HANDLERS: dict[type[protocol.ClientFrame], Callable[[PairConsumer, Any], Awaitable[None]]] = {
    protocol.Join: lambda socket, frame: socket.doorbell.join(frame),
    protocol.Admit: lambda socket, frame: socket.doorbell.admit(frame),
    protocol.Decline: lambda socket, frame: socket.doorbell.decline(frame),
    protocol.Withdraw: lambda socket, frame: socket.doorbell.withdraw(frame),
    protocol.Leave: PairConsumer._leave,
    protocol.SendMessage: PairConsumer._message,
    protocol.Recall: PairConsumer._recall,
    protocol.Received: PairConsumer._received,
    protocol.Typing: PairConsumer._typing,
    protocol.Resume: PairConsumer._resume,
    protocol.Ping: PairConsumer._ping,
}


def soon() -> float:
    """Seconds until a client should come again, spread so that not all come at once."""
    return round(random.uniform(0.2, 3), 1)  # noqa: S311 - not a secret
