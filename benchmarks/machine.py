"""What is measured on: cores, and what Linux' /proc says about a process."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second, in /proc/stat
resident = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
SCHEDULED = 2  # which of a process' three clocks: Linux' CPUCLOCK_SCHED
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
SERVER_CORE, OTHER_CORE = CORES[-1], CORES[0]  # the load generator and the broker share the other one


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Whatever is started in here stays on this core; this process does not."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def allow_many_sockets() -> None:
    """A thousand connections need more than the usual 1,024 files, here and in what is started from here."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def cpu_seconds(*pids: int) -> float:
    """User and system time of all threads of these processes so far.

    What /proc/PID/stat says in ticks of 10 ms, by the clock that is behind it (clock_getcpuclockid(3)) in nanoseconds:
    a fixed rate gives a server less to do in a whole window than ten ticks.
    """
    return sum(time.clock_gettime(~pid << 3 | SCHEDULED) for pid in pids)


def busy_seconds() -> float:
    """What all processes of the machine spent on all its cores so far."""
    user, nice, system, _idle, _wait, interrupts, soft, *_ = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, interrupts, soft))) / TICKS


def stolen_seconds() -> float:
    """What all cores of this machine wanted to run so far and could not, for the host gave its own cores to another machine."""
    return int(Path("/proc/stat").read_text().split()[8]) / TICKS


def resident_kb(*pids: int) -> int:
    """Memory of these processes that is in RAM, in kB; what they share counts for each."""
    return sum(int(resident.findall(Path(f"/proc/{pid}/status").read_text())[0]) for pid in pids)


def version_of(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except OSError:
        return ""


def describe() -> dict[str, str]:
    """Return what a reader must know to compare figures; `load` says how busy the machine was before we began."""
    cpuinfo = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"model name\s*: (.*)", cpuinfo)
    return {
        "cores": str(len(CORES)),
        "processor": model[1] if model else platform.machine(),
        "system": f"{platform.system()} {re.match(r'[0-9.]*', platform.release())[0]}",  # type: ignore[index]
        "python": platform.python_version(),
        "node": version_of("node", "--version").removeprefix("v") or "none",
        "load": f"{os.getloadavg()[0]:.1f}",
    }
