"""``python -m benchmarks``: exits with 1 when a p95 or the throughput misses its target, or an answer is wrong."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from benchmarks.latencies import Measured
from benchmarks.load import CONCURRENCY, LoadFailed, cold, connected, warm
from benchmarks.machine import Machine
from benchmarks.report import Conditions, section, write
from benchmarks.service import ROOT, Service, ServiceFailed, running
from benchmarks.workload import Endpoint, workload
from lambdaserve.embedded import StoreDidNotStart
from merger.query import floor_day
from sample_data.world import World

PAGE = ROOT / "docs" / "performance.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, prints, writes; returns the exit code."""
    options = _parser().parse_args(arguments)
    now = datetime.now(UTC)
    movies = World(floor_day(now), scale=options.scale).movies
    endpoints = _chosen(workload(movies), options.only)
    if not endpoints:
        _say(f"--only takes a part of an endpoint's name: {', '.join(e.name for e in workload(movies))}")
        return 2
    machine = Machine.here()
    try:
        with running(options.scale, options.workers, _say) as service:
            results = asyncio.run(_measure(service, endpoints, options.seconds))
            conditions = Conditions(
                measured_at=now,
                machine=machine,
                movies=len(movies),
                scale=options.scale,
                seconds=options.seconds,
                workers=options.workers,
                ready_after=service.ready_after,
                peak_memory=service.peak_memory(),
            )
    except (LoadFailed, ServiceFailed, StoreDidNotStart) as error:
        _say(f"The measurement was given up: {error}")
        return 1
    _say("\n" + section(results, conditions))
    if options.write and not options.only:
        write(PAGE, results, conditions)
        _say(f"\nWritten to {PAGE.relative_to(ROOT)}")
    return 1 if any(measured.misses for measured in results) else 0


async def _measure(service: Service, endpoints: Sequence[Endpoint], seconds: float) -> list[Measured]:
    results: list[Measured] = []
    for place, endpoint in enumerate(endpoints, 1):
        async with connected(service.host, service.port) as connection:
            first = await cold(connection, endpoint, service.forget_answers)
        measured = Measured(endpoint, first, await warm(service.host, service.port, endpoint, seconds))
        results.append(measured)
        _say(
            f"{place:2} of {len(endpoints)}  {endpoint.name:31} cold p95 {measured.cold.p95:7.1f} ms, "
            f"warm p95 {measured.warm.p95:6.1f} ms, {measured.warm.per_second:5.0f} requests/s"
            f"{'  MISSES' if measured.misses else ''}"
        )
    return results


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Starts embedded stores, loads the sample world, serves it and measures every endpoint over real "
        f"sockets: cold, one request at a time, none from the cache; and warm, {CONCURRENCY} at once, all from it.",
    )
    parser.add_argument("--scale", type=_within(0.01, 10), default=1.0, help="of the sample world (default: 1)")
    parser.add_argument("--seconds", type=_within(0.5, 60), default=5.0, help="of each warm run (default: 5)")
    parser.add_argument("--only", metavar="NAME", help="only endpoints whose name has this in it; writes nothing")
    parser.add_argument("--workers", type=int, choices=range(1, 65), metavar="N", default=1, help="default: 1")
    parser.add_argument("--no-write", dest="write", action="store_false", help=f"leave {PAGE.name} as it is")
    return parser


def _within(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"takes a number from {least:g} to {most:g}")
        return value

    return read


def _chosen(endpoints: Sequence[Endpoint], only: str | None) -> list[Endpoint]:
    return [endpoint for endpoint in endpoints if only is None or only in endpoint.name]


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    # A supervisor's stop is as clean as a person's: everything that was started ends.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
