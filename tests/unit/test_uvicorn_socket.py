"""Our socket does what uvicorn's own does, whatever comes in whatever pieces, and keeps nothing it does not need."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from chatproject import heartbeat, inbox, patience, uvicorn_socket
from chatproject.heartbeat import Heartbeat
from chatproject.uvicorn_socket import TandemSocket

LIMIT = 100_000
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


async def ticks() -> None:
    for _ in range(4):
        await asyncio.sleep(0)


def in_pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[begin:end] for begin, end in itertools.pairwise(edges)]


# --- the same as uvicorn's own -------------------------------------------------------------------------------------------

PAYLOADS = [b"", b"x", "äöü".encode(), b"y" * 125, b"z" * 126, b"w" * 300, b"v" * 65_536, b"\xff\xfe", "ä".encode()[:1]]
whole = st.builds(frame, st.sampled_from([TEXT, TEXT, TEXT, BINARY]), st.sampled_from(PAYLOADS))
fragments = st.builds(frame, st.sampled_from([CONT, TEXT, BINARY]), st.sampled_from(PAYLOADS), fin=st.booleans())
control = st.builds(frame, st.sampled_from([PING, PONG]), st.sampled_from([b"", b"p", b"q" * 125]))
closing = st.builds(frame, st.just(CLOSE), st.sampled_from([b"", b"\x03\xe8", b"\x03\xe8bye", b"\x00", b"\x00\x01"]))
odd = st.builds(
    frame,
    st.sampled_from([CONT, TEXT, CLOSE, PING, PONG, 3, 11, 0x40 | TEXT, 0x10 | PONG]),
    st.sampled_from([b"", b"x" * 3, b"x" * 126]),
    fin=st.booleans(),
    masked=st.booleans(),
    length=st.sampled_from([None, None, None, LIMIT + 1, 1 << 63]),
)
streams = st.lists(whole | fragments | control | closing | odd, max_size=8)


async def outcome(kind: type[WebSocketsSansIOProtocol], pieces: list[bytes]) -> tuple[list[Any], bytes, bool]:
    line = await Line(kind).opened()
    events = []
    for piece in pieces:
        line.comes(piece)
        events += await line.heard()  # or else the base's stays paused
    # Where uvicorn closes, we say that nothing follows and let the other end finish.
    result = events, line.written(), line.transport.closing or line.transport.ended
    line.over.set()
    await ticks()
    return result


@settings(max_examples=400, deadline=None)
@given(streams, st.lists(st.integers(0, 1 << 20), max_size=6))
def test_whatever_comes_it_answers_as_uvicorn_does(frames: list[bytes], cuts: list[int]):
    """uvicorn's own gets a frame at a time: it forgets what came in one piece with a frame that is wrong."""
    logging.disable()  # uvicorn's own has a traceback for what is not UTF-8
    try:
        theirs = asyncio.run(outcome(WebSocketsSansIOProtocol, frames))
        ours = asyncio.run(outcome(TandemSocket, in_pieces(b"".join(frames), cuts)))
    finally:
        logging.disable(logging.NOTSET)
    assert ours == theirs


# --- where it differs ----------------------------------------------------------------------------------------------------


async def test_what_is_not_utf_8_leaves_no_traceback(caplog: pytest.LogCaptureFixture):
    for wrong in (frame(TEXT, b"\xff"), frame(TEXT, b"\xff", fin=False) + frame(CONT)):
        line = await Line().opened()
        line.comes(frame(TEXT, b"before") + wrong + frame(TEXT, b"after"))
        assert [event.get("text", event.get("code")) for event in await line.heard()] == ["before", 1007]
        assert line.written() == b"\x88\x02" + (1007).to_bytes(2, "big")
    assert not caplog.records


async def test_who_is_told_what_was_wrong_may_finish_sending():
    line = await Line().opened()
    line.comes(frame(TEXT, length=LIMIT + 1))
    assert line.written().startswith(b"\x88")
    line.socket.data_received(b"x" * LIMIT)
    assert line.written() == b""
    assert [event["code"] for event in await line.heard()] == [1009]
    assert line.socket.close_timer.when() <= asyncio.get_running_loop().time() + uvicorn_socket.LAST_WORD_SECONDS


