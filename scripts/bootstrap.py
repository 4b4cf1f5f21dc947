"""What `make run`, `serve`, `dev`, `test` and `check` do first: a virtual environment, packages, static files, the database.

Each step runs only when something it depends on has changed, and one at a time per checkout, so that any number of
`make run` may start together. Every failure is one line, with the name of the log that has the rest.

Runs on the machine's own Python (scripts/bootstrap.sh finds one that is new enough), so: standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VAR_DIR = Path(os.environ.get("TANDEM_VAR_DIR") or ROOT / "var")
MOST_PROCESSES = 256

NO_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|name resolution|ConnectTimeout|Read timed out|Network is unreachable"
    r"|Connection refused|Connection broken|ProxyError|from versions: none"
)


class Failure(Exception):
    """A step cannot be done; the message is one line for the person at the terminal."""


# --- the commands ----------------------------------------------------------------------------------------------------


def run() -> None:
    check_port()
    with one_at_a_time():
        install("requirements.txt")
        collect_static()
        migrate()
    become("manage.py", "serve")


def serve() -> None:
    check_port()
    processes = check_processes()
    with one_at_a_time():
        install("requirements.txt", "requirements-uvicorn.txt")
        collect_static()
        migrate()
    become("manage.py", "serve", "--server", "uvicorn", "--processes", processes)


def dev() -> None:
    """The reloader starts one server after the other; holding Valkey for them keeps conversations across reloads."""
    check_port()
    os.environ["DEBUG"] = "1"
    with one_at_a_time():
        install("requirements.txt")
        migrate()
    if not os.environ.get("REDIS_URL"):
        sys.path.insert(0, str(ROOT))
        from chatproject import embedded

        embedded.hold(VAR_DIR)
    become("manage.py", "runserver")


def test(words: list[str]) -> None:
    with one_at_a_time():
        install("requirements.txt", "requirements-dev.txt")
        collect_static()
        os.environ["CHROMIUM"] = output_of([PYTHON, "scripts/find_chromium.py"])
        if words:  # some of the Python tests, as pytest's own words say
            os.chdir(ROOT)
            become("-m", "pytest", *words)
        node = output_of([PYTHON, "scripts/find_node.py"])
    scripts = sorted(map(str, (ROOT / "tests" / "js").rglob("*.test.*js")))
    if not scripts:
        raise Failure("There are no JavaScript tests in tests/js.")
    together(
        {
            "Python and browser tests": [PYTHON, "-m", "pytest", *words],
            "JavaScript tests": [node, "--test", *scripts],
        }
    )


def faults(words: list[str]) -> None:
    with one_at_a_time():
        install("requirements.txt", "requirements-dev.txt")
    become("-m", "tests.faults", *words)


def bench(words: list[str]) -> None:
    with one_at_a_time():
        install("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
    become("-m", "benchmarks", *words)


def screenshots(words: list[str]) -> None:
    with one_at_a_time():
        install("requirements.txt", "requirements-dev.txt")
        collect_static()
        os.environ["CHROMIUM"] = output_of([PYTHON, "scripts/find_chromium.py"])
    become("-m", "tests.browser.screenshots", *words)


def check() -> None:
    with one_at_a_time():
        install("requirements.txt", "requirements-dev.txt")
    with tempfile.TemporaryDirectory() as var_dir:
        # As on a public site, and away from the accounts of this one.
        os.environ.update(TANDEM_VAR_DIR=var_dir, ALLOWED_HOSTS="chat.example.org")
        for name in ("DEBUG", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "RATE_LIMITS"):
            os.environ.pop(name, None)
        manage: list[str | Path] = [PYTHON, "manage.py"]
        together(
            {
                "lint": [PYTHON, "-m", "ruff", "check"],
                "format": [PYTHON, "-m", "ruff", "format", "--check"],
                "types": [PYTHON, "-m", "mypy"],
                "templates": [PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"],
                "languages": [PYTHON, "-m", "scripts.messages", "check"],
                "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
                "deployment": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            }
        )


# --- the steps -------------------------------------------------------------------------------------------------------


def check_port() -> None:
    port = os.environ.get("PORT") or "8000"
    os.environ["PORT"] = port  # `PORT= make run` means the usual one
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise Failure(f"PORT must be a number from 1 to 65535, not {port!r}.")


def check_processes() -> str:
    """One for each core that we may use, unless PROCESSES says otherwise."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    processes = os.environ.get("PROCESSES") or str(cores)
    if not processes.isascii() or not processes.isdigit() or not 0 < int(processes) <= MOST_PROCESSES:
        raise Failure(f"PROCESSES must be a number from 1 to {MOST_PROCESSES}, not {processes!r}.")
    return processes


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """The lock is on requirements.txt because that file is always there; the kernel frees it however we end."""
    with (ROOT / "requirements.txt").open("rb+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another make in this folder ...", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def install(*names: str) -> None:
    """Packages of the named files; the last one includes the others."""
    make_venv()
    stamp = VENV / (names[-1] + ".stamp")
    wanted = fingerprint([ROOT / name for name in names])
    if written(stamp) == wanted:
        return
    print(f"Installing packages of {names[-1]} (only when it has changed) ...", flush=True)
    log = VENV / "install.log"
    options = ["--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "20"]
    if not succeeds([PYTHON, "-m", "pip", *options, "install", "--requirement", names[-1]], log):
        text = log.read_text(errors="replace")
        why = "is the network reachable?" if NO_NETWORK.search(text) else last_error(text)
        raise Failure(f"Packages could not be installed: {why} (pip's own words: {shown(log)})")
    for name in ("requirements.txt", "requirements-uvicorn.txt", "requirements-dev.txt", "requirements-bench.txt"):
        (VENV / (name + ".stamp")).unlink(missing_ok=True)  # one may have changed what another asked for
    stamp.write_text(wanted)
    if len(names) > 1:
        (VENV / (names[0] + ".stamp")).write_text(fingerprint([ROOT / names[0]]))


def make_venv() -> None:
    """A venv is believed only when it says where it was made and by which Python, and still runs."""
    made = VENV / "made"
    ours = f"{VENV}\n{sys.version}\n"
    if written(made) == ours and succeeds([PYTHON, "-c", "import pip"]):
        return
    print(f"Making a virtual environment in .venv with Python {sys.version.split()[0]} ...", flush=True)
    log = VAR_DIR / "venv.log"
    make_private(VAR_DIR)
    shutil.rmtree(VENV, ignore_errors=True)
    if not succeeds([base_python(), "-m", "venv", str(VENV)], log):
        shutil.rmtree(VENV, ignore_errors=True)
        if re.search("ensurepip|No module named venv", log.read_text(errors="replace")):
            version = f"{sys.version_info[0]}.{sys.version_info[1]}"
            raise Failure(f"This Python has no venv module. On Debian and Ubuntu: apt install python{version}-venv")
        raise Failure(f"The virtual environment could not be made; the reason is in {shown(log)}")
    made.write_text(ours)


def base_python() -> str:
    """The Python a venv is made with; when we run inside the old venv, the one below it."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return getattr(sys, "_base_executable", sys.executable)


def collect_static() -> None:
    """Without --clear: another process of this folder may be serving what is there."""
    sources = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    code = [ROOT / "chatproject" / "settings.py", ROOT / "chatproject" / "static.py"]
    wanted = fingerprint(sorted([*sources, *code, ROOT / "requirements.txt"]))
    make_private(VAR_DIR)
    stamp = VAR_DIR / "static.stamp"
    if written(stamp) == wanted and (VAR_DIR / "static").is_dir():
        return
    log = VAR_DIR / "collectstatic.log"
    if not succeeds([PYTHON, "manage.py", "collectstatic", "--no-input"], log):
        raise Failure(f"Static files could not be collected: {last_error(log.read_text())} (all of it: {shown(log)})")
    stamp.write_text(wanted)


def migrate() -> None:
    make_private(VAR_DIR)
    log = VAR_DIR / "migrate.log"
    if not succeeds([PYTHON, "manage.py", "migrate", "--no-input", "--skip-checks"], log):
        raise Failure(f"The database could not be prepared: {last_error(log.read_text())} (all of it: {shown(log)})")


# --- the tools of the steps --------------------------------------------------------------------------------------------


def fingerprint(files: list[Path]) -> str:
    """Of names and contents, and of the Python that was used."""
    digest = hashlib.sha256(written(VENV / "made").encode())
    for path in files:
        if path.exists():
            digest.update(f"{path}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def written(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def shown(path: Path) -> str:
    return os.path.relpath(path, ROOT)


def last_error(text: str) -> str:
    """The line of a log that most likely says why."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines
    return re.sub(r"^[\w.]+: ", "", errors[-1]) if errors else "no reason was given."


def succeeds(command: list[str | Path], log: Path | None = None) -> bool:
    with (log or Path(os.devnull)).open("wb") as out:
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=ROOT)
        except FileNotFoundError:  # such as the Python of a venv whose base was uninstalled
            return False
        return wait_for(process) == 0


def output_of(command: list[str | Path]) -> str:
    """What a finder prints; it says itself on stderr why it found nothing."""
    finder = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    text = finder.stdout.read().strip() if finder.stdout else ""
    if wait_for(finder) != 0:
        raise SystemExit(1)
    return text


def together(commands: dict[str, list[str | Path]]) -> None:
    """Run all of them, even after one has failed: one run should name everything there is to mend."""
    failed = []
    for name, command in commands.items():
        print(f"--- {name}", flush=True)
        if wait_for(subprocess.Popen(command, cwd=ROOT)) != 0:
            failed.append(name)
    if failed:
        raise Failure("Failed: " + ", ".join(failed))
    print("--- all passed")


def wait_for(process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> int:
    """Whoever ends us ends it too, and it may clean up first."""
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
        raise


def become(*words: str) -> NoReturn:
    """The server takes over this process, so that signals for make's child reach it directly."""
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *words])  # noqa: S606


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    command, *words = sys.argv[1:] or ["help"]
    try:
        if command in ("test", "faults", "bench", "screenshots"):
            {"test": test, "faults": faults, "bench": bench, "screenshots": screenshots}[command](words)
        elif command in ("run", "serve", "dev", "check"):
            {"run": run, "serve": serve, "dev": dev, "check": check}[command]()
        else:
            with_words = "test | faults | bench | screenshots [ARGS]"
            raise Failure(f"usage: bootstrap.py run | serve | dev | check | {with_words}")
    except KeyboardInterrupt:
        return 130
    except Failure as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036  that is the question
        sys.exit("Tandem needs Python 3.11 or newer; this is %d.%d." % sys.version_info[:2])  # noqa: UP031
    sys.exit(main())
