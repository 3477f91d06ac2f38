"""Measures the floors: the server alone, and with one read of Redis. No service of this kind can be faster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from benchmarks.floors.apps import KEY
from benchmarks.harness.cores import Cores, pin
from benchmarks.harness.servers import Server, Start, answers_get, granian_command, pause, start_server
from benchmarks.harness.service import ROOT
from benchmarks.harness.wrk import Address, Load, run_wrk
from benchmarks.scenarios.contest import Contest, Outcome
from benchmarks.scenarios.rivals import World
from lambdaserve.server.embedded_stores import free_port

_DATABASE = 3
_PATHS = "/\n"

CONSTANT, ONE_READ, DJANGO = "granian, constant body", "granian, one GET", "bare Django view, one GET"
_APPLICATIONS = {
    CONSTANT: "benchmarks.floors.apps:constant",
    ONE_READ: "benchmarks.floors.apps:one_read",
    DJANGO: "benchmarks.floors.django_app:application",
}


@dataclass(frozen=True, slots=True)
class Floor:
    """One way to serve next to nothing.

    Attributes:
        kind: one of the three above.
        threads: that answer requests.
        by_socket: Redis is reached by its Unix socket rather than by TCP.
    """

    kind: str
    threads: int
    by_socket: bool

    @property
    def name(self) -> str:
        way = "" if self.kind == CONSTANT else ", Unix socket" if self.by_socket else ", TCP"
        return f"{self.kind}, {self.threads} thread{'s' if self.threads > 1 else ''}{way}"


FLOORS = (
    Floor(CONSTANT, 4, by_socket=False),
    *(Floor(kind, threads, way) for kind in (ONE_READ, DJANGO) for threads in (1, 4) for way in (False, True)),
)


def floor_outcomes(contest: Contest, world: World, body: bytes, workers: int, cores: Cores) -> Iterator[Outcome]:
    """Runs every floor, interleaved, and yields the outcomes.

    Args:
        contest: the conditions.
        world: has the Redis.
        body: that each floor answers with; of the size of a usual answer.
        workers: processes that answer.
        cores: where servers run.

    Raises:
        ServerFailed: one did not start.
        LoadFailed: one did not answer.
    """
    with redis.Redis.from_url(world.stores.redis(_DATABASE)) as connection:
        connection.set(KEY, body)
    lines = world.directory / "floor.txt"
    lines.write_text(_PATHS, encoding="utf-8")
    with _running(world, body, workers, cores) as servers:
        runs: dict[str, list[Load]] = {server.name: [] for server in servers}
        for _ in range(contest.rounds):
            for server in servers:
                with pause([other for other in servers if other is not server]):
                    load = run_wrk(Address(server.host, server.port), lines, contest.seconds, count=False)
                runs[server.name].append(load)
    for name, found in runs.items():
        outcome = Outcome("floor", name, tuple(found), (0.0,))
        contest.say(f"{'floor':18} {name:44} {outcome.latencies.per_second:8,.0f} requests/s")
        yield outcome


@contextmanager
def _running(world: World, body: bytes, workers: int, cores: Cores) -> Iterator[Sequence[Server]]:
    with ExitStack() as stack:
        found = []
        for place, floor in enumerate(FLOORS):
            port = free_port()
            start = Start(
                name=floor.name,
                command=granian_command(_APPLICATIONS[floor.kind], port, workers=workers, threads=floor.threads),
                port=port,
                environment={
                    **world.variables,
                    "PYTHONPATH": str(ROOT),
                    "FLOOR_BODY": body.decode(),
                    "FLOOR_REDIS": world.stores.redis(_DATABASE, by_socket=floor.by_socket),
                },
                log=Path(world.directory) / f"floor-{place}.log",
                is_ready=answers_get("/"),
            )
            with pin(cores.server):
                found.append(stack.enter_context(start_server(start)))
        yield found
