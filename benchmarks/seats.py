"""One connection of the load generator, in the language of each peer.

A seat knows how to open, how to send a text to its partner, and when one arrived from the partner (`hear` is called).
Everything that differs between peers on the wire is in this file.
"""

from __future__ import annotations

# mypy: disable-error-code="import-not-found"
import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec
from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from chatproject.heartbeat import Post
from tests.person import Person

PATIENCE = 30.0  # seconds until the other side should have answered
TEXT = WSMsgType.TEXT
encode = msgspec.json.encode
decode = msgspec.json.decode

# What a Tandem seat looks at in a frame; the rest is skipped, for this decides how fast the generator is.
SAID = b'{"type":"message",'
TOLD = (b'{"type":"accepted",', b'{"type":"delivered",')  # the server's word, on which this client does nothing


class Said(msgspec.Struct):
    """A message of the partner."""

    seq: int
    text: str


class Message(msgspec.Struct, tag="message"):
    """What is said."""

    pair: str
    n: int
    text: str


class Received(msgspec.Struct, tag="received"):
    """A receipt."""

    pair: str
    seq: int


class Frame(msgspec.Struct):
    """Any other frame."""

    type: str
    pair: msgspec.Raw = msgspec.Raw()
    reason: str = ""
    code: str = ""
    n: int = 0


decode_said = msgspec.json.Decoder(Said).decode
decode_frame = msgspec.json.Decoder(Frame).decode


@lru_cache
def head(length: int) -> bytes:
    """What stands before a text that a client sends, masked with four zeros: RFC 6455 wants a mask, not work."""
    size = bytes((0x80 | length,)) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    return b"\x81" + size + b"\0\0\0\0"


@lru_cache(maxsize=1)
def post_of(loop: asyncio.AbstractEventLoop) -> Post:
    """What sends for all seats of this loop."""
    return Post()


