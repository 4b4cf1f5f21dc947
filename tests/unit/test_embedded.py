"""The embedded Valkey, really started: one per folder, there as long as somebody uses it and not a moment longer."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatproject import embedded

ROOT = Path(__file__).resolve().parents[2]

# A server process, as far as the embedded Valkey can tell: it ends when its standard input does.
USER = """
import sys
from pathlib import Path
from chatproject import embedded
embedded.ensure_running(Path(sys.argv[1]))
print(*embedded.keeper_and_valkey(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""

# What `make dev` does: holds Valkey, then becomes another program.
HOLDER = """
import os, sys
from pathlib import Path
from chatproject import embedded
embedded.hold(Path(sys.argv[1]))
os.execv(sys.executable, [sys.executable, "-c", "print('holding', flush=True); input()"])
"""


class User:
    def __init__(self, folder: Path, code: str = USER) -> None:
        command = [sys.executable, "-c", code, str(folder)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def said(self) -> str:
        """Its first line, which comes when it is ready."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def leave(self) -> None:
        _, errors = self.process.communicate(timeout=20)
        assert (self.process.returncode, errors) == (0, "")

    def killed(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.fixture
def user(folder: Path) -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def start(code: str = USER) -> User:
        users.append(User(folder, code))
        return users[-1]

    yield start
    for one in users:
        if one.process.poll() is None:
            one.killed()
    eventually(lambda: not kept(folder))


def eventually(happened: Callable[[], bool], seconds: float = 10) -> float:
    """Look until it has happened; returns how long that took."""
    start = time.monotonic()
    while not happened():
        assert time.monotonic() - start < seconds, "it did not happen"
        time.sleep(0.005)
    return time.monotonic() - start


def kept(folder: Path) -> bool:
    """Whether a keeper lives. By its lock, for a process id can belong to a zombie."""
    return embedded._is_locked(folder / "keeper.lock")


def connected(folder: Path) -> socket.socket:
    """A client of the folder's Valkey; the garbage collector closes it."""
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(10)
    client.connect(str(embedded.socket_path(folder)))
    return client


def asked(client: socket.socket, command: str) -> str:
    client.sendall(command.encode() + b"\r\n")
    return client.recv(4096).decode().strip()


def ended(client: socket.socket) -> bool:
    """Waits for the other side to go away, as a killed Valkey does."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_processes_that_start_together_share_one_valkey(folder: Path, user: Callable[..., User]) -> None:
    users = [user() for _ in range(6)]
    said = {one.said() for one in users}
    assert len(said) == 1
    assert "" not in said


def test_the_last_one_out_stops_it_and_leaves_nothing_behind(folder: Path, user: Callable[..., User]) -> None:
    first, second = user(), user()
    assert first.said() == second.said()
    client = connected(folder)

    first.leave()
    assert asked(client, "PING") == "+PONG"

    second.leave()
    assert ended(client)
    while kept(folder):  # the keeper goes a moment after its Valkey; pytest's own timeout ends a wait in vain
        pass
    assert not embedded.socket_path(folder).exists()


def test_it_does_not_survive_the_kill_of_its_last_user(folder: Path, user: Callable[..., User]) -> None:
    server = user()
    server.said()
    client = connected(folder)
    server.killed()
    assert eventually(lambda: not kept(folder)) < 1
    assert ended(client)


def test_a_killed_valkey_comes_back(folder: Path, user: Callable[..., User]) -> None:
    keeper_pid, valkey_pid = map(int, user().said().split())
    client = connected(folder)
    os.kill(valkey_pid, signal.SIGKILL)
    assert ended(client)
    eventually(lambda: embedded.keeper_and_valkey(folder) not in (None, (keeper_pid, valkey_pid)))
    assert asked(connected(folder), "PING") == "+PONG"
    pids = embedded.keeper_and_valkey(folder)
    assert pids is not None
    assert pids[0] == keeper_pid


def test_a_killed_keeper_is_replaced(folder: Path, user: Callable[..., User]) -> None:
    server = user()
    keeper_pid, valkey_pid = map(int, server.said().split())
    client = connected(folder)
    os.kill(keeper_pid, signal.SIGKILL)
    assert ended(client)
    eventually(lambda: embedded.keeper_and_valkey(folder) not in (None, (keeper_pid, valkey_pid)))
    assert asked(connected(folder), "PING") == "+PONG"
    server.leave()
    assert not kept(folder)


def test_it_outlives_a_server_while_a_reloader_holds_it(folder: Path, user: Callable[..., User]) -> None:
    holder = user(HOLDER)
    assert holder.said() == "holding"
    first = user()
    pids = first.said()
    first.leave()
    second = user()
    assert second.said() == pids
    second.leave()
    holder.killed()
    eventually(lambda: not kept(folder))


def test_a_folder_with_a_long_path_has_its_socket_elsewhere_and_private(tmp_path: Path) -> None:
    deep = tmp_path / ("long " * 20)
    path = embedded.socket_path(deep)
    assert not path.is_relative_to(tmp_path)
    assert len(os.fsencode(path)) <= embedded.SOCKET_PATH_BYTES

    server = User(deep)
    server.said()
    assert asked(connected(deep), "PING") == "+PONG"
    assert path.parent.stat().st_mode & 0o777 == 0o700
    server.leave()
    assert not path.parent.exists()


def test_a_socket_folder_that_somebody_else_planted_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("long " * 20)
    planted = embedded.socket_path(deep).parent
    planted.symlink_to(tmp_path)
    try:
        with pytest.raises(embedded.EmbeddedValkeyError, match="someone else's"):
            embedded.ensure_running(deep)
    finally:
        planted.unlink()


def test_a_stale_socket_file_is_in_nobodys_way(folder: Path, user: Callable[..., User]) -> None:
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(embedded.socket_path(folder)))
    assert embedded.socket_path(folder).exists()
    assert user().said()


def test_a_valkey_left_by_a_killed_keeper_is_ended_first(folder: Path, user: Callable[..., User]) -> None:
    folder.mkdir()
    options = embedded.arguments(embedded.socket_path(folder), folder)
    orphan = subprocess.Popen([embedded.binary(), *options], stdout=subprocess.DEVNULL)
    eventually(lambda: embedded._answers(embedded.socket_path(folder)))
    pids = user().said().split()
    assert orphan.wait(timeout=10) == 0
    assert int(pids[1]) != orphan.pid
    assert asked(connected(folder), "PING") == "+PONG"


def test_what_it_holds_never_reaches_the_disk(folder: Path, user: Callable[..., User]) -> None:
    server = user()
    server.said()
    client = connected(folder)
    assert asked(client, "SET words a-secret-between-two") == "+OK"
    assert asked(client, "CONFIG GET port").endswith("\r\n$1\r\n0"), "it listens on the socket alone"
    server.leave()
    assert {path.name for path in folder.iterdir()} == {"keeper.lock", "users.lock", "valkey.log"}
    assert all(b"secret" not in path.read_bytes() for path in folder.iterdir())
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.iterdir()])


def test_a_valkey_that_cannot_start_is_said_in_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "binary", lambda: Path("/bin/false"))
    with pytest.raises(embedded.EmbeddedValkeyError, match="did not start") as caught:
        embedded.ensure_running(folder)
    assert "\n" not in str(caught.value)


def test_a_machine_without_a_valkey_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(embedded.EmbeddedValkeyError, match=r"install valkey-server or redis-server, or set REDIS_URL"):
        embedded.binary()


def test_the_address_of_a_folder_with_odd_characters_is_quoted(tmp_path: Path) -> None:
    assert embedded.socket_url(Path("/v/ä b?#")).startswith("unix:///v/%C3%A4%20b%3F%23/")
