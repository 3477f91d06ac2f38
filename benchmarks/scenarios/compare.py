"""Part two: compares the service with its FastAPI peer and the floors."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from benchmarks.floors.measure import floor_outcomes
from benchmarks.harness.cores import Cores, pin, usable_cores
from benchmarks.harness.latencies import Latencies
from benchmarks.harness.load import LoadFailed, connect, fetch_all, run_cold
from benchmarks.harness.machine import PACKAGES, PEERS, Machine
from benchmarks.harness.servers import Server, pause
from benchmarks.harness.stores import start_stores
from benchmarks.harness.workload import Endpoint, workload
from benchmarks.harness.wrk import CONNECTIONS, find_wrk
from benchmarks.harness.zipf import SHARES
from benchmarks.reports.comparison import Comparison, Conditions, comparison_section
from benchmarks.scenarios.contest import Contest
from benchmarks.scenarios.equality import difference
from benchmarks.scenarios.rivals import GUARDED, OURS, World, prepare_world, start_rivals
from benchmarks.scenarios.scenarios import scenarios
from sample_data.facts import Movie

Say = Callable[[str], None]


class AnswersDiffer(Exception):
    """The peer does not answer as the service does, so their figures can't be compared."""


@dataclass(frozen=True, slots=True)
class Course:
    """Extent of the comparison.

    Attributes:
        scale: of the sample world.
        workers: numbers of processes, each measured by itself.
        rounds: how often every server runs every scenario.
        seconds: of each run.
        cold_requests: of each endpoint's cold run, at most.
        lead: requests of the Zipf stream before it is measured.
        by_socket: Redis is reached by its Unix socket.
        only: scenarios whose name has this in it, neither floors nor cold endpoints; ``None``: everything.
    """

    scale: float = 1.0
    workers: tuple[int, ...] = (1, 2)
    rounds: int = 3
    seconds: float = 8.0
    cold_requests: int = 60
    lead: int = 40_000
    by_socket: bool = False
    only: str | None = None


def compare_servers(course: Course, movies: Sequence[Movie], now: datetime, say: Say) -> str:
    """Measures all servers and builds the report.

    Args:
        course: extent of the comparison.
        movies: that the services hold, most popular first.
        now: aware UTC, for the report.
        say: shows a line to the user.

    Raises:
        WrkMissing: wrk is not installed.
        AnswersDiffer: the services don't answer alike.
        LoadFailed: an answer was wrong.
        ServerFailed: a server didn't start.
        StoreDidNotStart: an embedded store.
    """
    find_wrk()
    machine = Machine.here((*PACKAGES, *PEERS))
    cores = {workers: Cores.split(usable_cores(), workers) for workers in course.workers}
    found = []
    with _world(course, cores[course.workers[0]]) as world:
        for workers in course.workers:
            with pin(cores[workers].load):
                found.append(_compare(course, world, movies, workers, cores[workers], say))
    conditions = Conditions(
        measured_at=now,
        machine=machine,
        movies=len(movies),
        rounds=course.rounds,
        seconds=course.seconds,
        by_socket=course.by_socket,
        scenarios=tuple((each.name, each.about) for each in scenarios(movies, course.lead, course.lead)),
    )
    return comparison_section(found, conditions)


@contextmanager
def _world(course: Course, cores: Cores) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="lambdaserve-bench-") as name, pin(cores.load):
        directory = Path(name)
        with start_stores(directory) as started:
            yield prepare_world(directory, started, course.scale, by_socket=course.by_socket)


def _compare(course: Course, world: World, movies: Sequence[Movie], workers: int, cores: Cores, say: Say) -> Comparison:
    say(f"\nStarting the service and its peers with {workers} worker{'s' if workers > 1 else ''} each: {cores}")
    contest = Contest(world.stores, world.directory, course.rounds, course.seconds, say)
    # Those that the peer has too: it knows no people and no recommendations.
    endpoints = [endpoint for endpoint in workload(movies) if endpoint.name in SHARES]
    with start_rivals(world, workers, cores) as servers:
        body = _check_answers(servers, endpoints, say)
        chosen = [each for each in scenarios(movies, lead=course.lead) if (course.only or "") in each.name]
        outcomes = list(contest.outcomes(servers, chosen))
        colds = {} if course.only else _measure_cold_runs(world, servers, endpoints, course.cold_requests, say)
        memory = {server.name: server.peak_memory() for server in servers}
    floors = [] if course.only else list(floor_outcomes(contest, world, body, workers, cores))
    return Comparison(workers, str(cores), outcomes, floors, colds, memory)


def _check_answers(servers: Sequence[Server], endpoints: Sequence[Endpoint], say: Say) -> bytes:
    """Checks that all servers give the same answers; returns one of the service's."""
    paths = [path for endpoint in endpoints for path in endpoint.paths[:8]]
    bodies = [_bodies(server, paths) for server in servers]
    for server, theirs in zip(servers[1:], bodies[1:], strict=True):
        for path in paths:
            found = difference(json.loads(bodies[0][path]), json.loads(theirs[path]))
            if found is not None:
                raise AnswersDiffer(f"{path}: {servers[0].name} and {server.name} differ in {found}")
    say(f"{len(paths)} answers of each server compared: they are the same")
    return bodies[0][endpoints[0].paths[0]]


def _bodies(server: Server, paths: Sequence[str]) -> dict[str, bytes]:
    try:
        answers = asyncio.run(fetch_all(server.host, server.port, server.headers, paths, CONNECTIONS))
    except LoadFailed as error:
        raise LoadFailed(f"{server.name}: {error}") from error
    for path, answer in answers:
        if answer.status != HTTPStatus.OK:
            raise LoadFailed(f"{server.name} answered {path} with {answer.status}: {answer.body[:200]!r}")
    return {path: answer.body for path, answer in answers}


def _measure_cold_runs(
    world: World, servers: Sequence[Server], endpoints: Sequence[Endpoint], most: int, say: Say
) -> dict[str, dict[str, Latencies]]:
    """Measures cold requests, one at a time, by endpoint and server."""
    result: dict[str, dict[str, Latencies]] = {}
    for endpoint in endpoints:
        asked = Endpoint(
            endpoint.name, endpoint.target_ms, endpoint.paths[:most], cold_requests=min(most, endpoint.cold_requests)
        )
        for server in servers:
            if server.name in (OURS, GUARDED):
                with pause([other for other in servers if other is not server]):
                    found = asyncio.run(_cold(world, server, asked))
                result.setdefault(endpoint.name, {})[server.name] = found
                say(f"cold {endpoint.name:31} {server.name:28} p95 {found.p95:7.1f} ms")
    return result


async def _cold(world: World, server: Server, endpoint: Endpoint) -> Latencies:
    async with connect(server.host, server.port, server.headers) as connection:
        return await run_cold(connection, endpoint, lambda: world.stores.forget(server.database))
