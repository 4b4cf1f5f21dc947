"""What goes out by the clock goes out when it is due, and not before."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest
import uvloop

from benchmarks import alarm
from benchmarks.alarm import Alarm
from benchmarks.loads import ByTheClock

# The other way to end a test that hangs has the alarm for itself.
pytestmark = pytest.mark.timeout(method="thread")

either_loop = pytest.mark.parametrize("make_loop", [uvloop.new_event_loop, asyncio.new_event_loop])


def run(make_loop: Callable[[], asyncio.AbstractEventLoop], work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(work())


class Voice:
    """Notes when it spoke, and when it should have."""

    def __init__(self, enough: int) -> None:
        self.spoke: list[tuple[float, float]] = []
        self.enough, self.has_enough = enough, asyncio.Event()

    def say(self, due: float | None = None) -> None:
        assert due is not None
        self.spoke.append((time.monotonic(), due))
        if len(self.spoke) == self.enough:
            self.has_enough.set()

    def give_up(self) -> None: ...


@either_loop
def test_what_goes_out_by_the_clock_is_due_at_even_times_and_goes_out_at_none_before(make_loop):
    async def work() -> None:
        voice = Voice(enough=40)
        load = ByTheClock([voice], rate=300)
        load.start()
        await asyncio.wait_for(voice.has_enough.wait(), 30)
        load.stop()
        assert min(spoke - due for spoke, due in voice.spoke) >= 0
        dues = [due for _, due in voice.spoke]
        assert [after - before for before, after in pairwise(dues)] == pytest.approx([1 / 300] * 39)

    run(make_loop, work)


class Readings:
    """A clock that shows these times one after the other, and then the last."""

    def __init__(self, *readings: float) -> None:
        self.readings = list(readings)

    def monotonic(self) -> float:
        return self.readings.pop(0) if len(self.readings) > 1 else self.readings[0]


@either_loop
@pytest.mark.parametrize("readings", [(11.0,), (10 - 1e-9, 10.0)], ids=["over", "the smallest time"])
def test_what_is_over_is_not_waited_for_nor_is_the_smallest_time_for_ever(make_loop, monkeypatch, readings):
    async def work() -> None:
        clock = Readings(*readings)
        monkeypatch.setattr(alarm, "time", clock)
        with Alarm() as one:
            await asyncio.wait_for(one.at(10.0), 30)
        assert len(clock.readings) == 1

    run(make_loop, work)


@either_loop
def test_there_is_one_alarm_and_a_load_that_cannot_have_it_says_so(make_loop):
    async def work() -> None:
        load = ByTheClock([Voice(enough=1)], rate=300)
        with Alarm():
            load.start()
            await asyncio.wait([load.task], timeout=30)
        with pytest.raises(RuntimeError, match="somebody else's"):
            load.stop()

    run(make_loop, work)


@either_loop
def test_an_alarm_that_is_given_up_rings_no_more(make_loop):
    async def work() -> None:
        with Alarm() as alarm:
            waiting = asyncio.ensure_future(alarm.at(time.monotonic() + 60))
            await asyncio.sleep(0)
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
            waiting.cancel()
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL

    run(make_loop, work)
