"""A real Chromium on a real server; each page records errors and requests to other hosts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.browser.still_world import still_world

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""A script for the start of a page, which adds up how much the page moves by itself."""


@dataclass
class Watched:
    """A page that records its errors and its requests to other hosts."""

    page: Page
    home: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Opens a path of the server and waits until the network is idle."""
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(self.home + path, wait_until="networkidle")
        return self.page

    def _note(self, url: str) -> None:
        if not url.startswith((self.home, "data:", "blob:")):
            self.foreign.append(url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; skips the test where none is installed.

    Its driver runs an event loop in this thread, so it lasts for one module only: other tests must not meet that loop,
    nor the variable that lets Django work beside it.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with (
        pytest.MonkeyPatch.context() as patch,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser,
    ):
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


@pytest.fixture
def own_service(mongo_uri: str, redis_url: str) -> Iterator[None]:
    """A service that has read nothing yet: the catalogue and the index of another test's movies must not answer."""
    from merger import wiring

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "HostCopies", lambda _: None)
        wiring.service.cache_clear()
        yield
    wiring.service.cache_clear()


@pytest.fixture
def watched(chromium: Browser, live_server: object) -> Iterator[Watched]:
    """A new page on this test's own server."""
    page = chromium.new_page()
    yield Watched(page, str(live_server))
    page.close()


@pytest.fixture(scope="module")
def still(mongo_uri: str, redis_url: str, django_db_setup: None) -> Iterator[None]:
    """The sample world at a moment that never changes, behind this process's server."""
    from django_redis import get_redis_connection

    from merger.stores.mongo.client import database

    get_redis_connection("default").flushdb()
    with still_world(database()):
        yield
