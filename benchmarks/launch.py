"""The peers, and how each is started: by the command its own documentation gives, with a broker of its own."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import names
from benchmarks.processes import ROOT, LeftOut, broker, free_port, served
from benchmarks.seats import Seat, SocketIOSeat, TandemSeat, TutorialSeat
from tests.person import Person
from tests.site import Site

CACHE = Path(os.environ.get("TANDEM_VAR_DIR") or ROOT / "var") / "benchmarks"
PEOPLE = 2000  # as many as the largest workload connects
INSTALL_SECONDS = 180.0


@dataclass(frozen=True)
class Home:
    """What outlives a server process: a folder, the broker, the people who are logged in."""

    folder: Path
    broker: int | None = None  # its process id
    environment: dict[str, str] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)


@dataclass(frozen=True)
class Running:
    """Server processes that accept connections, and the broker behind them if there is one."""

    seat: type[Seat]
    urls: list[str]
    servers: list[int]  # process ids
    broker: int | None
    people: list[Person]


@dataclass(frozen=True)
class Peer:
    """Something that is measured. `database` is the module whose `application` uses one."""

    name: str
    seat: type[Seat]
    home: Callable[[Path], contextlib.AbstractContextManager[Home]]
    command: Callable[[int], list[str]]  # for a port
    database: str | None = None
    most_processes: int | None = None

    @contextlib.contextmanager
    def at_home(self) -> Iterator[Home]:
        folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))  # short, for sockets have to fit
        try:
            with self.home(folder) as home:
                yield home
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def running(self, home: Home, processes: int = 1, slow_queries: bool = False) -> Iterator[Running]:
        """Run as many processes, all on the same core; with `slow_queries` they can be told to run some."""
        with contextlib.ExitStack() as stack:
            urls, servers = [], []
            for number in range(processes):
                port = free_port()
                command = self.command(port)
                if slow_queries:
                    command[1:1] = ["-m", "benchmarks.peers.slow_queries", str(self.database)]
                log = home.folder / f"server-{number}.log"
                servers.append(stack.enter_context(served(command, port, log, home.environment)))
                urls.append(f"http://127.0.0.1:{port}")
            yield Running(self.seat, urls, servers, home.broker, home.people)


def tandem(server: str) -> Peer:
    """As `manage.py serve` runs it, without limits, with people who are logged in."""

    @contextlib.contextmanager
    def home(folder: Path) -> Iterator[Home]:
        site = Site(folder, processes=0, RATE_LIMITS="off", DEBUG="")
        try:
            people = site.people(*(f"p{number}-" for number in range(PEOPLE)))
            site.rooms(*(f"room-{number}" for number in range(max(names.ROOMS))))
            yield Home(folder, site.valkey.process.pid, site.environment, people)
        finally:
            site.stop()

    def command(port: int) -> list[str]:
        return [sys.executable, "manage.py", "serve", "--server", server, "--port", str(port)]

    return Peer(f"Tandem, {server}", TandemSeat, home, command, database="chatproject.asgi")


def tutorial(layer: str, name: str) -> Peer:
    """daphne, silent; `layer` is core or pubsub."""
    asgi = "benchmarks.peers.tutorial.asgi"

    @contextlib.contextmanager
    def home(folder: Path) -> Iterator[Home]:
        with broker(folder) as valkey:
            settings = {"DJANGO_SETTINGS_MODULE": "benchmarks.peers.tutorial.settings", "LAYER": layer}
            yield Home(folder, valkey.process.pid, {**settings, "REDIS_URL": valkey.url})

    def command(port: int) -> list[str]:
        return [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port), f"{asgi}:application"]

    return Peer(name, TutorialSeat, home, command, database=asgi)


@contextlib.contextmanager
def socketio_home(folder: Path) -> Iterator[Home]:
    install_socketio()
    with broker(folder) as valkey:
        yield Home(folder, valkey.process.pid, {"REDIS_SOCKET": str(valkey.socket), "NODE_ENV": "production"})


def install_socketio() -> None:
    """Node runs it from a folder of the cache, where its packages are."""
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


def socketio_command(port: int) -> list[str]:
    return ["node", str(CACHE / "socketio" / "server.js"), str(port)]


@contextlib.contextmanager
def relay_home(folder: Path) -> Iterator[Home]:
    yield Home(folder)


def relay_command(port: int) -> list[str]:
    """uvicorn with the options Tandem gives it."""
    words = ["--ws", "websockets-sansio", "--ws-per-message-deflate", "false", "--lifespan", "off"]
    words += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    return [sys.executable, "-m", "uvicorn", "benchmarks.peers.relay:application", *words]


TANDEM_UVICORN = tandem("uvicorn")
TANDEM_DAPHNE = tandem("daphne")
SOCKETIO = Peer("Socket.IO, Redis adapter", SocketIOSeat, socketio_home, socketio_command)
TUTORIAL_PUBSUB = tutorial("pubsub", "Channels tutorial, daphne, pub/sub layer")
TUTORIAL_CORE = tutorial("core", "Channels tutorial, daphne, core layer")
RELAY = Peer("Bare relay, uvicorn, no broker", Seat, relay_home, relay_command, most_processes=1)
PEERS = [TANDEM_UVICORN, TANDEM_DAPHNE, SOCKETIO, TUTORIAL_PUBSUB, TUTORIAL_CORE, RELAY]