async def test_a_message_has_only_so_many_fragments():
    empty = frame(CONT, fin=False)
    line = await Line().opened()
    line.comes(frame(TEXT, b"x", fin=False) + empty * (uvicorn_socket.MOST_FRAGMENTS - 1) + frame(PING))
    assert line.written() == b"\x8a\x00"
    line.comes(empty * 200_000)
    assert line.written() == b"\x88\x02" + (1009).to_bytes(2, "big")
    assert line.transport.ended
    assert not line.socket.frames
    assert [event["code"] for event in await line.heard()] == [1009]


async def test_fragments_for_who_has_closed_are_not_kept():
    line = await Line().opened()
    line.comes(frame(TEXT, b"x", fin=False))
    await line.send({"type": "websocket.close"})
    line.comes(frame(CONT, fin=False) * 2000)
    assert len(line.socket.frames) == 1


async def test_the_librarys_side_is_there_only_while_it_is_needed():
    line = await Line().opened()
    assert not line.keeps_a_parser()
    line.comes(frame(TEXT, b"one"), frame(PONG))
    assert not line.keeps_a_parser()
    line.comes(frame(PING, b"?"))
    assert line.written() == b"\x8a\x01?"
    assert not line.keeps_a_parser()
    line.comes(frame(TEXT, b"t", fin=False))
    assert line.keeps_a_parser()
    line.comes(frame(PING), frame(CONT, b"wo", fin=False), frame(PONG), frame(CONT))
    assert not line.keeps_a_parser()
    assert await line.texts() == ["one", "two"]
    assert not line.socket.__dict__, "what is not in __slots__ makes a dictionary"


async def test_who_is_not_listened_to_is_not_read_either():
    line = await Line().opened()
    many = [str(n) for n in range(1000)]
    line.comes(b"".join(frame(TEXT, text.encode()) for text in many))
    assert line.is_paused()
    assert len(line.socket.queue.messages) == inbox.WAITING_MESSAGES
    assert await line.texts() == many
    assert not line.is_paused()


async def test_large_messages_wait_one_at_a_time():
    line = await Line().opened()
    large = b"x" * (inbox.LARGE_BYTES + 1)
    line.comes(frame(TEXT, large) * 3)
    assert len(line.socket.queue.messages) == 1
    assert await line.texts() == [large.decode()] * 3


async def test_a_close_frame_behind_what_nobody_took_is_answered_once_the_application_closes():
    line = await Line().opened()
    line.comes(frame(TEXT, b"x") * 1000 + frame(CLOSE, b"\x03\xe8"))
    assert not line.transport.closing
    await line.send({"type": "websocket.close", "code": 4401})
    assert line.written() == b"\x88\x02" + (4401).to_bytes(2, "big")
    assert line.transport.closing


async def test_frames_before_the_answer_to_the_handshake_are_kept():
    line = Line(accept=False)
    await ticks()
    line.comes(frame(TEXT, b"early ")[:5])
    assert line.is_paused()
    await line.send({"type": "websocket.accept"})
    assert not line.is_paused()
    line.comes(frame(TEXT, b"early ")[5:])
    assert await line.texts() == ["early "]


async def test_what_is_heard_at_once_is_not_received_and_nothing_overtakes_what_waits():
    line = await Line().opened()
    heard: list[str] = []

    def hear(text: str) -> bool:
        heard.append(text)
        return text != "later"

    line.socket.hand_texts_to(hear)
    line.comes(
        frame(TEXT, b"one"), frame(TEXT, b"t", fin=False), frame(CONT, b"wo"), frame(BINARY, b"data"), frame(TEXT, b"x")
    )
    assert heard == ["one", "two"], "x came behind what nobody has taken"
    assert [event.get("text") for event in await line.heard()] == [None, "x"]
    line.comes(frame(TEXT, b"later"), frame(TEXT, b"last"))
    assert heard == ["one", "two", "later"]
    assert await line.texts() == ["later", "last"]


async def test_nothing_is_heard_while_the_message_before_it_is_on_its_way_to_the_application():
    line = await Line().opened()
    order: list[str] = []
    line.socket.hand_texts_to(lambda text: False)
    many = [str(n) for n in range(3 * inbox.WAITING_MESSAGES)]
    line.comes(b"".join(frame(TEXT, text.encode()) for text in many))
    assert line.is_paused()

    def hear(text: str) -> bool:
        order.append(text)
        return True

    line.socket.hand_texts_to(hear)
    async with asyncio.timeout(10):
        while len(order) < len(many):
            message = await line.receive()  # which looks at what follows, once it is the last that waits
            order.append(message["text"])
    assert order == many
    line.comes(frame(TEXT, b"last"))
    assert order[-1] == "last"


