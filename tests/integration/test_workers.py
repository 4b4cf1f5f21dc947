"""Several processes behind one port are one server: people meet across them, a dead one is replaced, all end together."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from chatproject import workers
from chatproject.workers import Workers
from tests.person import Person, Socket, pair_up
from tests.site import ROOT, Server, Site, new_site

AT_MOST = 10.0
# The kernel deals connections out: that no pair of these is on two processes, or all twelve people on one, has a chance of
# 1 in 2,048.
PAIRS = PEOPLE = 12


@pytest.fixture(scope="module")
def town() -> Iterator[Site]:
    """A site for servers that are one address and two processes."""
    site = new_site(0, SERVER="uvicorn", PROCESSES="2")
    yield site
    site.stop()


@pytest.fixture
def server(town: Site) -> Iterator[Server]:
    started = town.start_server()
    yield started
    started.process.kill()
    started.process.communicate()


def workers_of(server: Server) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(server.process.pid), "-f", "--", "--worker"], capture_output=True)
    return sorted(map(int, found.stdout.split()))


async def everybody_gone(server: Server) -> str:
    """Wait until no process is left that could write, and return what was written since it was ready."""
    assert server.process.stdout
    async with asyncio.timeout(AT_MOST):
        return await asyncio.to_thread(server.process.stdout.read)


async def is_cut(one: Socket) -> bool:
    try:
        await one.settle()
    except ConnectionClosed:
        return True
    return False


async def test_people_talk_across_processes_and_come_back_when_one_is_killed(town: Site, server: Server):
    trios = [town.trio() for _ in range(PAIRS)]
    people = [(alice, bob) for alice, bob, _ in trios]
    pairs = [(await alice.open(server.url), await bob.open(server.url)) for alice, bob in people]
    for (alice, _), (a, b) in zip(people, pairs, strict=True):
        await pair_up(a, b, alice.token)
        await a.say("hello")
        assert (await b.next("message"))["text"] == "hello"
    first, second = workers_of(server)
    os.kill(first, signal.SIGKILL)
    cut = [(await is_cut(a), await is_cut(b)) for a, b in pairs]
    assert {(True, False), (False, True)} & set(cut), "some pair was on both processes"
    os.kill(second, signal.SIGKILL)  # so that whoever comes now needs a process that was started since
    for (alice, bob), (a, _) in zip(people, pairs, strict=True):
        await come_back_and_talk(server.url, alice, bob, a.pair)
    assert first not in workers_of(server)
    assert "A server process ended with code -9; another starts in 0.5 s" in server.log


async def come_back_and_talk(url: str, alice: Person, bob: Person, pair: str) -> None:
    a, b = await alice.open(url), await bob.open(url)
    assert [one.welcome["pair"]["id"] for one in (a, b)] == [pair, pair]
    for one in (a, b):
        await one.send("resume", pair=pair, seq=1)
        await one.next("resumed")
    a.pair = pair
    assert (await a.say("here again", n=2))["type"] == "accepted"
    assert (await b.next("message"))["text"] == "here again"


async def test_sigterm_tells_everybody_on_every_process_and_ends_with_code_0(town: Site, server: Server):
    people = [person for _ in range(PEOPLE // 3) for person in town.trio()]
    sockets = [await person.open(server.url) for person in people]
    start = time.monotonic()
    server.process.send_signal(signal.SIGUSR1)
    server.process.send_signal(signal.SIGTERM)
    for one in sockets:
        assert await one.closed() == 1012
        assert one.heard[-1]["reason"] == "restarting"
    assert await everybody_gone(server) == "Tandem has stopped.\n"
    assert server.process.wait() == 0
    assert time.monotonic() - start < AT_MOST
    assert server.log.count("Census: ") == 2, "SIGUSR1 reaches every process"


async def test_an_order_to_shut_down_ends_all_of_them(town: Site, server: Server):
    command = [sys.executable, "manage.py", "shutdown", "--in", "0"]
    told = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env=town.environment, capture_output=True, text=True, check=True
    )
    assert told.stdout == "Told 2 server processes; ending in 0 s.\n"
    assert await everybody_gone(server) == "Tandem has stopped.\n"
    assert server.process.wait() == 0
    assert "another starts" not in server.log


async def test_when_the_parent_is_killed_the_others_say_goodbye_and_free_the_port(town: Site, server: Server):
    alice, bob, _ = town.trio()
    sockets = [await alice.open(server.url), await bob.open(server.url)]
    server.process.kill()
    for one in sockets:
        assert await one.closed() == 1012
    await everybody_gone(server)
    socket.create_server(("127.0.0.1", int(server.url.rpartition(":")[2]))).close()


async def test_one_that_is_told_to_end_is_replaced_and_nobody_is_refused(town: Site, server: Server):
    first, second = workers_of(server)
    people = [person for _ in range(PEOPLE // 3) for person in town.trio()]
    sockets = [await person.open(server.url) for person in people]
    os.kill(first, signal.SIGTERM)
    os.kill(second, signal.SIGTERM)
    for one in sockets:
        assert await one.closed() == 1012
    for person in people:
        await person.open(server.url)
    assert not {first, second} & set(workers_of(server))


# --- workers that do not do their work -----------------------------------------------------------------------------------


@pytest.fixture
def with_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Workers]:
    """A parent whose workers run this code; `parent` is their line to it."""

    def prepare(code: str) -> Workers:
        script = tmp_path / "worker.py"
        script.write_text(f"import signal, socket, sys\nparent = socket.socket(fileno=int(sys.argv[-1]))\n{code}\n")
        monkeypatch.setattr(workers, "MANAGE", script)
        return Workers("127.0.0.1", 0, 2, on_ready=lambda _: None)

    return prepare


def test_one_that_does_not_start_ends_it(with_worker: Callable[[str], Workers]):
    parent = with_worker("sys.exit(3)")
    parent.run()
    assert parent.did_not_start


def test_one_that_dies_again_and_again_is_started_less_and_less_often(
    with_worker: Callable[[str], Workers], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(workers, "PAUSE_SECONDS", (0.01, 0.04))
    said: list[str] = []

    class UntilSix(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage().rpartition("starts in ")[2])
            if len(said) == 6:
                os.kill(os.getpid(), signal.SIGTERM)

    handler = UntilSix()
    workers.logger.addHandler(handler)
    try:
        parent = with_worker("parent.send(b'r'); parent.recv(1) if sys.argv[-2] == '0' else sys.exit(1)")
        parent.run()
    finally:
        workers.logger.removeHandler(handler)
    assert not parent.did_not_start
    assert sorted(said) == ["0.01 s"] * 2 + ["0.02 s"] * 2 + ["0.04 s"] * 2


def one_of(parent: Workers) -> workers.Worker:
    return next(iter(parent.alive))


def test_a_worker_whose_last_word_its_parent_never_read_ends_with_it_too():
    """The parent was killed just as a new worker said that it is ready."""
    ours, theirs = socket.socketpair()
    worker = "import signal, sys; from chatproject.workers import Parent; parent = Parent(int(sys.argv[1])); parent.say(b'r')"
    process = subprocess.Popen(
        [sys.executable, "-c", f"{worker}; print('said', flush=True); signal.pause()", str(theirs.fileno())],
        cwd=ROOT,
        pass_fds=[theirs.fileno()],
        stdout=subprocess.PIPE,
    )
    theirs.close()
    assert process.stdout
    assert process.stdout.readline() == b"said\n"
    ours.close()
    assert process.wait(AT_MOST) == -signal.SIGTERM
    process.stdout.close()


IS_TOLD = [
    pytest.param(lambda parent: os.kill(os.getpid(), signal.SIGTERM), id="by a signal"),
    pytest.param(lambda parent: one_of(parent).signal(signal.SIGUSR1), id="by an order"),
]
ON_ORDER = "signal.signal(signal.SIGUSR1, lambda *_: (parent.send(b'o'), {}))"


@pytest.mark.parametrize("tell", IS_TOLD)
def test_one_that_hangs_is_killed(
    with_worker: Callable[[str], Workers], monkeypatch: pytest.MonkeyPatch, tell: Callable[[Workers], None]
):
    monkeypatch.setattr(workers, "END_SECONDS", 0.2)
    hangs = "while True: signal.pause()"
    parent = with_worker(
        f"signal.signal(signal.SIGTERM, signal.SIG_IGN); {ON_ORDER.format('0')}; parent.send(b'r')\n{hangs}"
    )
    parent.on_ready = lambda _: tell(parent)
    parent.run()
    assert not parent.alive


def test_one_that_did_not_hear_the_order_is_told(with_worker: Callable[[str], Workers]):
    parent = with_worker(f"{ON_ORDER.format('sys.exit()')}; parent.send(b'r'); signal.pause()")
    parent.on_ready = lambda _: one_of(parent).signal(signal.SIGUSR1)
    start = time.monotonic()
    parent.run()
    assert not parent.alive
    assert time.monotonic() - start < workers.END_SECONDS / 2


def test_where_no_process_is_to_be_had_it_is_tried_again_and_nothing_leaks(
    with_worker: Callable[[str], Workers], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """One worker dies, twice the system refuses another, and the third attempt succeeds."""
    monkeypatch.setattr(workers, "PAUSE_SECONDS", (0.01, 0.04))
    monkeypatch.setattr(workers.logger, "propagate", True)
    parent = with_worker("parent.send(b'r'); signal.pause()")
    has_process = asyncio.create_subprocess_exec
    lines: list[socket.socket] = []
    has_pair = socket.socketpair
    attempts = iter([True, True, False, False, True])

    async def starts(*command: Any, **options: Any) -> Any:
        if not next(attempts):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        process = await has_process(*command, **options)
        if parent.is_ready:
            os.kill(os.getpid(), signal.SIGTERM)
        return process

    def pair() -> tuple[socket.socket, socket.socket]:
        lines.extend(ends := has_pair())
        return ends

    monkeypatch.setattr(asyncio, "create_subprocess_exec", starts)
    monkeypatch.setattr(socket, "socketpair", pair)
    parent.on_ready = lambda _: one_of(parent).signal(signal.SIGKILL)
    parent.run()
    assert not parent.did_not_start
    assert [record.getMessage() for record in caplog.records if record.name == workers.logger.name] == [
        "A server process ended with code -9; another starts in 0.01 s",
        "A server process could not be started (Resource temporarily unavailable); another starts in 0.02 s",
        "A server process could not be started (Resource temporarily unavailable); another starts in 0.04 s",
    ]
    assert [line.fileno() for line in lines] == [-1] * len(lines)


def test_a_port_that_is_taken_meanwhile_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        parent = Workers("127.0.0.1", taken.getsockname()[1], 2, on_ready=lambda _: None)
        parent.run()
    assert parent.cannot_listen == "Address already in use"
