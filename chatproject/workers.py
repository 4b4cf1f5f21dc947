"""Several server processes behind one port: a parent that starts them, replaces one that died, and takes them down together.

The parent holds the listening socket and nothing else; every worker accepts from it. Whoever is killed, nobody is left
behind: each worker has one end of a socket pair whose other end only its parent has, so both learn when the other is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

logger = logging.getLogger("chat.workers")

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"
BACKLOG = 2048  # connections that wait to be accepted: everybody comes again at once after a restart
PAUSE_SECONDS = (0.5, 30.0)  # before a worker that died is replaced: doubled each time, up to the second
CALM_SECONDS = 60.0  # whoever lived this long did not die of what killed the one before
END_SECONDS = 9.7  # of the ten in which everything has to end; whoever takes longer is killed
HEAR_SECONDS = 0.5  # after the first was ordered to end, until it is clear who has not heard that
READY, ORDERED = b"r", b"o"  # what a worker says to its parent


class Workers:
    """The parent. `run` returns when it was told to stop, or at once when it cannot listen or a worker does not start."""

    def __init__(self, host: str, port: int, count: int, on_ready: Callable[[int], None]) -> None:
        self.host, self.port, self.count, self.on_ready = host, port, count, on_ready
        self.alive: set[Worker] = set()
        self.is_ready = False  # all of them accepted connections at least once
        self.cannot_listen = ""
        self.did_not_start = False

    def run(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            self.listener = socket.create_server((self.host, self.port), family=family, backlog=BACKLOG)
        except OSError as error:
            self.cannot_listen = os.strerror(error.errno or 0)
            return
        with self.listener:
            asyncio.run(self.supervise())

    async def supervise(self) -> None:
        self.ending = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.end)
        loop.add_signal_handler(signal.SIGUSR1, self.pass_on, signal.SIGUSR1)
        await asyncio.gather(*(self.keep_one() for _ in range(self.count)))

    async def keep_one(self) -> None:
        """Have one worker at any time, until the end."""
        shortest, longest = PAUSE_SECONDS
        pause = shortest
        while not self.ending.is_set():
            began = time.monotonic()
            try:
                worker = await Worker.start(self.listener)
            except OSError as error:  # the machine has no memory or no process to spare, just now
                accepted, fate = False, f"could not be started ({error.strerror})"
            else:
                code = await self.live_through(worker)
                accepted, fate = worker.accepts, f"ended with code {code}"
            if not (accepted or self.is_ready or self.ending.is_set()):
                self.did_not_start = True
                logger.error("A server process %s", fate)
                self.end()
            if self.ending.is_set():
                return
            if time.monotonic() - began > CALM_SECONDS:
                pause = shortest
            logger.warning("A server process %s; another starts in %g s", fate, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), pause)
            pause = min(2 * pause, longest)

    async def live_through(self, worker: Worker) -> int:
        """From its first word to its exit code."""
        self.alive.add(worker)
        if self.ending.is_set():  # while it was being started
            worker.end()
        async for word in worker.words():
            if word == READY:
                worker.accepts = True
                if not (self.is_ready or self.ending.is_set()) and sum(one.accepts for one in self.alive) == self.count:
                    self.is_ready = True
                    self.on_ready(self.listener.getsockname()[1])
            elif word == ORDERED:
                worker.is_ending = True
                if not self.ending.is_set():
                    self.await_end()
                    # The others have the same order as a rule, and a signal more would hurry them.
                    asyncio.get_running_loop().call_later(HEAR_SECONDS, self.end_the_others)
        code = await worker.process.wait()
        self.alive.discard(worker)
        return code

    def end(self) -> None:
        """Workers drain at the first signal and skip that at the second, so each of ours is passed on."""
        if not self.ending.is_set():
            self.await_end()
        for worker in self.alive:
            worker.end()

    def end_the_others(self) -> None:
        """Those who have not heard the order: they were being started when it was given, or they hang."""
        for worker in self.alive:
            if not worker.is_ending:
                worker.end()

    def await_end(self) -> None:
        self.ending.set()
        self.listener.close()  # or connections would wait for somebody to accept them
        asyncio.get_running_loop().call_later(END_SECONDS, self.pass_on, signal.SIGKILL)

    def pass_on(self, number: signal.Signals) -> None:
        for worker in self.alive:
            worker.signal(number)


class Worker:
    """One server process, as its parent sees it."""

    def __init__(self, process: asyncio.subprocess.Process, line: socket.socket) -> None:
        self.process, self._line = process, line
        self.accepts = False
        self.is_ending = False  # it was told so, or has told us so

    @classmethod
    async def start(cls, listener: socket.socket) -> Worker:
        """In a process group of its own: a terminal's Ctrl-C reaches the parent only, which passes it on.

        Raises OSError where the system lets us have no process or no descriptor more.
        """
        line, its_end = socket.socketpair()
        with contextlib.ExitStack() as unless_it_starts, its_end:
            unless_it_starts.enter_context(line)
            line.setblocking(False)
            descriptors = (listener.fileno(), its_end.fileno())
            command = [str(MANAGE), "serve", "--skip-checks", "--server", "uvicorn", "--worker", *map(str, descriptors)]
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stdin=asyncio.subprocess.DEVNULL, pass_fds=descriptors, process_group=0
            )
            unless_it_starts.pop_all()
        return cls(process, line)

    async def words(self) -> AsyncIterator[bytes]:
        """What it says, until it is gone."""
        with self._line:
            while word := await asyncio.get_running_loop().sock_recv(self._line, 1):
                yield word

    def end(self) -> None:
        self.is_ending = True
        self.signal(signal.SIGTERM)

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):  # it ended in this moment
            self.process.send_signal(number)


class Parent:
    """A worker's line to its parent; as soon as that is gone, so is the worker."""

    def __init__(self, descriptor: int) -> None:
        self._line = socket.socket(fileno=descriptor)
        threading.Thread(target=self._end_with_it, name="parent-watch", daemon=True).start()

    def say(self, word: bytes) -> None:
        with contextlib.suppress(OSError):  # it is gone, which the thread has noticed
            self._line.send(word)

    def _end_with_it(self) -> None:
        """A thread, so that a worker which is busy or hangs does not outlive its parent either."""
        with contextlib.suppress(OSError):  # a parent that was killed before it read our word leaves a reset behind
            self._line.recv(1)  # nothing ever comes
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(END_SECONDS)
        os._exit(1)
