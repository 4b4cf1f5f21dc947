"""The base of every socket: its life from the handshake to the last frame, whatever happens in between."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from channels.consumer import AsyncConsumer
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from chat.realtime import shutdown
from chat.realtime.turn import Turn

logger = logging.getLogger(__name__)

# What our servers offer beside ASGI's `send`: a function that takes a text frame, as UTF-8, and returns True; or False, and
# does not take it, where the reader is slower than we are.
SEND_NOW = "tandem.send_now"
# And a function that takes one: it is given each text frame that nothing waits before, and returns whether that is done with;
# where it is not, the frame comes by `receive`.
HAND_OVER = "tandem.hand_over"

GOODBYE_SECONDS = 8.0  # daphne cancels a consumer ten seconds after its socket closed
MOST_UNANSWERED = 32  # frames of one socket that were handled at once and wait for an answer; the others wait for these


def cannot_send_now(text: bytes) -> bool:
    """What stands in for it on other servers."""
    return False


class SocketConsumer(AsyncConsumer):
    """A WebSocket consumer that handles one thing at a time and always says goodbye.

    Subclasses give `opened`, `heard`, `told`, `cannot_go_on` and `closed`, and name their channel-layer events in `EVENTS`.

    Channels' own loop makes two tasks for each frame and visits the database's thread before each handler. Here the socket's
    task waits for frames and nothing else. What needs no waiting is handled on the spot, without a task: a frame
    (`heard_at_once`) where nothing is before it, an event of the channel layer (`handled_at_once`) also by whoever has the
    turn. For a frame whose answer comes later it may `expect_answer`: until `take_answer` the socket keeps the turn, and takes
    more such frames. A slow query holds up no conversation: what is asked of the database goes through `lookup.py`.
    """

    EVENTS: dict[str, str] = {}  # layer event type → method; what a client sends never chooses a method

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scope, self.base_send = scope, send
        self.send_now: Callable[[bytes], bool] = scope.get("extensions", {}).get(SEND_NOW, cannot_send_now)
        self.loop = asyncio.get_running_loop()
        self.turn = Turn()
        self.over = False
        self.unanswered = 0  # frames handled at once whose answers are still to come
        self._has_frame = False  # one that did not take the short way
        self._has_late_answer = False  # among the events
        self.lets_events_pass = False  # whoever has the turn only waits for an answer, and sends nothing before it
        self._events: deque[dict[str, Any]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._events_are_seen_to = False
        shutdown.enlist(self)
        try:
            await self._open_channel()
            if hand_over := scope.get("extensions", {}).get(HAND_OVER):
                hand_over(self.hear)
            while (message := await receive())["type"] != "websocket.disconnect":
                await self.dispatch(message)
        except RedisError as error:
            logger.warning("The channel layer does not answer: %s", type(error).__name__)
            await self.send({"type": "websocket.accept"})
            await self.cannot_go_on()
        finally:
            # Also when cancelled: the partner has to learn that this socket is gone.
            await asyncio.shield(self._end())

    async def _open_channel(self) -> None:
        self.channel_layer = get_channel_layer(self.channel_layer_alias)
        self.channel_name = ""
        if self.channel_layer is not None:
            self.channel_name = await self.channel_layer.new_channel()
            self.capacity = self.channel_layer.get_capacity(self.channel_name)
            self.channel_layer.hand_over(self.channel_name, self.tell)

    async def _end(self) -> None:
        self.over = True
        try:
            if self.channel_name:
                self.channel_layer.end_channel(self.channel_name)
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self.closed()
        finally:
            shutdown.strike_off(self)

    # --- Without waiting ---

    def hear(self, text: str) -> bool:
        """Take a text frame, for the server, if it can be handled at once and is the only one; return whether it was."""
        if self.over or self._has_frame or self._events:
            return False
        if self.turn.locked() and (not self.unanswered or self.unanswered >= MOST_UNANSWERED or self.turn.is_wanted()):
            return False
        try:
            return self.heard_at_once(text)
        except Exception:
            logger.exception("A frame could not be handled at once")
            return False

    def heard_at_once(self, text: str) -> bool:
        """Handle a frame if that takes no waiting; where it returns False, nothing has happened yet."""
        return False

    def expect_answer(self) -> None:
        """For `heard_at_once`: `take_answer` is certain to follow, and nothing else has its turn until then."""
        if not self.unanswered:
            self.turn.take()
            self._events_are_seen_to = self.lets_events_pass = True
        self.unanswered += 1

    def take_answer(self, answer: dict[str, Any]) -> None:
        """Take the answer to a frame, in the form of an event; what crossed the frame goes before it, if anything did."""
        self.unanswered -= 1
        said = not self._has_late_answer and self._is_at_once(self.answered_at_once, answer)
        if self._events and self._work_off_at_once() and not said:
            said = self._is_at_once(self.answered_at_once, answer)
        if not said and not self.over:
            self._events.append(answer)
            self._has_late_answer = True  # which no other overtakes
        if not self.unanswered:
            self.lets_events_pass = False
            if self._has_late_answer:  # whoever waits for the turn would overtake it
                self._worker = self.loop.create_task(self._finish_turn())
                return
            self._events_are_seen_to = False
            self.turn.release()
            if self._events:
                self._see_to_events()

    def answered_at_once(self, answer: dict[str, Any]) -> bool:
        """As `handled_at_once`, for an answer: False also where an event has to go before it."""
        return False

    def tell(self, event: dict[str, Any]) -> None:
        """Take an event of the channel layer; one too many is lost, as the layer's contract allows."""
        can_pass = not self._events and (self.lets_events_pass or not self.turn.locked())
        if can_pass and self._is_at_once(self.handled_at_once, event):
            return
        if len(self._events) < self.capacity:
            self._events.append(event)
            if not self._events_are_seen_to:
                self._see_to_events()

    def handled_at_once(self, event: dict[str, Any]) -> bool:
        """Handle an event if that takes no waiting; where it returns False, nothing has happened yet."""
        return False

    def _is_at_once(self, handler: Callable[[dict[str, Any]], bool], event: dict[str, Any]) -> bool:
        try:
            return not self.over and handler(event)
        except Exception:
            logger.exception("A %s could not be handled at once", event["type"])
            return False

    def _work_off_at_once(self) -> bool:
        """Handle what waits up to the first that takes waiting; return whether nothing waits any more."""
        while self._events and self._is_at_once(self.handled_at_once, self._events[0]):
            self._events.popleft()
        return not self._events

    # --- One thing at a time ---

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle what came over the socket, and then what the channel layer brought meanwhile."""
        self._has_frame = True
        await self.turn.acquire()
        self._events_are_seen_to = True
        try:
            await self._handle(message)
            if self._events:
                await self.work_off_events()
        except Exception:
            logger.exception("A %s handler broke", message["type"])
            await self.cannot_go_on()
        finally:
            self._has_frame = self._events_are_seen_to = False
            self.turn.release()

    def _see_to_events(self) -> None:
        self._events_are_seen_to = True
        self._worker = self.loop.create_task(self._take_turn())

    async def _take_turn(self) -> None:
        await self.turn.acquire()
        await self._finish_turn()

    async def _finish_turn(self) -> None:
        try:
            await self.work_off_events()
        finally:
            self._events_are_seen_to = False
            self.turn.release()

    async def work_off_events(self) -> None:
        """Handle what waits; for whoever has the turn."""
        while self._events:
            event = self._events.popleft()
            if not self._is_at_once(self.handled_at_once, event):
                try:
                    await self._handle(event)
                except Exception:
                    logger.exception("A %s handler broke", event["type"])
                    await self.cannot_go_on()
        self._has_late_answer = False

    async def handle_first(self, is_meant: Callable[[dict[str, Any]], bool]) -> None:
        """Handle these of the events that wait before all others, in their order; for whoever has the turn."""
        for event in [event for event in self._events if is_meant(event)]:
            self._events.remove(event)
            await self._handle(event)

    async def _handle(self, message: dict[str, Any]) -> None:
        if self.over:
            return
        type_ = message["type"]
        if type_ == "websocket.receive":
            await self.heard(message.get("text"))
        elif type_ == "websocket.connect":
            await self.send({"type": "websocket.accept"})
            await (self.cannot_go_on() if shutdown.is_draining() else self.opened())
        else:
            await getattr(self, self.EVENTS[type_])(message)

    async def send(self, message: dict[str, Any]) -> None:
        """Send to the server; to a client that has just gone it is in vain, and `websocket.disconnect` comes next."""
        try:
            await self.base_send(message)
        except OSError:  # what the ASGI specification asks of servers
            self.over = True

    async def retire(self) -> None:
        """The process goes down: finish what is in hand, say so and close."""
        async with self.turn:
            if not self.over:
                await self.cannot_go_on()

    async def notify(self, text: str, seconds: int) -> None:
        """The site stops in so many seconds: pass the administrator's words on."""
        async with self.turn:
            if not self.over:
                await self.told(text, seconds)

    async def close(self, code: int) -> None:
        """Close the socket; nothing is handled on it any more."""
        if not self.over:
            self.over = True
            await self.send({"type": "websocket.close", "code": code})

    async def opened(self) -> None:
        """The handshake is done."""
        raise NotImplementedError

    async def heard(self, text: str | None) -> None:
        """A frame came; `text` is None for a binary one."""
        raise NotImplementedError

    async def told(self, text: str, seconds: int) -> None:
        """Pass on that the site stops in so many seconds."""
        raise NotImplementedError

    async def cannot_go_on(self) -> None:
        """Something this socket needs is gone: say when to come again, and close."""
        raise NotImplementedError

    async def closed(self) -> None:
        """The socket is gone; called exactly once, also after an error or a cancellation."""
        raise NotImplementedError