class Seat(WSListener):
    """Where one of two sits; this one speaks the bare relay's language: a frame is a text."""

    path = "/room/{pair}"
    in_room: type[Seat]  # what sits in a room for several people

    def __init__(self, url: str, pair: str, host: bool, person: Person | None = None) -> None:
        self.url, self.pair, self.is_host, self.person = url, pair, host, person
        self.hear: Callable[[str], None] = lambda text: None
        self.loop = asyncio.get_running_loop()
        self.post = post_of(self.loop)
        self.ready: asyncio.Future[Any] = self.loop.create_future()
        self.unsent: list[bytes] = []

    @property
    def headers(self) -> dict[str, str]:
        return {"Origin": self.url}

    async def open(self) -> None:
        """Connect, and wait until the server has done what it does for a new socket."""
        url = self.url.replace("http", "ws", 1) + self.path.format(pair=self.pair)
        await ws_connect(lambda: self, url, extra_headers=self.headers, websocket_handshake_timeout=PATIENCE)
        await asyncio.wait_for(self.ready, PATIENCE)

    def greet(self) -> None:
        self.ready.set_result(None)

    async def close(self) -> None:
        self.flush()
        self.transport.send_close(WSCloseCode.OK)
        self.transport.disconnect()
        await asyncio.wait_for(self.transport.wait_disconnected(), PATIENCE)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        self.greet()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == TEXT:
            self.received(frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed by the server"))

    def send(self, text: str) -> None:
        self.write(text.encode())

    def write(self, data: bytes) -> None:
        """What a tick has gathered leaves in one system call, or the load generator would be what is measured."""
        unsent = self.unsent
        if not unsent:
            self.post.collect(self, self.loop)
        unsent.append(head(len(data)))
        unsent.append(data)

    def flush(self) -> None:
        if self.unsent:
            self.transport.underlying_transport.write(b"".join(self.unsent))
            self.unsent.clear()

    def received(self, data: bytes) -> None:
        self.hear(data.decode())


class TutorialSeat(Seat):
    """The Channels tutorial: JSON with one field, and one's own messages come back."""

    path = "/ws/chat/{pair}/"

    def send(self, text: str) -> None:
        self.write(encode({"message": text}))

    def received(self, data: bytes) -> None:
        text = decode(data)["message"]
        if text.startswith("h") != self.is_host:
            self.hear(text)


class SocketIOSeat(Seat):
    """Socket.IO 5 in Engine.IO 4 over a plain WebSocket: a digit or two, then JSON."""

    path = "/socket.io/?EIO=4&transport=websocket&room={pair}"

    def greet(self) -> None:
        """The server speaks first."""

    def send(self, text: str) -> None:
        self.write(b"42" + encode(("message", text)))

    def received(self, data: bytes) -> None:
        if data.startswith(b"42"):
            event, *arguments = decode(data[2:])
            if event == "message":
                self.hear(arguments[0])
            else:
                self.ready.set_result(None)
        elif data.startswith(b"2"):
            self.write(b"3")
        elif data.startswith(b"0"):
            self.write(b"40")


class TandemSeat(Seat):
    """docs/protocol.md. What arrives is acknowledged as a page does: the last of what came together, before what is said next."""

    path = "/ws/pair/"

    def __init__(self, url: str, pair: str, host: bool, person: Person | None = None) -> None:
        super().__init__(url, pair, host, person)
        self.joined: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.left: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.n = self.seq = self.acknowledged = 0

    @property
    def headers(self) -> dict[str, str]:
        assert self.person
        return {"Origin": self.url, "Cookie": self.person.cookie_header}

    def greet(self) -> None:
        """`welcome` comes by itself."""

    async def join(self, partner: TandemSeat) -> None:
        """Take the second seat beside `partner`, whose socket is open."""
        assert partner.person
        self.write(encode({"type": "join", "token": partner.person.token}))
        both = asyncio.gather(self.joined, partner.joined)
        self.pair, partner.pair = await asyncio.wait_for(both, PATIENCE)

    def leave(self) -> None:
        self.write(encode({"type": "leave", "pair": self.pair}))

    async def close(self) -> None:
        """Leave first: a seat that is only dropped is held, and costs the server something."""
        if self.joined.done() and not self.left.done():
            self.leave()
            await asyncio.wait_for(self.left, PATIENCE)
        await super().close()

    def send(self, text: str) -> None:
        self.n += 1
        self.write(encode(Message(self.pair, self.n, text)))

    def received(self, data: bytes) -> None:
        if data.startswith(SAID):
            said = decode_said(data)
            if self.seq == self.acknowledged:
                self.post.collect(self, self.loop)
            self.seq = said.seq
            self.hear(said.text)
        elif not data.startswith(TOLD):
            self.told(decode_frame(data))

    def told(self, frame: Frame) -> None:
        match frame.type:
            case "welcome":
                self.ready.set_result(None)
            case "joined":
                self.joined.set_result(decode(frame.pair)["id"])
            case "left":
                self.left.set_result(None)
            case "closing" if not self.ready.done():
                self.ready.set_exception(ConnectionError(frame.reason))
            case "error" if not self.joined.done():
                self.joined.set_exception(ConnectionError(frame.code))

    def flush(self) -> None:
        if self.seq > self.acknowledged:
            self.acknowledged = self.seq
            receipt = encode(Received(self.pair, self.seq))
            self.unsent[:0] = (head(len(receipt)), receipt)
        super().flush()


class RoomSeat(TandemSeat):
    """Somebody in a room; nothing is acknowledged there."""

    path = "/ws/rooms/{pair}/"

    def send(self, text: str) -> None:
        self.n += 1
        self.write(encode({"type": "message", "n": self.n, "text": text}))

    def received(self, data: bytes) -> None:
        if data.startswith(SAID):
            self.hear(decode_said(data).text)
        elif not data.startswith(TOLD):
            self.told(decode_frame(data))

    def told(self, frame: Frame) -> None:
        self.n = max(self.n, frame.n)  # of `welcome`: counting goes on where this person left off
        super().told(frame)


Seat.in_room = Seat
TutorialSeat.in_room = TutorialSeat
SocketIOSeat.in_room = SocketIOSeat
TandemSeat.in_room = RoomSeat
