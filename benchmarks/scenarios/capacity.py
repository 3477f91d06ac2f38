"""Measures the cost of one request (CPU of service and Redis, commands, finds, bytes) by the answer's source."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import cycle
from operator import add, sub
from pathlib import Path
from statistics import fmean

import bson
import pymongo

from benchmarks.harness.load import LOCAL_TIER_SECONDS, LoadFailed, connect, fetch_all
from benchmarks.harness.servers import Server, descendants
from benchmarks.harness.service import ROOT, start_service
from benchmarks.harness.stores import Stores
from benchmarks.harness.workload import Endpoint, path_of, workload
from benchmarks.harness.zipf import SHARES, mix
from benchmarks.scenarios.capacity_model import Cost
from sample_data.facts import Movie

Say = Callable[[str], None]

HOT_PATHS, MADE_AT_LEAST = 50, 100
STARTS_WITHIN = 30.0
"""Seconds after its start by which a process has finished warming up."""
SETTLES = 8.0
"""Seconds after which an emptied Redis has a leader again; that leader invalidates everything once.

Requirement C6.
"""
MISSES_AT_MOST = 0.01
"""Share of a run of hits that may be misses, since data change meanwhile."""
CONNECTIONS = 8
_TICKS = os.sysconf("SC_CLK_TCK")
_BUDGET = ROOT / "tests" / "integration" / "layers" / "query_budget.json"
_PACKED = {"Accept-Encoding": "gzip"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of documents and entries.

    Args:
        movies: in the sample world.
        batch_bytes: of the batch layer's documents of one movie, on average, as BSON without indexes.
        speed_bytes: of the speed layer's.
        shared_bytes: of documents that are of no one movie, in all.
        entry_bytes: of one answer in Redis, on average, with its key and Redis's own books.
    """

    movies: int
    batch_bytes: float
    speed_bytes: float
    shared_bytes: int
    entry_bytes: float


@dataclass(frozen=True, slots=True)
class Capacity:
    """Measured costs of requests.

    Args:
        hot: served from the process.
        warm: served from Redis.
        made: by endpoint.
        mixed: of a stream of requests as users make it, all kinds together.
        missed: share of that stream that had to be computed.
        sizes: of what is stored.
        idle: share of a core that one worker uses while no request comes.
    """

    hot: Cost
    warm: Cost
    made: dict[str, Cost]
    mixed: Cost
    missed: float
    sizes: Sizes
    idle: float

    @property
    def made_on_average(self) -> Cost:
        """The mean cost of a computed answer, weighted as in the comparison's stream of requests."""
        asked = {name: share for name, share in SHARES.items() if name in self.made}

        def of(name: str) -> float:
            total = sum(share * float(getattr(self.made[each], name)) for each, share in asked.items())
            return total / sum(asked.values())

        return Cost(of("cpu_ms"), of("redis_commands"), of("redis_cpu_ms"), of("finds"), of("bytes"))


@dataclass(frozen=True, slots=True)
class _Meter:
    """Reads the CPU time and commands used so far."""

    server: Server
    stores: Stores

    def now(self) -> tuple[float, float, float]:
        """Returns the CPU seconds of the service and of Redis, and Redis's commands."""
        service = [self.server.child.process.pid, *descendants(self.server.child.process.pid)]
        return _cpu(service), _cpu([self.stores.redis_pid]), float(self.stores.commands())


def measure_capacity(movies: Sequence[Movie], scale: float, seconds: float, lead: int, say: Say) -> Capacity:
    """Starts one worker on the sample world and measures the cost of its requests.

    Args:
        movies: that the sample world has, most popular first.
        scale: of the sample world.
        seconds: of each run.
        lead: requests of the stream before it is measured.
        say: shows a line to the user.

    Raises:
        LoadFailed: an answer was wrong.
        ServerFailed: something didn't start.
        StoreDidNotStart: an embedded store.
    """
    with start_service(scale, 1, say) as (server, stores):
        meter = _Meter(server, stores)
        time.sleep(STARTS_WITHIN)
        idle = _idle(meter)
        say(f"{'no requests':32} {idle:19.1%} of a core")
        endpoints = [endpoint for endpoint in workload(movies) if endpoint.name in SHARES]
        made = {}
        for endpoint in endpoints:
            made[endpoint.name] = asyncio.run(_measure_computed(meter, endpoint, idle))
            say(f"{endpoint.name:32} computed: {made[endpoint.name].cpu_ms:7.2f} ms of a core")
        popular = [path_of("movies", movie.movie_id) for movie in movies[:HOT_PATHS]]
        hot = asyncio.run(_measure_cached(meter, popular, seconds, idle))
        say(f"{'out of the process':32} {hot.cpu_ms:19.3f} ms")
        # So many paths that each has left the local tier before its turn comes again.
        many = [path for endpoint in endpoints for path in endpoint.paths]
        many += [path_of("movies", movie.movie_id, "stats") for movie in movies]
        warm = asyncio.run(_measure_cached(meter, many, seconds, idle, warms=True))
        say(f"{'out of Redis':32} {warm.cpu_ms:19.3f} ms")
        stores.forget(0)
        asyncio.run(_fill_cache(server, mix(movies, lead, seed=1)))
        mixed, missed = asyncio.run(_measure_stream(meter, mix(movies, lead, seed=2), seconds, idle))
        say(f"{'a mix as users make it':32} {mixed.cpu_ms:19.3f} ms, {missed:.1%} computed")
        found = Capacity(hot, warm, made, mixed, missed, _sizes(stores, len(movies)), idle)
        return replace(found, mixed=replace(mixed, finds=missed * found.made_on_average.finds))


