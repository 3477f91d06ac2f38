"""Part three: measures the cost of an answer as the collections grow."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

from benchmarks.harness.cores import Cores, pin, usable_cores
from benchmarks.harness.latencies import Latencies
from benchmarks.harness.load import connect, fetch_all, run_cold
from benchmarks.harness.servers import Server, Start, start_server
from benchmarks.harness.service import environment, prepare, service_start
from benchmarks.harness.stores import Stores, start_stores
from benchmarks.harness.workload import Endpoint
from benchmarks.harness.wrk import Address, find_wrk, run_wrk
from benchmarks.scenarios.sizes_questions import HOT, questions
from benchmarks.scenarios.sizes_world import Document, Size, SizedWorld

Say = Callable[[str], None]

SIZES = (
    Size(5_000, 3_000),
    Size(50_000, 3_000),
    # Not more: the embedded MongoDB keeps the whole result of a find, 45 KB per document, until it has been read.
    Size(150_000, 3_000),
    Size(5_000, 12_000),
    Size(5_000, 48_000),
)
QUICK_SIZES = (Size(200, 300), Size(1_000, 300), Size(200, 1_200))

_BATCH = 5_000
_READY_WITHIN, _SHOWN_EVERY = 900.0, 10.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class SizeResult:
    """Measurements at one size.

    Attributes:
        size: of the world.
        ready_after: seconds from the server's start until it had read what every answer needs.
        memory: peak of the worker in bytes; ``None`` where the system does not say.
        latencies: by kind of question.
    """

    size: Size
    ready_after: float
    memory: int | None
    latencies: dict[str, Latencies]


def measure_sizes(
    sizes: Sequence[Size], now: Callable[[], datetime], seconds: float, requests: int, say: Say
) -> list[SizeResult]:
    """Measures every size in stores of its own.

    Args:
        sizes: of the worlds.
        now: aware UTC; each world is as of the moment when it is written.
        seconds: of the hot run.
        requests: of each cold run, at most.
        say: shows a line to the user.

    Raises:
        WrkMissing: wrk is not installed.
        LoadFailed: an answer was wrong.
        ServerFailed: the service didn't start.
        StoreDidNotStart: an embedded store.
    """
    find_wrk()
    cores = Cores.split(usable_cores(), 1)
    return [_measure_size(size, now(), cores, seconds, requests, say) for size in sizes]


def _measure_size(size: Size, now: datetime, cores: Cores, seconds: float, requests: int, say: Say) -> SizeResult:
    with tempfile.TemporaryDirectory(prefix="lambdaserve-bench-") as name, pin(cores.load):
        directory = Path(name)
        with start_stores(directory) as found:
            settings = {"SPEED_LAG_LIMIT": "24h", "CACHE_TTL_VOLATILE": "1h"}
            variables = environment(directory, found.mongo, found.redis(0), settings)
            prepare(variables)
            world = SizedWorld(size, now)
            _write(world, found.mongo, say)
            start = service_start(directory, variables, 1, patience=_READY_WITHIN)
            with _pinned_start(start, cores) as server:
                say(f"{size.name}: ready after {server.ready_after:.1f} s")
                latencies = _measure_questions(world, server, found, directory, seconds, requests, say)
                return SizeResult(size, server.ready_after, server.peak_memory(), latencies)


@contextmanager
def _pinned_start(start: Start, cores: Cores) -> Iterator[Server]:
    with ExitStack() as stack:
        with pin(cores.server):
            server = stack.enter_context(start_server(start))
        yield server


def _write(world: SizedWorld, mongo: str, say: Say) -> None:
    with MongoClient[dict[str, Any]](mongo) as client:
        database = client["moviedb"]
        for name, documents, count in (
            ("batch_views", world.batch(), world.batch_count),
            ("speed_views", world.speed(), world.speed_count),
        ):
            _insert(database[name], documents, count, f"{world.size.name}: {name}", say)


def _insert(
    collection: Collection[dict[str, Any]], documents: Iterable[Document], count: int, name: str, say: Say
) -> None:
    began, written, shown = time.monotonic(), 0, 0.0
    left = iter(documents)
    while part := list(islice(left, _BATCH)):
        collection.insert_many(part, ordered=False)
        written += len(part)
        passed = time.monotonic() - began
        if passed - shown > _SHOWN_EVERY or written == count:
            shown = passed
            say(f"{name}: {written:,} of {count:,} documents written, {written / max(passed, 0.001):,.0f} a second")


def _measure_questions(
    world: SizedWorld, server: Server, found: Stores, directory: Path, seconds: float, requests: int, say: Say
) -> dict[str, Latencies]:
    result = {}
    for endpoint in questions(world.movies(5_000), requests):
        if endpoint.name == HOT:
            latencies = _hot(server, endpoint, directory, seconds)
        else:
            latencies = asyncio.run(_cold(server, endpoint, found))
        result[endpoint.name] = latencies
        say(f"{world.size.name:32} {endpoint.name:34} p50 {latencies.p50:8.2f} ms, p95 {latencies.p95:8.2f} ms")
    return result


def _hot(server: Server, endpoint: Endpoint, directory: Path, seconds: float) -> Latencies:
    asyncio.run(fetch_all(server.host, server.port, {}, endpoint.paths, 1))
    lines = directory / "hot.txt"
    lines.write_text("".join(f"{path}\n" for path in endpoint.paths), encoding="utf-8")
    return run_wrk(Address(server.host, server.port), lines, seconds, count=False).latencies


async def _cold(server: Server, endpoint: Endpoint, found: Stores) -> Latencies:
    async with connect(server.host, server.port) as connection:
        return await run_cold(connection, endpoint, lambda: found.forget(0))
