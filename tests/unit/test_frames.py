"""Text frames of our own, beside the library that knows all of RFC 6455."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from chatproject.frames import text_frame, text_in

TEXTS = st.one_of(
    st.text(max_size=300), st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536]).map(lambda length: "x" * length)
)


def parsed(data: bytes, *, mask: bool) -> Frame:
    """What the library makes of it."""
    reader = StreamReader()
    reader.feed_data(data)
    parsing = Frame.parse(reader.read_exact, mask=mask)
    with pytest.raises(StopIteration) as done:
        next(parsing)
    frame: Frame = done.value.value
    return frame


def from_client(text: str) -> bytes:
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=True)


@given(TEXTS)
def test_a_frame_of_ours_is_the_librarys(text):
    assert text_frame(text.encode()) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
    assert parsed(text_frame(text.encode()), mask=False).data == text.encode()


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5))
def test_texts_are_taken_one_after_the_other(texts):
    data, at, found = b"".join(map(from_client, texts)), 0, []
    while one := text_in(data, at):
        found.append(one[0])
        at = one[1]
    assert (found, at) == (texts, len(data))


@given(st.text(min_size=1, max_size=300), st.data())
def test_a_frame_that_is_not_whole_has_to_wait(text, data):
    frame = from_client(text)
    assert text_in(frame[: data.draw(st.integers(0, len(frame) - 1))], 0) is None


@pytest.mark.parametrize(
    "frame",
    [
        Frame(Opcode.TEXT, b"not masked").serialize(mask=False),
        Frame(Opcode.TEXT, b"not the last", fin=False).serialize(mask=True),
        b"\xc1" + Frame(Opcode.TEXT, b"compressed").serialize(mask=True)[1:],
        Frame(Opcode.BINARY, b"binary").serialize(mask=True),
        Frame(Opcode.PING, b"ping").serialize(mask=True),
        Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True),
        Frame(Opcode.CONT, b"the rest").serialize(mask=True),
        Frame(Opcode.TEXT, b"\xff not UTF-8").serialize(mask=True),
        Frame(Opcode.TEXT, b"x" * 65_536).serialize(mask=True),
    ],
)
def test_anything_else_is_for_the_library(frame):
    assert text_in(frame, 0) is None
    assert text_in(from_client("before") + frame, len(from_client("before"))) is None