def _cpu(pids: Iterable[int]) -> float:
    """Sums the CPU seconds of processes."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _idle(meter: _Meter, seconds: float = 10.0) -> float:
    before = meter.now()[0]
    time.sleep(seconds)
    return (meter.now()[0] - before) / seconds


async def _measure_computed(meter: _Meter, endpoint: Endpoint, idle: float) -> Cost:
    """Measures computed answers, one request at a time."""
    finds = sum(json.loads(_BUDGET.read_text(encoding="utf-8")).get(endpoint.name, {}).values())
    async with connect(meter.server.host, meter.server.port, _PACKED) as connection:
        sizes: list[int] = []
        took, used = 0.0, (0.0, 0.0, 0.0)
        while len(sizes) < MADE_AT_LEAST:
            await asyncio.sleep(LOCAL_TIER_SECONDS)
            meter.stores.forget(0)
            began, before = time.perf_counter(), meter.now()
            for path in endpoint.paths:
                answer, _ = await connection.ask(path)
                if answer.status != HTTPStatus.OK or answer.headers.get(b"x-cache") != b"MISS":
                    raise LoadFailed(f"GET {path} was not computed: {answer.status} {answer.headers}")
                sizes.append(len(answer.body))
            took += time.perf_counter() - began
            service, redis, commands = map(add, used, _used_since(before, meter))
            used = service, redis, commands
        return _cost(used, len(sizes), idle * took, finds, fmean(sizes))


async def _measure_cached(
    meter: _Meter, paths: Sequence[str], seconds: float, idle: float, *, warms: bool = False
) -> Cost:
    """Measures cached answers over several connections; every path was requested once before."""
    asked, sizes, misses = cycle(paths), list[int](), 0
    await _fill_cache(meter.server, paths)
    await asyncio.sleep(LOCAL_TIER_SECONDS if warms else 0)
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(connect(meter.server.host, meter.server.port, _PACKED))
            for _ in range(CONNECTIONS)
        ]
        began, before = time.perf_counter(), meter.now()

        async def keep_asking(place: int) -> None:
            nonlocal misses
            while time.perf_counter() - began < seconds:
                path = next(asked)
                answer, _ = await opened[place].ask(path)
                if answer.status != HTTPStatus.OK:
                    raise LoadFailed(f"GET {path} was answered with {answer.status}")
                misses += answer.headers.get(b"x-cache") != b"HIT"
                sizes.append(len(answer.body))

        await asyncio.gather(*(keep_asking(place) for place in range(CONNECTIONS)))
        if misses > MISSES_AT_MOST * len(sizes):
            raise LoadFailed(f"{misses:,} of {len(sizes):,} answers did not come from the cache")
        return _cost(_used_since(before, meter), len(sizes), idle * (time.perf_counter() - began), 0, fmean(sizes))


async def _fill_cache(server: Server, paths: Sequence[str]) -> None:
    await asyncio.sleep(SETTLES)
    await fetch_all(server.host, server.port, _PACKED, paths, CONNECTIONS)


async def _measure_stream(meter: _Meter, paths: Sequence[str], seconds: float, idle: float) -> tuple[Cost, float]:
    """Measures a stream of requests over several connections; also returns the share of computed answers."""
    asked, sizes, misses = cycle(paths), list[int](), 0
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(connect(meter.server.host, meter.server.port, _PACKED))
            for _ in range(CONNECTIONS)
        ]
        began, before = time.perf_counter(), meter.now()

        async def keep_asking(place: int) -> None:
            nonlocal misses
            while time.perf_counter() - began < seconds:
                answer, _ = await opened[place].ask(next(asked))
                misses += answer.headers.get(b"x-cache") == b"MISS"
                sizes.append(len(answer.body))

        await asyncio.gather(*(keep_asking(place) for place in range(CONNECTIONS)))
        cost = _cost(_used_since(before, meter), len(sizes), idle * (time.perf_counter() - began), 0, fmean(sizes))
        return cost, misses / len(sizes)


def _used_since(before: tuple[float, float, float], meter: _Meter) -> tuple[float, float, float]:
    service, redis, commands = map(sub, meter.now(), before)
    return service, redis, commands


def _cost(used: tuple[float, float, float], requests: int, idle: float, finds: float, size: float) -> Cost:
    service, redis, commands = used
    return Cost(
        cpu_ms=max(0.0, service - idle) / requests * 1000,
        redis_commands=commands / requests,
        redis_cpu_ms=redis / requests * 1000,
        finds=finds,
        bytes=size,
    )


def _sizes(stores: Stores, movies: int) -> Sizes:
    of_movies, shared = {"batch_views": 0, "speed_views": 0}, 0
    with pymongo.MongoClient[dict[str, object]](stores.mongo) as client:
        for name in of_movies:
            for document in client["moviedb"][name].find():
                size = len(bson.encode(document))
                if document.get("movie_id") is None:
                    shared += size
                else:
                    of_movies[name] += size
    entries, size = stores.entries(0)
    return Sizes(
        movies,
        of_movies["batch_views"] / movies,
        of_movies["speed_views"] / movies,
        shared,
        size / max(1, entries),
    )
