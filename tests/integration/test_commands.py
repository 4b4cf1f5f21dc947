"""What a person types: it starts, says so, says in one line why it cannot, and ends without leaving anything behind."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from chatproject import embedded

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "0123456789abcdef0123456789ABCDEF"


class Running:
    """A command that serves the site until it is told to stop."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that a signal for its group does not reach the tests
        )
        assert self.process.stdout
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line.strip())
            if "is ready" in line:
                break
        else:
            raise AssertionError(f"it did not start: {self.lines}")
        self.url = self.lines[-1].split()[3]

    def ended(self) -> tuple[int, list[str]]:
        """Waits for the end; the exit code and what it said since it was ready."""
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output.splitlines()

    def killed(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in it, to copy from."""
    folder = tmp_path_factory.mktemp("var")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment_of(folder), check=True
    )
    return folder


@pytest.fixture
def folder(migrated: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tandem-", dir="/tmp") as short:
        shutil.copytree(migrated, short, dirs_exist_ok=True)
        yield Path(short)


@pytest.fixture
def serving(folder: Path) -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def start(*command: str, **environment: str) -> Running:
        words = list(command) or [sys.executable, "manage.py", "serve", "--port", "0"]
        started.append(Running(words, environment_of(folder, **environment)))
        return started[-1]

    yield start
    for one in started:
        one.killed()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def environment_of(folder: Path, **changes: str) -> dict[str, str]:
    """As in a terminal of its own: without what `make test` set."""
    ours = (
        "MAKE",
        "MFLAGS",
        "DJANGO_",
        "REDIS_URL",
        "DATABASE_URL",
        "DEBUG",
        "PORT",
        "PROCESSES",
        "ALLOWED_HOSTS",
        "PYTHON",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "TANDEM_VAR_DIR": str(folder), **changes}


def refused(folder: Path, *command: str, **environment: str) -> str:
    """What a command that cannot do its work says; make adds a line of its own."""
    done = subprocess.run(
        command, cwd=ROOT, env=environment_of(folder, **environment), capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert done.stdout == ""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def manage(*words: str) -> list[str]:
    return [sys.executable, "manage.py", *words]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def is_kept(folder: Path) -> bool:
    return embedded._is_locked(folder / "keeper.lock")


def client_of(folder: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(10)
    client.connect(str(embedded.socket_path(folder)))
    return client


# --- serve -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_code_0_and_no_orphan(
    folder: Path, serving: Callable[..., Running], number: signal.Signals
) -> None:
    server = serving()
    valkey = client_of(folder)
    with httpx.Client() as browser:  # its connection stays open: it must not hold the server up
        assert browser.get(f"{server.url}/healthz").status_code == 200
        server.process.send_signal(number)
        assert server.ended() == (0, ["Tandem has stopped."])
    assert not is_kept(folder)
    assert valkey.recv(1) == b""


def test_ctrl_c_in_a_terminal_reaches_the_whole_group_and_still_ends_cleanly(
    folder: Path, serving: Callable[..., Running]
) -> None:
    server = serving()
    os.killpg(server.process.pid, signal.SIGINT)
    assert server.ended() == (0, ["Tandem has stopped."])
    assert not is_kept(folder)


def test_killing_it_leaves_no_valkey(folder: Path, serving: Callable[..., Running]) -> None:
    server = serving()
    valkey = client_of(folder)
    server.process.kill()
    assert valkey.recv(1) == b""


def test_two_processes_of_a_folder_share_one_valkey(folder: Path, serving: Callable[..., Running]) -> None:
    first, second = serving(), serving()
    pids = embedded.keeper_and_valkey(folder)
    first.process.terminate()
    assert first.ended()[0] == 0
    assert httpx.get(f"{second.url}/readyz").status_code == 200
    assert embedded.keeper_and_valkey(folder) == pids


def test_an_address_with_a_token_is_not_logged(serving: Callable[..., Running]) -> None:
    server = serving()
    httpx.get(f"{server.url}/no-such-page/?token={TOKEN}")
    httpx.get(f"{server.url}/{TOKEN}/")
    server.process.terminate()
    _, output = server.ended()
    assert TOKEN not in "".join(output)


@pytest.mark.parametrize("command", ["serve", "runserver"])
def test_a_port_in_use_is_one_line(folder: Path, taken_port: int, command: str) -> None:
    said = refused(folder, *manage(command), PORT=str(taken_port))
    assert said == f"CommandError: Port {taken_port} is in use. Choose another: make run PORT={taken_port + 1}"


def test_a_port_in_use_is_one_line_for_several_processes_too(folder: Path, taken_port: int) -> None:
    said = refused(folder, *manage("serve", "--server", "uvicorn", "--processes", "2"), PORT=str(taken_port))
    assert said.startswith(f"CommandError: Port {taken_port} is in use.")


@pytest.mark.parametrize("options", [("--processes", "2"), ("--server", "uvicorn", "--processes", "0")])
def test_a_number_of_processes_that_cannot_be_is_one_line(folder: Path, options: tuple[str, ...]) -> None:
    said = refused(folder, *manage("serve", "--port", "0", *options))
    assert said == "CommandError: --processes takes a number from 1, and more than one only with --server uvicorn."


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://127.0.0.1:1/0", "Redis at redis://127.0.0.1:1/0 cannot be used"),
        ("redis://:geheim@127.0.0.1:1/0", "Redis at redis://127.0.0.1:1/0 cannot be used"),
        ("banana", "REDIS_URL is not the address of a Redis"),
    ],
)
def test_a_redis_that_is_not_there_is_one_line_without_the_password(folder: Path, url: str, said: str) -> None:
    line = refused(folder, *manage("serve", "--port", "0"), REDIS_URL=url)
    assert line.startswith(f"CommandError: {said}")
    assert "geheim" not in line


@pytest.mark.parametrize(
    ("login", "said"),
    [("", "wants a password in REDIS_URL."), (":falsch@", "refuses the password in REDIS_URL.")],
)
def test_a_wrong_redis_password_is_one_line(folder: Path, login: str, said: str) -> None:
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--requirepass", "geheim", "--save", ""]
    redis = subprocess.Popen([embedded.binary(), *options], stdout=subprocess.DEVNULL)
    try:
        while redis.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                continue
        line = refused(folder, *manage("serve", "--port", "0"), REDIS_URL=f"redis://{login}127.0.0.1:{port}/0")
        assert line == f"CommandError: Redis at redis://127.0.0.1:{port}/0 {said}"
    finally:
        redis.kill()
        redis.wait()


def test_a_database_that_is_not_up_to_date_is_one_line(tmp_path: Path) -> None:
    said = refused(tmp_path, *manage("serve", "--port", "0"))
    assert said == "CommandError: The database is not up to date. Run: python manage.py migrate"


# --- make ------------------------------------------------------------------------------------------------------------


def test_make_run_serves_and_ends_with_the_make_process(folder: Path, serving: Callable[..., Running]) -> None:
    port = free_port()
    server = serving("make", "run", f"PORT={port}")
    assert server.url == f"http://127.0.0.1:{port}"
    assert httpx.get(f"{server.url}/healthz").status_code == 200
    server.process.terminate()  # make, not the server: it passes the signal on and waits
    _, output = server.ended()
    assert output == ["Tandem has stopped."]
    assert not is_kept(folder)


def test_make_serve_is_several_processes_on_one_port(folder: Path, serving: Callable[..., Running]) -> None:
    port = free_port()
    server = serving("make", "serve", f"PORT={port}", "PROCESSES=2")
    assert server.lines.count(f"Tandem is ready: http://127.0.0.1:{port} (Ctrl-C to stop)") == 1
    assert httpx.get(f"{server.url}/readyz").status_code == 200
    server.process.terminate()
    _, output = server.ended()
    assert output == ["Tandem has stopped."]
    assert not is_kept(folder)


@pytest.mark.parametrize("processes", ["banana", "0", "257", "-1"])
def test_a_number_of_processes_that_is_none_is_one_line(folder: Path, processes: str) -> None:
    said = refused(folder, "make", "serve", f"PROCESSES={processes}")
    assert said == f"PROCESSES must be a number from 1 to 256, not {processes!r}."


@pytest.mark.parametrize("port", ["banana", "0", "65536", "-1"])
def test_a_port_that_is_none_is_one_line(folder: Path, port: str) -> None:
    assert refused(folder, "make", "run", f"PORT={port}") == f"PORT must be a number from 1 to 65535, not {port!r}."


def test_a_python_that_is_too_old_is_one_line(folder: Path, tmp_path: Path) -> None:
    old = tmp_path / "python"
    old.write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac\n')
    old.chmod(0o755)
    said = refused(folder, "make", "run", f"PYTHON={old}")
    assert said == f"Tandem needs Python 3.11 or newer; {old} is 3.9."


def test_make_help_names_every_command(tmp_path: Path) -> None:
    done = subprocess.run(
        ["make", "help"], cwd=ROOT, env=environment_of(tmp_path), capture_output=True, text=True, check=True
    )
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        "run",
        "serve",
        "dev",
        "test",
        "faults",
        "bench",
        "screenshots",
        "check",
        "help",
        "clean",
    ]


# --- the virtual environment -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """bootstrap.py, working on a checkout that is empty but for a requirement nobody can fulfil."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec
    assert spec.loader
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    root = tmp_path_factory.mktemp("checkout")
    (root / "requirements.txt").write_text("tandem-needs-a-package-nobody-made==1\n")
    (root / ".venv").mkdir()
    (root / ".venv" / "half-made").touch()
    for name, value in {
        "ROOT": root,
        "VENV": root / ".venv",
        "PYTHON": root / ".venv" / "bin" / "python",
        "VAR_DIR": root / "var",
    }.items():
        setattr(bootstrap, name, value)
    return bootstrap


def test_a_half_made_environment_is_made_anew_and_a_whole_one_is_kept(checkout: ModuleType) -> None:
    checkout.make_venv()
    assert not (checkout.VENV / "half-made").exists()
    (checkout.VENV / "seen").touch()
    checkout.make_venv()
    assert (checkout.VENV / "seen").exists()


def test_packages_that_cannot_be_had_are_one_line_and_tried_again(
    checkout: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for _ in range(2):
        with pytest.raises(
            checkout.Failure, match=r"is the network reachable\? \(pip's own words: .venv/install.log\)"
        ):
            checkout.install("requirements.txt")
    assert "tandem-needs" in (checkout.VENV / "install.log").read_text()


def test_an_environment_without_its_python_is_made_anew(checkout: ModuleType) -> None:
    checkout.make_venv()
    checkout.PYTHON.unlink()
    checkout.make_venv()
    assert checkout.PYTHON.exists()
