"""``python -m benchmarks.costs``: what requests take, in CPU time and bytes, beside the tokens that they cost.

The CPU time is the server's, for an answer that is computed and for one from the cache. The costs are decided in
``lambdaserve/access/ratelimit/costs.py``; this measures whether they are in proportion.
"""

from __future__ import annotations

import argparse
import http.client
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from benchmarks.harness.servers import Server, descendants, start_server
from benchmarks.harness.service import FAILURES, create_api_key, environment, prepare, service_start
from benchmarks.harness.stores import Stores, start_stores
from benchmarks.harness.workload import API
from benchmarks.reports.tables import align_table
from merger.core.windows import floor_day
from sample_data.world import World

LOCAL_SECONDS = 1.1
"""Seconds after which the process no longer holds an answer by itself."""

_HEAD = ("request", "computed, CPU ms", "cached, CPU ms", "kB")


def main() -> int:
    """Measures every request and prints the table; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.costs", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the sample world")
    parser.add_argument("--rounds", type=int, default=5, help="how often each request is measured; medians are shown")
    options = parser.parse_args()
    movies = World(floor_day(datetime.now(UTC)), scale=options.scale).movies
    try:
        with tempfile.TemporaryDirectory(prefix="lambdaserve-bench-") as name, start_stores(Path(name)) as stores:
            given = {"SAMPLE_SCALE": str(options.scale), "PAGE_LIMIT": "0"}
            variables = environment(Path(name), stores.mongo, stores.redis(0), given)
            prepare(variables, "--sample")
            key = create_api_key(variables, scopes=("read", "explain"))
            with start_server(service_start(Path(name), variables, 1)) as server:
                asked = requests(movies[0].movie_id, movies[0].genres[0])
                rows = _measure(server, {"X-API-Key": key, "Accept": "*/*"}, stores, asked, options.rounds)
    except FAILURES as error:
        _say(f"The measurement stopped: {error}")
        return 1
    _say(align_table(_HEAD, rows, left=(0,)))
    return 0


def requests(movie_id: int, genre: str) -> tuple[str, ...]:
    """Lists cheap and dear requests of every endpoint and page that reads the stores."""
    named, about = quote(genre), f"{API}movies/{movie_id}"
    return (
        about,
        f"{about}?explain=1",
        f"{about}/sentiment",
        f"{about}/sentiment?window=7d",
        f"{about}/sentiment?window=90d&granularity=hour",
        f"{about}/stats",
        f"{about}/stats?hours=168",
        f"{API}search/movies?q=the",
        f"{API}search/movies?limit=100",
        f"{API}search/genres",
        f"{API}trending/movies",
        f"{API}trending/movies?window=48h&limit=100",
        f"{API}trending/movies?window=7d&limit=100",
        f"{API}trending/genres/{named}",
        f"{API}trending/genres/{named}?window=7d&limit=100",
        f"{API}trending/history",
        f"{API}trending/history?hours=48&limit=20",
        f"{API}trending/history?hours=168&limit=10",
        f"{API}trending/history?hours=24&limit=50",
        f"{API}trending/history?hours=168&limit=50",
        f"{API}trending/history?hours=168&limit=50&explain=1",
        f"{API}analytics/overview",
        f"{API}analytics/genre/{named}",
        f"{API}analytics/trends?metric=rating",
        f"{API}analytics/trends?metric=rating&window=90d",
        f"{API}analytics/trends?metric=sentiment&window=90d&genre={named}",
        f"{API}analytics/trends?metric=popularity&window=90d&movie_id={movie_id}",
        f"{API}analytics/trends?metric=rating&window=3660d",
        f"{API}analytics/sentiment/comparison",
        f"{API}analytics/sentiment/comparison?genre={named}",
        *_others(),
        *_pages(movie_id),
    )


def _others() -> tuple[str, ...]:
    return (
        f"{API}recommendations/movies/27205/similar?limit=50",
        f"{API}recommendations/genres/Drama?limit=50",
        f'{API}recommendations/personalized {{"liked_movie_ids": [603, 27205, 155, 680], "limit": 50}}',
        f"{API}analytics/actors/Tom%20Hanks",
        f"{API}people?q=to",
        f"{API}people/Tom%20Hanks",
        f"{API}people/Tom%20Hanks/movies?limit=100",
        f"{API}health",
        f"{API}health/live",
        f"{API}health/ready",
        f"{API}no/such/thing",
    )


def _pages(movie_id: int) -> tuple[str, ...]:
    return (
        "/",
        "/trending/",
        "/trending/?limit=100&window=48h",
        "/trending/?limit=100&download=trending",
        f"/movies/{movie_id}/",
        f"/movies/{movie_id}/card.svg",
        "/genres/",
        "/genres/Drama/",
        "/decades/1990/",
        "/analytics/",
        "/quality/",
        "/search/?q=the",
        "/people/?q=to",
        "/people/Tom%20Hanks/",
        "/about/",
        "/login/",
        "/fragments/trending/",
        "/fragments/trending/?limit=100",
        f"/fragments/movie/?movie_id={movie_id}",
        "/fragments/freshness/",
        "/api/docs/",
        "/api/redoc/",
        "/contract.yaml",
        "/api/schema/?format=json",
    )


def _measure(
    server: Server, headers: dict[str, str], stores: Stores, paths: tuple[str, ...], rounds: int
) -> list[tuple[str, ...]]:
    """Asks each path in turn, computed and from the cache, as often as there are rounds, after one that warms up."""
    pid = server.child.process.pid
    taken: dict[str, list[tuple[float, float, float]]] = {path: [] for path in paths}
    connection = http.client.HTTPConnection(server.host, server.port, timeout=30)
    for _ in range(rounds + 1):
        for path in paths:
            stores.forget(server.database)
            time.sleep(LOCAL_SECONDS / 4)
            found = [_ask(connection, path, headers, pid) for _ in range(2)]
            taken[path].append((found[0][0], found[1][0], found[1][1]))
    connection.close()
    return [
        (path, *(f"{statistics.median(column):.1f}" for column in zip(*measured[1:], strict=True)))
        for path, measured in taken.items()
    ]


def _ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str], pid: int) -> tuple[float, float]:
    """Sends a GET, or a POST of what follows a blank.

    Returns the milliseconds of CPU time that it took, and the answer's kilobytes.
    """
    address, _, posted = path.partition(" ")
    kind = {"Content-Type": "application/json"} if posted else {}
    before = _cpu_seconds(pid)
    connection.request("POST" if posted else "GET", address, posted or None, headers | kind)
    size = len(connection.getresponse().read())
    return 1000 * (_cpu_seconds(pid) - before), size / 1000


def _cpu_seconds(pid: int) -> float:
    """The CPU time of a process and all below it; threads that have ended are left out."""
    found = 0
    for each in (pid, *descendants(pid)):
        found += sum(int((task / "schedstat").read_text().split()[0]) for task in Path(f"/proc/{each}/task").iterdir())
    return found / 1e9


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
