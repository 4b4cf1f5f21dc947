"""What goes out by the clock goes out when it is due, and not before."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from itertools import pairwise
from typing import Any

import pytest

from benchmarks.alarm import Alarm
from benchmarks.loads import ByTheClock
from benchmarks.run import event_loop

# The other way to end a test that hangs has the alarm for itself.
pytestmark = pytest.mark.timeout(method="thread")

either_loop = pytest.mark.parametrize("make_loop", [event_loop, asyncio.new_event_loop])


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
def test_by_the_clock_nothing_goes_out_before_it_is_due_and_the_times_are_even(make_loop):
    async def work() -> None:
        voice = Voice(enough=40)
        load = ByTheClock([voice], rate=300)
        load.start()
        await voice.has_enough.wait()
        load.stop()
        assert min(spoke - due for spoke, due in voice.spoke) >= 0
        dues = [due for _, due in voice.spoke]
        assert [after - before for before, after in pairwise(dues)] == pytest.approx([1 / 300] * 39)

    run(make_loop, work)


@either_loop
def test_what_is_over_is_not_waited_for_nor_is_the_smallest_time_for_ever(make_loop):
    async def work() -> None:
        with Alarm() as alarm:
            await alarm.at(time.monotonic() - 1)
            for _ in range(20):
                await alarm.at(time.monotonic() + 1e-7)

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
