"""Opens pages in Chromium as a first visitor and as one who comes again, and measures what they wait for."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from benchmarks.harness.machine import Machine
from benchmarks.harness.servers import ServerFailed
from benchmarks.harness.service import start_service
from benchmarks.reports.page_loads import Conditions, Load, PageLoads, section

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PAGES = {
    "overview": "/",
    "movie": "/movies/603/",
    "trending": "/trending/",
    "analytics": "/analytics/",
    "search": "/search/?q=matrix",
}
PACKAGES = ("Django", "granian", "whitenoise", "playwright")

_ROUNDS, _SETTLED_MS = 5, 700

# The last entry of largest-contentful-paint counts; a shift counts unless the visitor caused it.
_WATCH = """
window.seen = { lcp: 0, cls: 0 };
new PerformanceObserver((list) => { for (const entry of list.getEntries()) seen.lcp = entry.startTime; })
  .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.cls += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
_READ = "() => [performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, seen.lcp, seen.cls]"


def measure_pages(scale: float, workers: int, now: datetime, say: Callable[[str], None]) -> tuple[str, bool]:
    """Measures all pages; returns the report, and whether every limit was met.

    Args:
        scale: of the sample world.
        workers: processes that answer.
        now: aware UTC, for the report.
        say: shows a line to the user.

    Raises:
        ServerFailed: the service didn't start, a page was not as expected, or there is no Chromium.
        StoreDidNotStart: an embedded store.
    """
    machine = Machine.here(PACKAGES)
    with _chromium() as browser, start_service(scale, workers, say) as (server, _):
        base = f"http://{server.host}:{server.port}"
        found = []
        for name, path in PAGES.items():
            found.append(_measure(browser, name, base + path))
            say(f"{name}: LCP {found[-1].cold.lcp:.0f} ms, later {found[-1].warm.lcp:.0f} ms")
        conditions = Conditions(now, machine, browser.version, scale, workers, _ROUNDS)
    return section(found, conditions), not any(each.misses for each in found)


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    if not path:
        raise ServerFailed("no Chromium is installed (Debian: apt install chromium)")
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=["--no-sandbox"]) as browser,
    ):
        yield browser


def _measure(browser: Browser, name: str, url: str) -> PageLoads:
    cold, warm = [], []
    for _ in range(_ROUNDS):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(_WATCH)
        cold.append(_open(context, url))
        warm.append(_open(context, url))
        context.close()
    return PageLoads(name, Load.median(cold), Load.median(warm), max(each.lcp for each in cold))


def _open(context: BrowserContext, url: str) -> Load:
    page = context.new_page()
    sizes: list[float] = []
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    answer = page.goto(url, wait_until="load")
    if answer is None or not answer.ok:
        raise ServerFailed(f"{url} was answered with {answer.status if answer else 'nothing'}")
    page.wait_for_timeout(_SETTLED_MS)
    fcp, lcp, cls = page.evaluate(_READ)
    page.close()
    return Load(fcp=fcp, lcp=lcp, cls=cls, transferred=sum(sizes))
