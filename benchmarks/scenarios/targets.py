"""Part one: measures every endpoint, cold and warm, against its target."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from benchmarks.harness.latencies import EndpointResult
from benchmarks.harness.load import connect, run_cold, run_warm
from benchmarks.harness.machine import Machine
from benchmarks.harness.servers import Server
from benchmarks.harness.service import start_service
from benchmarks.harness.stores import Stores
from benchmarks.harness.workload import Endpoint
from benchmarks.reports.endpoints import Conditions, section
from sample_data.facts import Movie

Say = Callable[[str], None]

_NOTICED_AFTER_SECONDS = 3.0
"""Time in which a service notices that Redis was emptied; it then outdates all answers, since changes may be lost."""


def measure_targets(
    endpoints: Sequence[Endpoint],
    movies: Sequence[Movie],
    scale: float,
    workers: int,
    seconds: float,
    now: datetime,
    say: Say,
) -> tuple[str, bool]:
    """Measures the endpoints; returns the report, and whether every target was met.

    Args:
        endpoints: what is measured.
        movies: that the service holds.
        scale: of the sample world.
        workers: processes that answer.
        seconds: of each warm run.
        now: aware UTC, for the report.
        say: shows a line to the user.

    Raises:
        LoadFailed: an answer was not the expected one.
        ServerFailed: the service didn't start.
        StoreDidNotStart: an embedded store.
    """
    machine = Machine.here()
    with start_service(scale, workers, say) as (server, stores):
        results = asyncio.run(_measure(server, stores, endpoints, seconds, say))
        conditions = Conditions(
            measured_at=now,
            machine=machine,
            movies=len(movies),
            scale=scale,
            seconds=seconds,
            workers=workers,
            ready_after=server.ready_after,
            peak_memory=server.peak_memory(),
        )
    return section(results, conditions), not any(found.misses for found in results)


async def _measure(
    server: Server, stores: Stores, endpoints: Sequence[Endpoint], seconds: float, say: Say
) -> list[EndpointResult]:
    results: list[EndpointResult] = []
    for place, endpoint in enumerate(endpoints, 1):
        async with connect(server.host, server.port) as connection:
            first = await run_cold(connection, endpoint, lambda: stores.forget(0))
        await asyncio.sleep(_NOTICED_AFTER_SECONDS)
        found = EndpointResult(endpoint, first, await run_warm(server.host, server.port, endpoint, seconds))
        results.append(found)
        say(
            f"{place:2} of {len(endpoints)}  {endpoint.name:31} cold p95 {found.cold.p95:7.1f} ms, "
            f"warm p95 {found.warm.p95:6.1f} ms, {found.warm.per_second:5.0f} requests/s"
            f"{'  MISSES' if found.misses else ''}"
        )
    return results
