"""What our socket on uvicorn sends: when it is written, who waits for it, and what becomes of it at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chatproject import patience, uvicorn_socket
from tests.unit.uvicorn_line import CLOSE, Line, frame, text, ticks


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
    with pytest.raises(OSError, match="too slow"):  # as the ASGI specification asks
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
