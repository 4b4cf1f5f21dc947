"""Prints the path of a Chromium that runs, for the browser tests; installs one where it can. Never skips.

In this order: CHROMIUM, one on PATH, Playwright's own, `playwright install`, Debian's package when root.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 900  # 170 MB over a slow line
HOW = (
    "No Chromium for the browser tests. Install one (Debian: apt install chromium; macOS: brew install --cask chromium)"
    " or name it: make test CHROMIUM=/path/to/chromium"
)


def runs(path: str | None) -> bool:
    """A file is not enough: Ubuntu's package is a stub, and Playwright's needs libraries of the system."""
    try:
        return path is not None and subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name)) and runs(found)), None)


def playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if runs(path) else None


def install_playwrights() -> str | None:
    return playwrights_own() if done([sys.executable, "-m", "playwright", "install", "chromium"]) else None


def install_debians() -> str | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    done(["apt-get", "update"])
    return on_path() if done(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]) else None


def done(command: list[str]) -> bool:
    print(f"Chromium for the browser tests: {' '.join(command[-3:])} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryFile() as quiet:
        try:
            return subprocess.run(command, stdout=quiet, stderr=quiet, timeout=INSTALL_SECONDS).returncode == 0
        except subprocess.TimeoutExpired:
            return False


def main() -> int:
    if asked := os.environ.get("CHROMIUM"):
        if runs(asked):
            print(asked)
            return 0
        print(f"CHROMIUM={asked} does not run.", file=sys.stderr)
        return 1
    ways: list[Callable[[], str | None]] = [on_path, playwrights_own, install_playwrights, install_debians]
    for way in ways:
        if path := way():
            print(path)
            return 0
    print(HOW, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
