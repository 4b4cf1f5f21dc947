"""A connection to uvicorn whose other end is the test: frames in whatever pieces, and what was written."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from chatproject.uvicorn_socket import TandemSocket

LIMIT = 100_000  # bytes of a message
REQUEST = (
    b"GET /ws/ HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def frame(
    opcode: int, payload: bytes = b"", *, fin: bool = True, masked: bool = True, length: int | None = None
) -> bytes:
    """A client's frame; `length` is what it announces, if that is not the truth."""
    length = len(payload) if length is None else length
    mask = b"\x11\x22\x33\x44"
    size = (
        bytes((length | masked << 7,))
        if length < 126
        else bytes((126 | masked << 7,)) + length.to_bytes(2, "big")
        if length < 1 << 16
        else bytes((127 | masked << 7,)) + length.to_bytes(8, "big")
    )
    body = mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)) if masked else payload
    return bytes((opcode | fin << 7,)) + size + body


class Transport(asyncio.Transport):
    """What a transport was told; `closing` ends what is taken from the other end, `ended` what it is given, as in a real one."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closing = self.aborted = self.ended = self.paused = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.closing
        assert not self.ended
        self.written.append(bytes(data))

    def write_eof(self) -> None:
        self.ended = True

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Line:
    """A connection whose other end is this test, with an application that does what it is told."""

    def __init__(
        self, kind: type[WebSocketsSansIOProtocol] = TandemSocket, *, accept: bool = True, application: Any = None
    ) -> None:
        async def obey(scope: Any, receive: Any, send: Any) -> None:
            self.receive, self.send = receive, send
            assert (await receive())["type"] == "websocket.connect"
            if accept:
                await send({"type": "websocket.accept"})
            await self.over.wait()

        self.over = asyncio.Event()
        self.transport = Transport()
        config = uvicorn.Config(
            application or obey, ws=kind, ws_max_size=LIMIT, ws_per_message_deflate=False, lifespan="off",
            proxy_headers=False, log_config=None,
        )  # fmt: skip
        config.load()
        self.state = ServerState()
        self.socket: Any = kind(config, self.state, {}, asyncio.get_running_loop())
        self.socket.connection_made(self.transport)
        self.comes(REQUEST)

    async def opened(self) -> Line:
        await ticks()
        assert self.transport.written.pop(0).startswith(b"HTTP/1.1 101 ")
        return self

    def comes(self, *pieces: bytes) -> None:
        for piece in pieces:
            if not self.transport.closing and not self.transport.paused:
                self.socket.data_received(piece)

    async def heard(self) -> list[Any]:
        """Everything the application can receive now."""
        events: list[Any] = []
        while True:
            taking = asyncio.ensure_future(self.receive())
            await ticks()
            if not taking.done():
                taking.cancel()
                return events
            events.append(taking.result())

    async def texts(self) -> list[str]:
        return [event["text"] for event in await self.heard()]

    def keeps_a_parser(self) -> bool:
        return self.socket._conn is not None

    def is_paused(self) -> bool:
        return self.transport.paused

    def written(self) -> bytes:
        data = b"".join(self.transport.written)
        self.transport.written.clear()
        return data

    def gone(self) -> None:
        self.transport.closing = True
        self.socket.connection_lost(None)


def text(words: str) -> dict[str, str]:
    return {"type": "websocket.send", "text": words}


async def ticks() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[begin:end] for begin, end in itertools.pairwise(edges)]
