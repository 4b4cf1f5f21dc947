"""uvicorn's WebSocket, cheap where it is busy: whole text frames in, whole frames out, and nothing kept that is not needed.

The handshake, the closing handshake but for the usual codes, control frames, fragments and everything that is wrong stay with
uvicorn and the `websockets` library. Its parser is given one complete frame at a time, so it can be put away in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without its C code
    from websockets.utils import apply_mask
from websockets.frames import Frame
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from chat.realtime.consumer import HAND_OVER, SEND_NOW
from chatproject.frames import BINARY, CLOSE, FINAL, MASKED, PING, PONG, TEXT, USUAL_CODES, close_frame, header
from chatproject.heartbeat import Heartbeat, Post
from chatproject.inbox import Inbox
from chatproject.patience import have_patience, keep_buffer_small

GATHERED_FRAMES = 16  # in a tick of the loop, before they are sent without waiting for its end
GATHERED_BYTES = 4096  # a frame this long is sent without waiting: copying it would cost more than a system call
MOST_FRAGMENTS = 1000  # of one message: the library counts bytes only, and an empty one costs memory too
LAST_WORD_SECONDS = 1.0  # for the close frame to somebody who does not answer, before the line is cut

always = asyncio.Event()  # what `writable` is while the transport takes more: never cleared, so all sockets share it
always.set()


def is_not_heard(text: str) -> bool:
    """What stands where the application hears nothing at once."""
    return False


class TandemSocket(WebSocketsSansIOProtocol):
    """One connection; `receive` and `send` are the application's.

    `send` does not wait while the reader keeps up: frames leave at the end of the tick, those of one socket in one system
    call. Several tasks may send: frames go out whole and in the order of the calls. When the transport has more than it
    can get rid of, `send` waits; who takes nothing for ten seconds (patience.py) is cut off.
    """

    # Most are the base's own names: with a dictionary for them a socket would need a kilobyte more.
    __slots__ = (
        "_conn", "app", "app_state", "asgi_version", "client", "close_sent", "close_timeout", "close_timer", "config",
        "connections", "curr_msg_data_type", "default_headers", "disconnected", "failed", "fragmented", "frames",
        "handshake_complete", "handshake_initiated", "hear", "heard_at", "initial_response", "last_ping_rtt", "logger", "loop",
        "pending_ping_payload", "ping_interval", "ping_sent_at", "ping_timeout", "ping_timer", "pong_timer", "queue",
        "read_paused", "request", "response", "rest", "root_path", "scheme", "scope", "server", "slot", "tasks",
        "transport", "unsent", "writable",
    )  # fmt: skip

    _conn: ServerProtocol | None
    heartbeat: ClassVar[Heartbeat] = Heartbeat()
    post: ClassVar[Post] = Post()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.queue: Any = Inbox(self.loop)
        self.writable = always
        self.unsent: list[bytes] = []  # headers and payloads by turns
        self.rest: bytearray | None = None  # read, but not looked at: the beginning of a frame, or what has to wait
        self.fragmented = False  # a message of several frames is under way
        self.failed = False  # what came is no WebSocket; nothing of it is looked at any more
        self.heard_at = self.heartbeat.now
        self.hear: Callable[[str], bool] = is_not_heard

    @property
    def conn(self) -> ServerProtocol:
        """The library's side of this connection, made anew when something needs it after the handshake.

        Whoever uses it writes to the transport next, so what was gathered goes out first.
        """
        if self.unsent:
            self.flush()
        if self._conn is None:
            self._conn = ServerProtocol(state=OPEN, max_size=self.config.ws_max_size, logger=self.logger)
        return self._conn

    @conn.setter
    def conn(self, conn: ServerProtocol) -> None:
        self._conn = conn

    def is_open(self) -> bool:
        """Whether the handshake is done and nobody has begun to close."""
        return (self._conn is None or self._conn.state is OPEN) and not self.disconnected

    # What the application calls

    async def receive(self) -> Any:
        inbox = self.queue
        while not inbox.messages:
            await inbox.arrival()
        message = inbox.messages.pop(0)
        if self.read_paused and not inbox.messages:
            hear, self.hear = self.hear, is_not_heard  # or what follows would overtake this message
            self.read_on()
            self.hear = hear
        return message

    async def send(self, message: Any) -> None:
        if message["type"] == "websocket.send" and self.is_open():
            text = message.get("text")
            if text is None:
                self.gather(BINARY, message["bytes"])
            else:
                self.gather(TEXT, text.encode())
            if self.writable is not always:
                await self.drained()
        else:
            await self.drained()
            if self.close_sent and self.handshake_complete:
                raise ClientDisconnected  # the base's has a RuntimeError for what the other end can bring about
            await super().send(message)
            if self.close_sent and self.rest is not None:
                self.cut(self.rest)  # the answer to our close frame may be in it

    def send_now(self, text: bytes) -> bool:
        """Send a text frame if that takes no waiting; return whether it did."""
        if self.writable is not always or not self.is_open():
            return False
        self.gather(TEXT, text)
        return True

    def hand_texts_to(self, hear: Callable[[str], bool]) -> None:
        """Give each text that nothing waits before to `hear`; where that returns False, it comes by `receive`."""
        self.hear = hear

    def gather(self, first: int, payload: bytes) -> None:
        unsent, length = self.unsent, len(payload)
        if not unsent:
            self.post.collect(self, self.loop)
        unsent.append(header(first, length))
        unsent.append(payload)
        if length > GATHERED_BYTES or len(unsent) >= 2 * GATHERED_FRAMES:
            self.flush()

    def flush(self) -> None:
        if self.unsent and not self.transport.is_closing():
            self.transport.write(b"".join(self.unsent))
        self.unsent.clear()

    async def drained(self) -> None:
        """Wait until the transport takes more; a reader who does not read is cut off, which raises ConnectionAbortedError."""
        if self.writable is not always:
            await have_patience(self.writable, self.transport.abort)

    async def run_asgi(self) -> None:
        """Run the application; the base's would close before what was sent in the last tick is on its way."""
        extensions: dict[str, Any] = {SEND_NOW: self.send_now, HAND_OVER: self.hand_texts_to}
        self.scope["extensions"].update(extensions)
        try:
            await self.app(self.scope, self.receive, self.send)
        except (ClientDisconnected, ConnectionAbortedError, asyncio.CancelledError):
            pass  # the other end is gone, or the process ends
        except Exception:
            self.logger.exception("Exception in ASGI application")
        else:
            if not self.handshake_complete:
                self.logger.error("The ASGI application returned without an answer to the handshake")
        self.hear = is_not_heard
        self.send_500_response()  # unless there was an answer
        self.flush()
        if self.close_timer is None:
            self.transport.close()

    # What the transport calls

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.slot = self.heartbeat.join(self, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.rest = None
        self.unsent.clear()

    def pause_writing(self) -> None:
        self.writable = asyncio.Event()

    def resume_writing(self) -> None:
        self.writable.set()
        self.writable = always

    def data_received(self, data: bytes) -> None:
        if self.failed:
            return
        if self.rest is None and self.handshake_complete and not self.read_paused:
            self.cut(data)
        elif not self.handshake_initiated:
            super().data_received(data)
        else:
            self.rest = self.rest or bytearray()
            self.rest += data
            if self.handshake_complete:
                self.cut(self.rest)
            else:
                self.pause()  # it did not wait for our answer to the handshake; now it does

    # The handshake is done, which is where the base's keep-alive begins

    def start_keepalive(self) -> None:
        """What belonged to the handshake can go, and signs of life are owed from now on."""
        self.heard_at = self.heartbeat.now
        self._conn = None
        del self.request, self.response, self.scope
        keep_buffer_small(self.transport.get_extra_info("socket"))
        self.read_on()

    def stop_keepalive(self) -> None:
        self.heartbeat.leave(self, self.slot)

    def shutdown(self) -> None:
        """The server ends. The base's fails where the other end has begun to close."""
        if self.is_open() or self.close_sent or not self.handshake_complete:
            super().shutdown()

    # Signs of life, for the heartbeat

    def ask(self) -> None:
        if self.is_open() and not self.transport.is_closing():
            self.transport.write(PING)

    def is_late(self, since: int) -> bool:
        if not self.handshake_complete:
            return self.heard_at <= since
        if self.read_paused and not self.transport.is_closing():
            return False  # it may have answered, and we do not look
        return self.heard_at < since

    def drop(self) -> None:
        if self.is_open() and not self.transport.is_closing():
            self.keepalive_timeout()  # says 1011
            self.loop.call_later(LAST_WORD_SECONDS, self.transport.abort)
        else:
            self.transport.abort()

    # Frames

    def cut(self, data: bytes | bytearray) -> None:
        """Take complete frames off the front while the application has room for them; keep what is left."""
        at, end = 0, len(data)
        while end - at >= 2 and not self.read_paused and not self.failed:
            first, second = data[at], data[at + 1]
            mask, length = at + 2, second & 0x7F
            if length >= 126:
                mask += 2 if length == 126 else 8
                length = int.from_bytes(data[at + 2 : mask], "big")
            body = mask + 4
            if mask <= end and (length > self.config.ws_max_size or second < MASKED):
                self.hand_over(data[at:])  # which says what is wrong
                break
            if body + length > end:
                break
            start, at = at, body + length
            if first == TEXT and not self.fragmented:
                self.deliver(apply_mask(data[body:at], data[mask:body]), "text")
            elif first == PONG and length < 126:  # a longer one is not allowed
                self.heard_at = self.heartbeat.now
            else:
                self.hand_over(data[start:at])
                if self.transport.is_closing():
                    break
        if at == end or self.failed or self.transport.is_closing():
            self.rest = None
        elif data is self.rest:
            del self.rest[:at]
        else:
            self.rest = bytearray(data[at:])

    def hand_over(self, data: bytes | bytearray) -> None:
        """Let the library have it, and put it away again unless it is in the middle of something."""
        if data[0] == CLOSE and self.has_ended(data):
            return
        if data[0] & 0x0F <= 2:
            self.fragmented = data[0] < FINAL
        super().data_received(bytes(data))
        if not self.fragmented and self.is_open():
            self._conn = None

    def has_ended(self, data: bytes | bytearray) -> bool:
        """Whether this closes as nearly everybody does, for which no parser has to be made; it is answered with the same code."""
        if data[1] != MASKED | 2 or self.fragmented or not self.is_open():
            return False
        code = apply_mask(data[6:8], data[2:6])
        if code not in USUAL_CODES:
            return False
        self.flush()
        self.disconnected = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": int.from_bytes(code, "big"), "reason": ""})
        if not self.transport.is_closing():
            self.transport.write(close_frame(code))
            self.transport.close()
        return True

    def handle_cont(self, event: Frame) -> None:
        if self.close_sent:
            return  # nobody will read it
        if len(self.frames) < MOST_FRAGMENTS:
            super().handle_cont(event)
        else:
            self.frames.clear()
            self.conn.send_close(1009)
            self.handle_parser_exception()

    def send_receive_event_to_app(self) -> None:
        """A message came by way of the library."""
        data, self.frames = b"".join(self.frames), []
        self.deliver(data, self.curr_msg_data_type)

    def handle_parser_exception(self) -> None:
        """Say what was wrong. The base would close at once, and who is still sending would get a reset instead of the reason."""
        close = self.conn.close_sent
        assert close
        self.failed = self.close_sent = True
        self.queue.put_nowait({"type": "websocket.disconnect", "code": close.code, "reason": close.reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.write_eof()
        if self.close_timer is not None:  # we had begun to close
            self.close_timer.cancel()
        self.close_timer = self.loop.call_later(LAST_WORD_SECONDS, self.transport.close)

    def deliver(self, data: bytes, kind: str) -> None:
        if self.close_sent:
            return
        if kind == "text":
            try:
                text = data.decode()
            except UnicodeDecodeError:
                self.conn.send_close(1007)
                self.handle_parser_exception()
                return
            if not self.queue.messages and self.hear(text):
                return
            self.queue.put_nowait({"type": "websocket.receive", "text": text})
        else:
            self.queue.put_nowait({"type": "websocket.receive", "bytes": data})
        if self.queue.is_full(len(data)):
            self.pause()

    def pause(self) -> None:
        if not self.read_paused:
            self.read_paused = True
            self.transport.pause_reading()

    def read_on(self) -> None:
        """There is room again."""
        was_paused, self.read_paused = self.read_paused, False
        if self.rest is not None:
            self.cut(self.rest)
        if was_paused and not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()
