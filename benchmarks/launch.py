"""Starting the peers: each alone on its core, with a broker of its own on the other, all of it ended afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import machine
from benchmarks.seats import Seat, SocketIOSeat, TandemSeat, TutorialSeat
from tests.person import Person
from tests.site import Site, Valkey

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("TANDEM_VAR_DIR") or ROOT / "var") / "benchmarks"
PEOPLE = 1000  # as many as the idle workload connects
START_SECONDS = 30.0
INSTALL_SECONDS = 180.0


class LeftOut(Exception):
    """A peer cannot be measured here; the message says why."""


@dataclass
class Running:
    """A server that accepts connections, and the broker behind it if it has one."""

    peer: Peer
    url: str
    server: int  # process ids
    broker: int | None
    people: list[Person] = field(default_factory=list)


@dataclass(frozen=True)
class Peer:
    """Something that is measured. `start` runs it in a folder until its context ends."""

    name: str
    seat: type[Seat]
    start: Callable[[Peer, Path], contextlib.AbstractContextManager[Running]]

    @contextlib.contextmanager
    def running(self) -> Iterator[Running]:
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))  # short, for sockets have to fit
        try:
            with self.start(self, folder) as running:
                yield running
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def tandem(server: str) -> Callable[[Peer, Path], contextlib.AbstractContextManager[Running]]:
    """As `manage.py serve` runs it, without limits, with a thousand people who are logged in."""

    @contextlib.contextmanager
    def start(peer: Peer, folder: Path) -> Iterator[Running]:
        site = Site(folder, processes=0, SERVER=server, RATE_LIMITS="off", DEBUG="")
        try:
            people = site.people(*(f"p{number}-" for number in range(PEOPLE)))
            with machine.on_core(machine.SERVER_CORE):
                site.servers.append(site.start_server())
            [one] = site.servers
            yield Running(peer, one.url, one.process.pid, site.valkey.process.pid, people)
        finally:
            site.stop()

    return start


def tutorial(layer: str) -> Callable[[Peer, Path], contextlib.AbstractContextManager[Running]]:
    """daphne, silent; `layer` is core or pubsub."""

    @contextlib.contextmanager
    def start(peer: Peer, folder: Path) -> Iterator[Running]:
        port = free_port()
        words = ["-v", "0", "-b", "127.0.0.1", "-p", str(port), "benchmarks.peers.tutorial.asgi:application"]
        with broker(folder) as valkey:
            environment = {
                "DJANGO_SETTINGS_MODULE": "benchmarks.peers.tutorial.settings",
                "REDIS_URL": valkey.url,
                "LAYER": layer,
            }
            with served([sys.executable, "-m", "daphne", *words], port, folder, environment) as pid:
                yield Running(peer, f"http://127.0.0.1:{port}", pid, valkey.process.pid)

    return start


@contextlib.contextmanager
def relay(peer: Peer, folder: Path) -> Iterator[Running]:
    """uvicorn with the options Tandem gives it."""
    port = free_port()
    words = ["--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--lifespan", "off"]
    words += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", "benchmarks.peers.relay:application", *words]
    with served(command, port, folder, {}) as pid:
        yield Running(peer, f"http://127.0.0.1:{port}", pid, None)


@contextlib.contextmanager
def socketio(peer: Peer, folder: Path) -> Iterator[Running]:
    """Node runs it from a folder of the cache, where its packages are."""
    home = install_socketio()
    port = free_port()
    with broker(folder) as valkey:
        environment = {"REDIS_SOCKET": str(valkey.socket), "PORT": str(port), "NODE_ENV": "production"}
        with served(["node", str(home / "server.js")], port, folder, environment) as pid:
            yield Running(peer, f"http://127.0.0.1:{port}", pid, valkey.process.pid)


def install_socketio() -> Path:
    home, source = CACHE / "socketio", ROOT / "benchmarks" / "peers" / "socketio"
    npm = shutil.which("npm")
    if not npm or not shutil.which("node"):
        raise LeftOut("there is no node and npm on this machine")
    home.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "server.js"):
        shutil.copy(source / name, home / name)
    command = [npm, "install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel", "error"]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    except subprocess.TimeoutExpired:
        raise LeftOut("npm took too long to install its packages") from None
    if done.returncode != 0:
        raise LeftOut("npm could not install its packages")
    return home


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[Valkey]:
    with machine.on_core(machine.OTHER_CORE):
        valkey = Valkey(folder)
    try:
        yield valkey
    finally:
        valkey.kill()


@contextlib.contextmanager
def served(command: list[str], port: int, folder: Path, environment: dict[str, str]) -> Iterator[int]:
    """Run a server until it is not needed any more; its process id once it accepts connections."""
    log = folder / "server.log"
    with log.open("w") as out, machine.on_core(machine.SERVER_CORE):
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        wait_for_port(process, port, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    lines = log.read_text().strip().splitlines() or ["it said nothing"]
    raise LeftOut(f"it did not start: {lines[-1]}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


PEERS = [
    Peer("Tandem, uvicorn", TandemSeat, tandem("uvicorn")),
    Peer("Tandem, daphne", TandemSeat, tandem("daphne")),
    Peer("Socket.IO, Redis adapter", SocketIOSeat, socketio),
    Peer("Channels tutorial, daphne, pub/sub layer", TutorialSeat, tutorial("pubsub")),
    Peer("Channels tutorial, daphne, core layer", TutorialSeat, tutorial("core")),
    Peer("Bare relay, uvicorn, no broker", Seat, relay),
]
