"""The private chat's socket: frames of the client to the rules, whose answers go back. It decides nothing itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from redis.exceptions import RedisError

from chat.futures import settle
from chat.pairs import protocol
from chat.pairs.answers import Appended, Fenced
from chat.pairs.doorbell import Doorbell
from chat.pairs.feed import Feed
from chat.pairs.pairing import Seat
from chat.pairs.process import this_process
from chat.pairs.protocol import Refusal
from chat.pairs.socket import PairSocket
from chat.realtime.login import Login, login_of
from chat.realtime.rate_limit import Bucket, Strikes

logger = logging.getLogger(__name__)

FRAMES_A_SECOND, FRAMES_AT_ONCE = 50, 300  # far more than any page sends; past this it is a flood
FLOOD_RETRY = 10.0  # seconds
RESUME_SECONDS = 1.0  # from `welcome` until live messages go out even if the client did not ask for what it missed
# What crosses a message comes as an event before its answer, so it is not asked for; what got lost is read from the log.
EVERYTHING = protocol.COUNT_LIMIT
BAD_FRAMES, BAD_FRAMES_SECONDS = 10, 60.0


class PairConsumer(PairSocket):
    """One window of one user."""

    EVENTS = {
        "pair.message": "said",
        "pair.delivered": "delivered",
        "pair.frame": "published",
        "frame.answered": "answered",
    }

    receipt_at = 0.0
    receipts_under_way = 0
    receipts_told: asyncio.Future[None] | None = None  # for who waits until none is under way

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
                await self.bid_farewell("logged_out")
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
        self.doorbell = Doorbell(self.pairing, self.seat, self.say, self.feed, self.end_before)
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
                with contextlib.suppress(Refusal):  # the pair is over: `left` follows
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

    # --- From the client ---

    async def heard(self, text: str | None) -> None:
        """One frame in; at most one error frame out where it is refused."""
        now = time.monotonic()
        if self.is_limited and not self.frames.take(now):
            await self.bid_farewell("flooding", FLOOD_RETRY)
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

    def heard_at_once(self, text: str) -> bool:
        """A message or a receipt: nearly all that ever comes."""
        if self.seat is None:
            return False
        try:
            frame = protocol.parse(text)
        except Refusal:
            return False
        now = time.monotonic()
        if not isinstance(frame, HEARD_AT_ONCE) or (self.is_limited and not self.frames.take(now)):
            return False
        if isinstance(frame, protocol.Received):
            self.process.receipts.take(self, frame, now)
        else:
            self.expect_answer()
            self.pairing.append_for(partial(self._stored, frame), self.seat, frame, EVERYTHING)
        return True

    def _stored(self, frame: protocol.SendMessage, answer: Appended | Exception) -> None:
        self.take_answer({"type": "frame.answered", "frame_heard": frame, "answer": answer})

    def answered_at_once(self, answer: dict[str, Any]) -> bool:
        """A message is stored, and whatever its sender has to know before that was said."""
        appended = answer["answer"]
        if not isinstance(appended, Appended) or not self.feed.is_after(appended):
            return False
        if not self.send_now(protocol.encode(accepted(answer["frame_heard"], appended))):
            return False
        self.feed.seq = appended.seq
        return True

    async def _cannot(self, error: Exception, frame: protocol.AnyClientFrame | None) -> None:
        if isinstance(error, Fenced):
            with contextlib.suppress(Fenced, RedisError):  # the next renewal tries again
                await self.lost_seat(error)
        if isinstance(frame, protocol.SendMessage) and frame.pair == self.feed.pair:
            self.feed.unheard(frame.n)
        await self._refuse(Refusal("unavailable"), frame)

    async def _refuse(self, refusal: Refusal, frame: protocol.AnyClientFrame | None) -> None:
        if frame is not None:
            refusal.for_ = str(frame.__struct_config__.tag)
        if isinstance(frame, (protocol.SendMessage, protocol.Recall)):
            refusal.n = frame.n
        if not self.over:
            await self.say(refusal.frame())

    async def answered(self, event: dict[str, Any]) -> None:
        """Say late what became of a frame that was handled at once."""
        frame, answer = event["frame_heard"], event["answer"]
        if self.seat is None:
            return
        if isinstance(answer, Refusal):
            await self._refuse(answer, frame)
        elif isinstance(answer, (Fenced, RedisError)):
            await self._cannot(answer, frame)
        elif isinstance(answer, Exception):
            raise answer
        else:
            await self._accept_late(frame, answer)

    async def _accept_late(self, frame: protocol.SendMessage, appended: Appended) -> None:
        """It is stored, whatever has become of its pair meanwhile."""
        try:
            if frame.pair == self.feed.pair:
                await self._accept(frame, appended)
                return
        except Refusal:  # the pair ended before what crossed the message could be read: `left` follows
            pass
        except (Fenced, RedisError) as error:
            await self._cannot(error, frame)
            return
        await self.say(accepted(frame, appended))

    # --- What it says, frame by frame ---

    async def _leave(self, frame: protocol.Leave) -> None:
        self.process.receipts.hand_in(self)
        await self.pairing.leave(self.taken_seat, frame.pair)
        if frame.pair == self.feed.pair:  # should the event that says so be lost
            self.feed.ended = "left"

    async def _message(self, frame: protocol.SendMessage) -> None:
        self.lets_events_pass = True  # what Redis published before it stored this message comes before its answer
        try:
            appended = await self.pairing.append(self.taken_seat, frame.pair, frame.n, frame.text, EVERYTHING)
        finally:
            self.lets_events_pass = False
        await self._accept(frame, appended)

    async def _accept(self, frame: protocol.SendMessage, appended: Appended) -> None:
        if self.feed.was_next(appended) or await self.feed.stored(appended):
            await self.say(accepted(frame, appended))

    async def _recall(self, frame: protocol.Recall) -> None:
        seq = await self.pairing.recall(self.taken_seat, frame.pair, frame.n)
        await self.say(protocol.Recalled(frame.pair, seq, frame.n, mine=True))

    async def _received(self, frame: protocol.Received) -> None:
        """Nothing is said to it unless it is refused, so the next frame does not wait for the answer."""
        self.process.receipts.take(self, frame, time.monotonic())

    def hand_in(self, receipt: protocol.Received) -> None:
        """Tell the rules what is on this member's screen."""
        if self.seat is not None:
            self.receipts_under_way += 1
            self.pairing.received_for(partial(self._told, receipt), self.seat, receipt.pair, receipt.seq)

    def _told(self, receipt: protocol.Received, answer: int | Exception) -> None:
        self.receipts_under_way -= 1
        if isinstance(answer, Exception):
            self.tell({"type": "frame.answered", "frame_heard": receipt, "answer": answer})
        if self.receipts_told is not None and not self.receipts_under_way:
            settle(self.receipts_told, None)

    async def _typing(self, frame: protocol.Typing) -> None:
        await self.pairing.typing(self.taken_seat, frame.pair, frame.active)

    async def _resume(self, frame: protocol.Resume) -> None:
        last, complete = await self.feed.replay(frame.pair, frame.seq)
        await self.say(protocol.Resumed(frame.pair, last.seq, complete))
        if last.ended:
            await self.say_over(frame.pair, last.ended, last.delivered)
        elif last.delivered:
            self.feed.delivered = last.delivered
            await self.say(protocol.Delivered(frame.pair, last.delivered))

    async def _ping(self, frame: protocol.Ping) -> None:
        """Whatever is wrong with a receipt before it is said before the answer."""
        self.process.receipts.hand_in(self)
        if self.receipts_under_way:
            self.receipts_told = asyncio.get_running_loop().create_future()
            self.pairing.hurry()
            await self.receipts_told
            self.receipts_told = None
            await self.work_off_events()
        await self.say(protocol.Pong())


def accepted(frame: protocol.SendMessage, appended: Appended) -> protocol.Accepted:
    """Return the frame that says where this message was stored."""
    return protocol.Accepted(frame.pair, appended.n, appended.seq, protocol.timestamp(appended.sent_at))


HEARD_AT_ONCE = (protocol.SendMessage, protocol.Received)
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
