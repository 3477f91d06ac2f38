"""``python -m deploy.pictures ADDRESS``: takes the pictures of the README from a running service."""

from __future__ import annotations

import argparse
import base64
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
WIDTH, QUALITY = 1280, 80
SHOTS = {
    "overview": ("/", 1000, "light"),
    "movie": ("/movies/603/?window=30d", 1000, "dark"),
    "analytics": ("/analytics/", 900, "light"),
    "api": ("/api/docs/#/movies/movies_sentiment", 900, "dark"),
}
"""Address, height and colours of each picture."""

_SETTLED_MS = 2_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the pictures to ``docs/images``; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.pictures", description=__doc__)
    parser.add_argument("address", help="of the service, such as http://127.0.0.1:8000")
    base = parser.parse_args(arguments).address.rstrip("/")
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]) as browser,
    ):
        for name in SHOTS:
            file = IMAGES / f"{name}.webp"
            file.write_bytes(_take(browser, base, name))
            print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")  # noqa: T201
    return 0


def _take(browser: Browser, base: str, name: str) -> bytes:
    path, height, scheme = SHOTS[name]
    context = browser.new_context(
        viewport={"width": WIDTH, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    answer = page.goto(base + path, wait_until="load")
    if answer is None or not answer.ok:
        raise SystemExit(f"{base}{path} was not answered with a page")
    page.wait_for_timeout(_SETTLED_MS)
    session = context.new_cdp_session(page)
    found = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    context.close()
    return base64.b64decode(found["data"])


if __name__ == "__main__":
    raise SystemExit(main())
