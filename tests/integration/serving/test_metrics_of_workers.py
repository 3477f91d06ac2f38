"""The metrics of a real server with two workers are those of both."""

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
from django.conf import settings
from prometheus_client.multiprocess import MultiProcessCollector
from pymongo.database import Database
from redis import Redis

from lambdaserve.ops.metrics.dead_workers import is_running
from lambdaserve.server.embedded_stores import LOOPBACK
from merger import configuration
from tests.integration.layers.test_watcher import fill
from tests.integration.serving.test_serve import Served, descendants, served
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
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": indexed_database.name,
        "REDIS_URL": settings.REDIS_URL,
        "LOAD_SAMPLE": "never",
        "WORKERS": "2",
        "METRICS_FROM": LOOPBACK,
    }
    with served(tmp_path, **variables) as running:
        running.wait_until_it_serves()
        eventually(lambda: Scraped.of(running.url).sum("workers") == 2)
        yield running


def eventually(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def send(copy: Served, number: int) -> Counter[int]:
    """That many requests, eight at a time, each by a connection of its own so that both workers get some."""
    paths = [f"/api/v1/{PATHS[each % len(PATHS)]}" for each in range(number)]
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(copy.status, paths))


def questions(scraped: Scraped) -> float:
    """Those that the cache was asked; a movie that is absent counts as well."""
    return sum(scraped.sum("cache_answers_total", outcome=outcome) for outcome in ANSWERED)


def details(scraped: Scraped) -> float:
    """Requests for a movie, of either status."""
    return scraped.sum("http_request_duration_seconds_count", route="api/v1/movies/<str:movie_id>")


def workers(copy: Served) -> list[int]:
    """The processes that count."""
    directory = copy.output.parent / "metrics"
    return sorted(int(path.stem.rpartition("_")[2]) for path in directory.glob("gauge_livesum_*.db"))


def told_by(copy: Served, pid: int) -> float:
    """Questions that one worker has told of."""
    file = copy.output.parent / "metrics" / f"counter_{pid}.db"
    families = MultiProcessCollector.merge([str(file)])  # type: ignore[no-untyped-call]  # the package's is untyped
    found = next(family for family in families if family.name == "lambdaserve_cache_answers")
    return float(sum(each.value for each in found.samples))


def test_both_workers_count_and_their_sums_are_exactly_what_was_sent(copy: Served) -> None:
    before = questions(Scraped.of(copy.url))
    assert send(copy, SENT) == {200: SENT * 3 // 4, 404: SENT // 4}
    eventually(lambda: questions(Scraped.of(copy.url)) == before + SENT)
    time.sleep(1.5)  # whoever counted twice would by now
    found = [Scraped.of(copy.url) for _ in range(8)]
    assert {questions(each) for each in found} == {before + SENT}
    assert {each.sum("workers") for each in found} == {2}
    last = found[-1]
    assert details(last) == SENT // 2
    assert last.sum("store_up", store="mongodb") == last.sum("store_up", store="redis") == 1
    assert last.sum("process_resident_memory_bytes") > last.sum("process_largest_resident_memory_bytes")
    assert len(workers(copy)) == 2
    assert all(told_by(copy, pid) > 0 for pid in workers(copy))
    # Nobody but the server's processes writes there.
    assert set(workers(copy)) <= set(descendants(copy.process.pid))


def test_a_killed_worker_takes_no_count_with_it_and_leaves_no_live_figure(copy: Served) -> None:
    before = questions(Scraped.of(copy.url))
    send(copy, SENT // 2)
    eventually(lambda: questions(Scraped.of(copy.url)) == before + SENT // 2)
    both, first = workers(copy), Scraped.of(copy.url)
    os.kill(both[0], signal.SIGKILL)
    eventually(lambda: not is_running(both[0]))  # a busy machine takes a moment over that
    alone = scraped_after_kill(copy)
    assert alone.sum("workers") == 1
    assert alone.sum("process_resident_memory_bytes") == alone.sum("process_largest_resident_memory_bytes")
    assert both[0] not in workers(copy)
    eventually(lambda: scraped_after_kill(copy).sum("workers") == 2)
    last = scraped_after_kill(copy)
    for earlier, later in ((first, alone), (alone, last)):
        assert fallen(earlier, later) == []
    assert questions(last) == before + SENT // 2


def scraped_after_kill(copy: Served) -> Scraped:
    """A connection that the dead worker had accepted is lost; the next one is not."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return Scraped.of(copy.url)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def fallen(earlier: Scraped, later: Scraped) -> list[str]:
    """Counts that are lower than they were, or gone."""
    now = {(each.name, frozenset(each.labels.items())): each.value for each in later.samples}
    counts = ("_total", "_count", "_sum", "_bucket")
    return [
        f"{each.name} {each.labels}"
        for each in earlier.samples
        if each.name.endswith(counts) and now.get((each.name, frozenset(each.labels.items())), -1.0) < each.value
    ]
