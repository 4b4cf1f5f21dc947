"""Signs of life on our socket on uvicorn: who is asked for one, and who is dropped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from chatproject import heartbeat, uvicorn_socket
from chatproject.frames import PING
from chatproject.heartbeat import Heartbeat
from chatproject.uvicorn_socket import TandemSocket
from tests.unit.uvicorn_line import PONG, TEXT, Line, frame, ticks

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


async def test_those_who_came_together_are_not_asked_together(beat: Callable[[int], None]):
    lines = [await Line().opened() for _ in range(5 * heartbeat.PERIOD)]
    for _ in range(heartbeat.PERIOD):
        beat(1)
        assert [line.written() for line in lines].count(PING) == 5


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


@pytest.mark.parametrize("others", range(heartbeat.PERIOD))
async def test_who_was_still_at_the_handshake_when_asked_has_as_long_for_the_first_answer(
    beat: Callable[[int], None], others: int
):
    for _ in range(others):  # who are asked in the beats before
        await Line().opened()
    line = Line()
    beat(others)
    await line.opened()
    for _ in range(heartbeat.PERIOD):
        beat(1)
        if line.written() == PING:
            break
    else:
        pytest.fail("it was not asked")
    beat(heartbeat.PATIENCE - 1)
    assert not line.transport.closing
    beat(1)
    assert line.transport.closing


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
