"""The metrics of a real server with two workers are the sums of both."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.multiprocess import MultiProcessCollector
from pymongo.database import Database
from redis import Redis

from lambdaserve.config.local_data import METERS
from lambdaserve.ops.metrics.dead_workers import is_running
from lambdaserve.server.embedded_stores import LOOPBACK
from lambdaserve.server.meter_directory import MEMORY
from merger import configuration
from tests.integration.layers.watched import fill
from tests.integration.serving.test_serve import Served, descendants, over_stores, served
from tests.scraped import Scraped

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]

PATHS = ("movies/1", "movies/2", "movies/1/stats?hours=6", "trending/movies")
SENT = 400
ANSWERED = ("hot", "hit", "stale", "wait", "miss")


@pytest.fixture
def copy(indexed_database: Database[dict[str, Any]], redis_client: Redis, tmp_path: Path) -> Iterator[Served]:
    """A server with two workers, over a movie."""
    fill(indexed_database, configuration.utc_now())
    variables = {
        **over_stores(indexed_database),
        "WORKERS": "2",
        "METRICS_FROM": LOOPBACK,
    }
    with served(tmp_path, **variables) as running:
        running.wait_until_it_serves()
        wait_until(lambda: Scraped.of(running.url).sum("workers") == 2)
        yield running


def wait_until(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def send(copy: Served, number: int) -> Counter[int]:
    """Sends this many requests, eight at a time, each on a connection of its own so that both workers get some."""
    paths = [f"/api/v1/{PATHS[each % len(PATHS)]}" for each in range(number)]
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(copy.status, paths))


def cache_requests(scraped: Scraped) -> float:
    """Number of requests to the cache; a movie that is absent counts as well."""
    return sum(scraped.sum("cache_answers_total", outcome=outcome) for outcome in ANSWERED)


def details(scraped: Scraped) -> float:
    """Number of requests for a movie, of either status."""
    return scraped.sum("http_request_duration_seconds_count", route="api/v1/movies/<str:movie_id>")


def meters_of(copy: Served) -> Path:
    """The directory in which the workers keep their meters."""
    for pid in descendants(copy.process.pid):
        for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if variable.startswith(f"{METERS}=".encode()):
                return Path(variable.decode().partition("=")[2])
    raise AssertionError("no process has meters")


def workers(copy: Served) -> list[int]:
    """Process ids of the workers that count."""
    return sorted(int(path.stem.rpartition("_")[2]) for path in meters_of(copy).glob("gauge_livesum_*.db"))


def cache_requests_of(copy: Served, pid: int) -> float:
    """Number of requests to the cache that one worker has counted."""
    file = meters_of(copy) / f"counter_{pid}.db"
    families = MultiProcessCollector.merge([str(file)])  # type: ignore[no-untyped-call]  # the package's is untyped
    found = next(family for family in families if family.name == "lambdaserve_cache_answers")
    return float(sum(each.value for each in found.samples))


def test_sums_of_both_workers_are_exactly_what_was_sent(copy: Served, tmp_path: Path) -> None:
    before = cache_requests(Scraped.of(copy.url))
    assert send(copy, SENT) == {200: SENT * 3 // 4, 404: SENT // 4}
    wait_until(lambda: cache_requests(Scraped.of(copy.url)) == before + SENT)
    time.sleep(1.5)  # a request counted twice would show by now
    found = [Scraped.of(copy.url) for _ in range(8)]
    assert {cache_requests(each) for each in found} == {before + SENT}
    assert {each.sum("workers") for each in found} == {2}
    last = found[-1]
    assert details(last) == SENT // 2
    assert last.sum("store_up", store="mongodb") == last.sum("store_up", store="redis") == 1
    assert last.sum("process_resident_memory_bytes") > last.sum("process_largest_resident_memory_bytes")
    assert len(workers(copy)) == 2
    assert all(cache_requests_of(copy, pid) > 0 for pid in workers(copy))
    # In memory, where there is one to write to; only the server's processes write there.
    assert meters_of(copy).parent in (MEMORY, tmp_path)
    assert set(workers(copy)) <= set(descendants(copy.process.pid))


def test_killed_worker_loses_no_counts_and_leaves_no_live_figures(copy: Served) -> None:
    before = cache_requests(Scraped.of(copy.url))
    send(copy, SENT // 2)
    wait_until(lambda: cache_requests(Scraped.of(copy.url)) == before + SENT // 2)
    both, first = workers(copy), Scraped.of(copy.url)
    os.kill(both[0], signal.SIGKILL)
    wait_until(lambda: not is_running(both[0]))  # a busy machine takes a moment
    alone = scrape_after_kill(copy)
    assert alone.sum("workers") == 1
    assert alone.sum("process_resident_memory_bytes") == alone.sum("process_largest_resident_memory_bytes")
    assert both[0] not in workers(copy)
    wait_until(lambda: scrape_after_kill(copy).sum("workers") == 2)
    last = scrape_after_kill(copy)
    for earlier, later in ((first, alone), (alone, last)):
        assert fallen_counts(earlier, later) == []
    (new,) = set(workers(copy)) - set(both)
    of_its_start = cache_requests_of(copy, new)  # it reads what the first page shows before it takes requests
    assert of_its_start > 0
    assert cache_requests(last) == before + SENT // 2 + of_its_start


def scrape_after_kill(copy: Served) -> Scraped:
    """Reads the metrics; tries again, since a connection that the dead worker had accepted is lost."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return Scraped.of(copy.url)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def fallen_counts(earlier: Scraped, later: Scraped) -> list[str]:
    """Counts that are lower than before, or missing."""
    now = {(each.name, frozenset(each.labels.items())): each.value for each in later.samples}
    counts = ("_total", "_count", "_sum", "_bucket")
    return [
        f"{each.name} {each.labels}"
        for each in earlier.samples
        if each.name.endswith(counts) and now.get((each.name, frozenset(each.labels.items())), -1.0) < each.value
    ]
