"""Nobody holds a connection by saying nothing, or half of something."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from chatproject.heartbeat import Heartbeat
from chatproject.uvicorn_http import REQUEST_BEATS, TandemHTTP
from chatproject.uvicorn_socket import TandemSocket
from tests.unit.uvicorn_line import REQUEST, Transport, ticks

HEAD = b"GET / HTTP/1.1\r\nHost: here\r\n"
AT_MOST = 22  # beats


@pytest.fixture
def heart(monkeypatch: pytest.MonkeyPatch) -> Heartbeat:
    heart = Heartbeat()
    for kind in (TandemHTTP, TandemSocket):
        monkeypatch.setattr(kind, "heartbeat", heart)
    return heart


@pytest.fixture
def beat(heart: Heartbeat) -> Callable[[int], None]:
    def beat(times: int) -> None:
        for _ in range(times):
            heart._beat(asyncio.get_running_loop())

    return beat


class Visitor:
    """A connection whose other end is this test; the page is ready when `page` is set."""

    def __init__(self) -> None:
        async def application(scope: Any, receive: Any, send: Any) -> None:
            await self.page.wait()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})

        self.page = asyncio.Event()
        self.transport = Transport()
        config = uvicorn.Config(application, http=TandemHTTP, ws=TandemSocket, lifespan="off", log_config=None)
        config.load()
        self.protocol = TandemHTTP(config, ServerState(), {}, asyncio.get_running_loop())
        self.protocol.connection_made(self.transport)

    def is_dropped(self) -> bool:
        return self.transport.aborted


async def test_silence_is_dropped(beat: Callable[[int], None]):
    visitor = Visitor()
    beat(11)
    assert not visitor.is_dropped()
    beat(AT_MOST - 11)
    assert visitor.is_dropped()


async def test_a_head_that_comes_drop_by_drop_is_dropped(beat: Callable[[int], None]):
    visitor = Visitor()
    for byte in HEAD[:AT_MOST]:
        visitor.protocol.data_received(bytes((byte,)))
        beat(1)
    assert visitor.is_dropped()


async def test_after_an_answer_the_next_request_has_its_own_time(beat: Callable[[int], None]):
    visitor = Visitor()
    visitor.page.set()
    for _ in range(3):
        visitor.protocol.data_received(HEAD + b"\r\n")
        await ticks()
        assert b"".join(visitor.transport.written).endswith(b"ok")
        visitor.transport.written.clear()
        beat(50)  # uvicorn's own keep-alive is a minute
    assert not visitor.is_dropped()
    visitor.protocol.data_received(HEAD)
    beat(AT_MOST)
    assert visitor.is_dropped()


async def test_a_body_that_does_not_end_is_dropped_with_its_request(beat: Callable[[int], None]):
    visitor = Visitor()
    visitor.protocol.data_received(b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 99\r\n\r\n")
    beat(int(REQUEST_BEATS) - 1)
    assert not visitor.is_dropped()
    beat(10)
    assert visitor.is_dropped()
    visitor.protocol.connection_lost(None)
    visitor.page.set()
    await ticks()


async def test_a_connection_that_became_a_socket_is_the_sockets(heart: Heartbeat):
    visitor = Visitor()
    visitor.protocol.data_received(REQUEST)
    [watched] = [one for slot in heart._slots for one in slot]
    assert isinstance(watched, TandemSocket)
    visitor.page.set()
    await ticks()
