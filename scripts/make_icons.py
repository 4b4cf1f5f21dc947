"""Draws the app's icons from the mark in static/img/favicon.svg: `python -m scripts.make_icons`. The pictures are committed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
GROUND = "#f4f6f3"  # --surface of the light colours

# file: side in pixels, share of it that the mark takes, ground. A maskable icon may be cut to a circle of 80 %.
ICONS: dict[str, tuple[int, float, str]] = {
    "icon-192.png": (192, 0.94, "transparent"),
    "icon-512.png": (512, 0.94, "transparent"),
    "icon-maskable-512.png": (512, 0.6, GROUND),
    "apple-touch-icon.png": (180, 0.72, GROUND),
}


def main() -> None:
    """Write every icon."""
    mark = (IMAGES / "favicon.svg").read_text()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for name, (side, share, ground) in ICONS.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(
                f"<style>body{{margin:0;height:100vh;display:grid;place-items:center;background:{ground}}}"
                f"svg{{width:{share * 100}%}}</style>{mark}"
            )
            page.screenshot(path=IMAGES / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
