"""Our socket does what uvicorn's own does, whatever comes in whatever pieces, and keeps nothing it does not need."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from chatproject import inbox, uvicorn_socket
from chatproject.uvicorn_socket import TandemSocket
from tests.unit.uvicorn_line import BINARY, CLOSE, CONT, LIMIT, PING, PONG, TEXT, Line, frame, in_pieces, text, ticks

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
