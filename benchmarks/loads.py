"""Who speaks when: three ways to keep lines busy. Each can be started, stopped and started again."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol

from benchmarks.alarm import Alarm
from benchmarks.conversation import Line

REPLACE_SECONDS = 1.0  # a few times what the slowest peer needs for all that is under way at once
PATROL_SECONDS = 0.1


class Speaking(Protocol):
    """A line of a pair or a voice in a room."""

    def say(self, due: float | None = None) -> None: ...

    def give_up(self) -> None: ...


class Load:
    """Something that makes these lines speak between `start` and `stop`, by a task of its own."""

    def __init__(self, lines: Sequence[Speaking]) -> None:
        self.lines = lines

    def start(self) -> None:
        self.task = asyncio.ensure_future(self.work())

    def stop(self) -> None:
        if self.task.done():
            self.task.result()  # it broke: its error says more than a window in which nobody spoke
        self.task.cancel()

    async def work(self) -> None:
        raise NotImplementedError


class ByTheClock(Load):
    """Messages go out by the clock, line after line, whether the server keeps up or not; each is due at its time."""

    def __init__(self, lines: Sequence[Speaking], rate: float) -> None:
        super().__init__(lines)
        self.step = 1 / rate  # seconds between two messages

    async def work(self) -> None:
        begin, number = time.monotonic(), 0
        with Alarm() as alarm:
            while True:
                due = begin + number * self.step
                await alarm.at(due)
                self.lines[number % len(self.lines)].say(due)
                number += 1


class Flood(Load):
    """As many messages under way in every line: when one arrives, that line speaks again.

    A message that did not come within REPLACE_SECONDS is replaced by another; otherwise a server that loses messages would
    be given less and less to do.
    """

    lines: list[Line]

    def __init__(self, lines: list[Line], each: int) -> None:
        super().__init__(lines)
        self.each = each

    def start(self) -> None:
        for line in self.lines:
            line.on_free = self.freed
        self.begin()
        super().start()

    def stop(self) -> None:
        super().stop()
        for line in self.lines:
            line.on_free = lambda line: None

    async def work(self) -> None:
        while True:
            await asyncio.sleep(PATROL_SECONDS)
            for line in self.lines:
                line.replace(time.monotonic() - REPLACE_SECONDS)

    def begin(self) -> None:
        for line in self.lines:
            for _ in range(self.each):
                line.say()

    def freed(self, line: Line) -> None:
        line.say()


class Rotation(Flood):
    """As many messages under way in all lines together: when one arrives, the line that was silent longest speaks.

    So the server has the same to do however many lines there are, and never finds two messages in one socket.
    """

    def __init__(self, lines: list[Line], together: int) -> None:
        super().__init__(lines, each=1)
        self.together = together

    def begin(self) -> None:
        self.silent = deque(self.lines)
        for _ in range(self.together):
            self.silent.popleft().say()

    def freed(self, line: Line) -> None:
        self.silent.append(line)
        self.silent.popleft().say()
