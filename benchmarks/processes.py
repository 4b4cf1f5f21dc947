"""Server processes and brokers: started on their core, waited for, and ended when their context ends."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import machine
from tests.site import Valkey

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class LeftOut(Exception):
    """A peer cannot be measured here; the message says why."""


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[Valkey]:
    """A Valkey that keeps nothing on disk, on the core the server is not on."""
    with machine.on_core(machine.OTHER_CORE):
        valkey = Valkey(folder)
    try:
        yield valkey
    finally:
        valkey.kill()


@contextlib.contextmanager
def served(command: list[str], port: int, log: Path, environment: dict[str, str]) -> Iterator[int]:
    """Run a server until it is not needed any more; its process id once it accepts connections."""
    with log.open("w") as out, machine.on_core(machine.SERVER_CORE):
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}, stdout=out, stderr=out)
    try:
        wait_for_port(process, port, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_SECONDS)
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