@pytest.mark.parametrize("code", [1000, 1001, 1002, 3000, 1005])
async def test_a_close_frame_is_answered_as_the_library_does(code: int):
    """The usual ones without it."""
    ours, theirs = await Line().opened(), await Line(WebSocketsSansIOProtocol).opened()
    for line in (ours, theirs):
        line.comes(frame(CLOSE, code.to_bytes(2, "big")))
    assert await ours.heard() == await theirs.heard()
    assert ours.written() == theirs.written()
    with pytest.raises(ClientDisconnected):
        await ours.send(text("in vain"))


# --- sending -------------------------------------------------------------------------------------------------------------


def text(words: str) -> dict[str, str]:
    return {"type": "websocket.send", "text": words}


@pytest.mark.parametrize("size", [0, 125, 126, 1023, 1024, 65_535, 65_536])
async def test_frames_are_what_the_library_would_send(size: int):
    ours, theirs = await Line().opened(), await Line(WebSocketsSansIOProtocol).opened()
    for line in (ours, theirs):
        await line.send(text("ä" * (size // 2) + "x" * (size % 2)))
        await line.send({"type": "websocket.send", "bytes": b"\xff" * size})
    await ticks()
    assert ours.written() == theirs.written()


def without_waiting(sending: Coroutine[Any, Any, None]) -> None:
    """Run it, which must not wait for anything."""
    with pytest.raises(StopIteration):
        sending.send(None)


async def test_what_is_sent_in_a_tick_is_written_at_once_and_no_send_waits():
    line = await Line().opened()
    for word in ("one", "two", "three"):
        without_waiting(line.send(text(word)))
    assert line.transport.written == []
    await ticks()
    assert line.transport.written == [b"\x81\x03one\x81\x03two\x81\x05three"]


async def test_a_tick_does_not_gather_without_bound():
    line = await Line().opened()
    for _ in range(10 * uvicorn_socket.GATHERED_FRAMES):
        without_waiting(line.send(text("x")))
    assert len(line.transport.written) == 10
    without_waiting(line.send(text("x" * (uvicorn_socket.GATHERED_BYTES + 1))))
    assert len(line.transport.written) == 11


async def test_what_was_sent_goes_before_the_close_frame_and_before_the_end():
    closed = b"\x81\x03bye\x88\x02" + (1000).to_bytes(2, "big")
    ends: list[tuple[Callable[[Line], Any], bytes]] = [
        (lambda line: line.send({"type": "websocket.close"}), closed),
        (lambda line: line.comes(frame(CLOSE, b"\x03\xe8")), closed),
        (lambda line: line.socket.shutdown(), closed[:-2] + (1012).to_bytes(2, "big")),
        (lambda line: line.over.set(), closed[:5]),
    ]
    for end, written in ends:
        line = await Line().opened()
        await line.send(text("bye"))
        if asyncio.iscoroutine(ending := end(line)):
            await ending
        await ticks()
        assert line.written() == written


async def test_a_slow_reader_makes_send_wait_and_keeps_the_order():
    line = await Line().opened()
    line.socket.pause_writing()
    senders = [asyncio.ensure_future(line.send(text(str(n)))) for n in range(3)]
    await ticks()
    assert not any(sender.done() for sender in senders)
    line.socket.resume_writing()
    without_waiting(line.send(text("3")))
    await ticks()
    assert all(sender.done() for sender in senders)
    assert line.written() == b"".join(b"\x81\x01%d" % n for n in range(4))


async def test_a_reader_who_takes_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "PATIENCE_SECONDS", 0.01)
    line = await Line().opened()
    line.socket.pause_writing()
    await line.send(text("x"))
    assert line.transport.aborted


async def test_one_that_is_cut_off_does_not_take_the_frames_of_others_with_it():
    cut, other = await Line().opened(), await Line().opened()
    await cut.send(text("never"))
    await other.send(text("sent"))
    cut.transport.abort()
    await ticks()
    assert (cut.written(), other.written()) == (b"", b"\x81\x04sent")


async def test_one_whose_frames_cannot_be_sent_does_not_take_those_of_others_with_it(caplog: pytest.LogCaptureFixture):
    odd, other = await Line().opened(), await Line().opened()
    await odd.send(text("never"))
    await other.send(text("sent"))
    odd.transport.ended = True  # a write fails
    await ticks()
    assert other.written() == b"\x81\x04sent"
    assert [record.getMessage() for record in caplog.records] == ["What was gathered for one socket could not be sent"]


async def test_sending_to_who_is_gone_is_an_os_error():
    for leave in (Line.gone, lambda line: line.comes(frame(CLOSE))):
        line = await Line().opened()
        leave(line)
        with pytest.raises(OSError):  # noqa: PT011  the ASGI specification says no more
            await line.send(text("x"))
        line.over.set()
        await ticks()


async def test_sending_after_we_have_begun_to_close_is_an_os_error(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uvicorn_socket, "LAST_WORD_SECONDS", 0)
    begins: list[Callable[[Line], Any]] = [
        lambda line: line.comes(frame(3)),
        lambda line: line.socket.drop(),
        lambda line: line.send({"type": "websocket.close"}),
    ]
    for begin in begins:
        line = await Line().opened()
        if asyncio.iscoroutine(beginning := begin(line)):
            await beginning
        for message in (text("x"), {"type": "websocket.close"}):
            with pytest.raises(OSError):  # noqa: PT011  the ASGI specification says no more
                await line.send(message)
        line.over.set()
        await ticks()


async def test_an_application_that_breaks_is_logged_and_one_that_gives_no_answer_too(caplog: pytest.LogCaptureFixture):
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        raise RuntimeError

    async def returns(scope: Any, receive: Any, send: Any) -> None:
        pass

    for application in (breaks, returns):
        line = Line(application=application)
        await ticks()
        assert line.written().startswith(b"HTTP/1.1 500 ")
        assert line.transport.closing
    assert [record.getMessage().split()[-1] for record in caplog.records] == ["application", "handshake"]


async def test_a_shutdown_while_the_other_end_closes():
    line = await Line().opened()
    line.comes(frame(CLOSE))
    line.socket.shutdown()
    assert line.written() == b"\x88\x00"


# --- signs of life -------------------------------------------------------------------------------------------------------

AT_MOST = 22  # beats until a line that went dead is noticed


@pytest.fixture
def beat(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A heart of the test's own, and a function to make it beat so many times."""
    heart = Heartbeat()
    monkeypatch.setattr(TandemSocket, "heartbeat", heart)

    def beat(times: int) -> None:
        for _ in range(times):
            heart._beat(asyncio.get_running_loop())

    return beat


async def test_who_answers_is_asked_every_ten_seconds_and_stays(beat: Callable[[int], None]):
    line = await Line().opened()
    for _ in range(10):
        beat(9)
        assert line.written() == b""
        beat(1)
        assert line.written() == b"\x89\x00"
        line.comes(frame(PONG))
    assert not line.transport.closing


@pytest.mark.parametrize("age", range(heartbeat.PERIOD))
async def test_who_does_not_answer_is_dropped_within_25_seconds(
    beat: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, age: int
):
    monkeypatch.setattr(uvicorn_socket, "LAST_WORD_SECONDS", 0)
    other = await Line().opened()  # without a socket it does not beat
    beat(age)
    other.gone()
    line = await Line().opened()
    line.comes(frame(TEXT, b"a text is no answer to a ping"))
    beat(AT_MOST - 1)
    assert not line.transport.closing
    beat(1)
    assert line.written() == b"\x89\x00" * 2 + b"\x88\x18" + (1011).to_bytes(2, "big") + b"keepalive ping timeout"
    await ticks()
    assert line.transport.aborted


async def test_who_waits_for_us_is_not_dropped(beat: Callable[[int], None]):
    line = await Line().opened()
    line.comes(frame(TEXT, b"x") * 1000 + frame(PONG))
    beat(100)
    assert not line.transport.closing
    await line.heard()
    beat(30)
    assert line.transport.closing


async def test_who_neither_reads_nor_is_read_is_dropped_once_the_application_is_gone(beat: Callable[[int], None]):
    line = await Line().opened()
    line.comes(frame(TEXT, b"x") * 1000)
    line.over.set()
    await ticks()
    assert line.transport.closing
    beat(AT_MOST)
    assert line.transport.aborted


async def test_a_handshake_that_nobody_answers_is_dropped(beat: Callable[[int], None]):
    line = Line(accept=False)
    await ticks()
    beat(11)
    assert not line.transport.closing
    beat(1)
    assert line.transport.aborted


async def test_no_timer_is_left_when_nobody_is_connected(beat: Callable[[int], None]):
    line = await Line().opened()
    assert TandemSocket.heartbeat._timer
    line.gone()
    beat(1)
    assert not TandemSocket.heartbeat._timer
