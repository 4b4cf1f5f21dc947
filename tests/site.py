"""A whole site for a test: a Valkey of its own, a database, and server processes on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from chatproject import embedded
from tests.person import Person

ROOT = Path(__file__).resolve().parent.parent
TRIOS_AT_ONCE = 50


class Valkey:
    """A real Valkey on a socket of its own."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._folder = folder
        self.start()

    def start(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [str(embedded.binary()), *embedded.arguments(self.socket, self._folder), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with Redis.from_url(self.url, retry=None) as redis:
            while self.process.poll() is None:
                try:
                    redis.ping()
                    return
                except RedisError:
                    pass
        raise RuntimeError("the tests' Valkey did not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Server:
    """One address of a site: SERVER says which server listens there, PROCESSES how many of its processes."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.log_file = log
        options = ["--server", environment.get("SERVER", "daphne"), "--processes", environment.get("PROCESSES", "1")]
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0", *options],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log.open("w"),
            text=True,
        )
        assert self.process.stdout is not None
        ready = self.process.stdout.readline()
        assert "ready" in ready, f"{ready}{log.read_text()}"
        self.url = next(word for word in ready.split() if word.startswith("http"))

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=15)


class Site:
    """Server processes that share one Valkey and one database."""

    def __init__(self, folder: Path, processes: int = 2, **environment: str) -> None:
        self.folder = folder
        self.valkey = Valkey(folder)
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chatproject.settings",
            "TANDEM_VAR_DIR": str(folder),
            "REDIS_URL": environment.pop("SERVER_REDIS_URL", self.valkey.url),
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            **environment,
        }
        self._manage("migrate", "-v", "0")
        self.servers = [self.start_server() for _ in range(processes)]
        self._names = 0
        self._trios: list[list[Person]] = []

    def start_server(self, **environment: str) -> Server:
        log = self.folder / f"server-{len(list(self.folder.glob('server-*')))}.log"
        return Server({**self.environment, **environment}, log)

    def people(self, *usernames: str) -> list[Person]:
        """Make people whose names begin like this; no two in the site are called the same."""
        self._names += 1
        unique = [f"{username}{self._names}" for username in usernames]
        command = [sys.executable, "-m", "tests.make_people", *unique]
        answer = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, check=True)
        return [Person(**person) for person in json.loads(answer.stdout)]

    def rooms(self, *slugs: str) -> None:
        """Make rooms that are open to everybody."""
        subprocess.run([sys.executable, "-m", "tests.make_rooms", *slugs], cwd=ROOT, env=self.environment, check=True)

    def trio(self) -> list[Person]:
        """Alice, Bob and Mallory, whom no other test knows; made many at a time, because that takes a process."""
        if not self._trios:
            names = ("alice", "bob", "mallory")
            many = self.people(*(f"{name}-{i}-" for i in range(TRIOS_AT_ONCE) for name in names))
            self._trios = [many[i : i + 3] for i in range(0, len(many), 3)]
        return self._trios.pop()

    def redis(self) -> Redis:
        """A client of the site's Valkey, to close after use."""
        return Redis.from_url(self.valkey.url)

    def urls(self) -> list[str]:
        return [server.url for server in self.servers]

    def log(self) -> str:
        """What all servers wrote to their log."""
        return "".join(server.log for server in self.servers)

    def stop(self) -> None:
        for server in self.servers:
            if server.process.poll() is None:
                server.stop()
        self.valkey.kill()

    def make_staff(self, username: str) -> None:
        """From now on this person is an administrator."""
        self._manage(
            "shell",
            "-c",
            f"from chat.models import User; User.objects.filter(username={username!r}).update(is_staff=True)",
        )

    def _manage(self, *command: str) -> None:
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)


def new_site(processes: int = 2, **environment: str) -> Site:
    """A site in a folder with a short path, for sockets have to fit."""
    folder = Path(tempfile.mkdtemp(prefix="site-", dir="/tmp"))
    return Site(folder, processes, **environment)
