"""The base of every socket: its life from the handshake to the last frame, whatever happens in between."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from redis.exceptions import RedisError

from chat.realtime import shutdown

logger = logging.getLogger(__name__)

GOODBYE_SECONDS = 8.0  # daphne cancels a consumer ten seconds after its socket closed


class SocketConsumer(AsyncConsumer):
    """A WebSocket consumer that handles one thing at a time and always says goodbye.

    Subclasses give `opened`, `heard`, `told`, `cannot_go_on` and `closed`, and name their channel-layer events in `EVENTS`.
    Unlike Channels' own dispatch it does not visit the database's thread before each frame: a slow query must not
    hold up a conversation, and handlers that do query use Channels' `database_sync_to_async`, which cleans up itself.
    """

    EVENTS: dict[str, str] = {}  # layer event type → method; what a client sends never chooses a method

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.turn = asyncio.Lock()
        self.over = False
        self.scope = scope
        self.base_send = send
        shutdown.enlist(self)
        try:
            await super().__call__(scope, receive, send)
        except RedisError as error:  # the channel layer could not open a channel, or lost it
            logger.warning("The channel layer does not answer: %s", type(error).__name__)
            await self.send({"type": "websocket.accept"})
            await self.cannot_go_on()
        finally:
            if channel := getattr(self, "channel_name", None):
                self.channel_layer.end_channel(channel)  # a message may have come in the moment the wait was cancelled
            # Also when cancelled: the partner has to learn that this socket is gone.
            await asyncio.shield(asyncio.wait_for(self.closed(), GOODBYE_SECONDS))
            shutdown.strike_off(self)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle what the socket or the channel layer brings, one at a time."""
        async with self.turn:
            try:
                await self._handle(message)
            except StopConsumer:
                raise
            except Exception:
                logger.exception("A %s handler broke", message["type"])
                await self.cannot_go_on()

    async def _handle(self, message: dict[str, Any]) -> None:
        type_ = message["type"]
        if type_ == "websocket.disconnect":
            raise StopConsumer
        if self.over:
            return
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
            await super().send(message)
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
