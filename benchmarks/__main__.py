"""``python -m benchmarks``: exits with 1 when an answer is wrong, or a p95, throughput or page misses its target."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness.machine import Machine
from benchmarks.harness.service import FAILURES, ROOT
from benchmarks.harness.workload import workload
from benchmarks.harness.wrk import WrkMissing
from benchmarks.reports import capacity as report_capacity
from benchmarks.reports import comparison as report_compare
from benchmarks.reports import endpoints as report
from benchmarks.reports import page_loads as report_pages
from benchmarks.reports import sizes as report_sizes
from benchmarks.reports.tables import write_part
from benchmarks.scenarios import capacity
from benchmarks.scenarios.compare import AnswersDiffer, Course, compare_servers
from benchmarks.scenarios.page_loads import measure_pages
from benchmarks.scenarios.sizes import QUICK_SIZES, measure_sizes
from benchmarks.scenarios.sizes import SIZES as ALL_SIZES
from benchmarks.scenarios.targets import measure_targets
from lambdaserve.server.embedded_stores import StoreDidNotStart
from merger.core.windows import floor_day
from sample_data.world import World

PAGE, SCALING = ROOT / "docs" / "performance.md", ROOT / "docs" / "scaling.md"

TARGETS, PEER, SIZES, CAPACITY, LOADS, BOTH = "targets", "peer", "sizes", "capacity", "pages", "both"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the chosen parts, prints and writes their figures; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        codes = [_PARTS[name](options) for name in _CHOICES[options.part]]
    except (*FAILURES, StoreDidNotStart, WrkMissing, AnswersDiffer) as error:
        _say(f"The measurement stopped: {error}")
        return 1
    return max(codes)


def _targets(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    movies = World(floor_day(now), scale=options.scale).movies
    every = workload(movies)
    endpoints = [endpoint for endpoint in every if options.only is None or options.only in endpoint.name]
    if not endpoints:
        _say(f"--only takes a part of an endpoint's name: {', '.join(endpoint.name for endpoint in every)}")
        return 2
    seconds = options.seconds or (1.0 if options.quick else 5.0)
    text, met = measure_targets(endpoints, movies, options.scale, (options.workers or [1])[0], seconds, now, _say)
    _finish(options, report.PART, text)
    return 0 if met else 1


def _peer(options: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    movies = World(floor_day(now), scale=options.scale).movies
    quick = options.quick
    course = Course(
        scale=options.scale,
        workers=tuple(options.workers or ([1] if quick else [1, 2])),
        rounds=options.rounds or (1 if quick else 3),
        seconds=options.seconds or (2.0 if quick else 8.0),
        cold_requests=10 if quick else 60,
        lead=2_000 if quick else 40_000,
        by_socket=options.redis == "socket",
        only=options.only,
    )
    _finish(options, report_compare.PART, compare_servers(course, movies, now, _say))
    return 0


def _sizes(options: argparse.Namespace) -> int:
    machine, quick = Machine.here(), options.quick
    found = measure_sizes(
        QUICK_SIZES if quick else ALL_SIZES,
        lambda: datetime.now(UTC),
        options.seconds or (1.0 if quick else 5.0),
        5 if quick else 30,
        _say,
    )
    _finish(options, report_sizes.PART, report_sizes.sizes_section(found, machine, datetime.now(UTC)))
    return 0


def _capacity(options: argparse.Namespace) -> int:
    machine, now = Machine.here(), datetime.now(UTC)
    movies = World(floor_day(now), scale=options.scale).movies
    seconds, lead = (1.0, 1_000) if options.quick else (15.0, 40_000)
    found = capacity.measure_capacity(movies, options.scale, options.seconds or seconds, lead, _say)
    _finish(options, report_capacity.PART, report_capacity.capacity_section(found, machine, now), SCALING)
    _finish(options, report_capacity.HIT_RATES, report_capacity.hit_rate_section(), SCALING)
    return 0


def _pages(options: argparse.Namespace) -> int:
    scale = min(options.scale, 0.1) if options.quick else options.scale
    text, met = measure_pages(scale, (options.workers or [1])[0], datetime.now(UTC), _say)
    _finish(options, report_pages.PART, text)
    return 0 if met else 1


_PARTS = {TARGETS: _targets, PEER: _peer, SIZES: _sizes, CAPACITY: _capacity, LOADS: _pages}
_CHOICES = {**{part: (part,) for part in _PARTS}, BOTH: (TARGETS, PEER)}


def _finish(options: argparse.Namespace, part: str, text: str, page: Path = PAGE) -> None:
    _say("\n" + text)
    if options.write and not options.only and not options.quick:
        write_part(page, part, text)
        _say(f"\nWritten to {page.relative_to(ROOT)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Starts embedded stores and servers, and measures the servers over real sockets. "
        f"{TARGETS}: every endpoint, cold and warm, against its target. {PEER}: the service beside a FastAPI service "
        f"that gives the same answers, and beside servers that do next to nothing; needs wrk. {SIZES}: the service "
        f"with more and more documents. {CAPACITY}: the cost of one request, and what larger loads and collections "
        f"need. {LOADS}: how long pages take in Chromium, against their limits. Writes the figures to "
        f"docs/{PAGE.name}, those of {CAPACITY} to docs/{SCALING.name}; with --quick or --only it only prints them.",
    )
    parser.add_argument(
        "part", nargs="?", choices=tuple(_CHOICES), default=BOTH, help=f"default: {BOTH}, which is {TARGETS} and {PEER}"
    )
    parser.add_argument(
        "--quick", action="store_true", help="short runs, to see that everything works; the figures mean little"
    )
    parser.add_argument("--scale", type=_within(0.01, 10), default=1.0, help="scale of the sample world (default: 1)")
    parser.add_argument("--seconds", type=_within(0.5, 60), help=f"length of each run (default: 5; {PEER}: 8)")
    parser.add_argument(
        "--rounds", type=int, choices=range(1, 21), metavar="N", help="rounds of the comparison (default: 3)"
    )
    parser.add_argument(
        "--only", metavar="NAME", help="only endpoints, or scenarios of the comparison, whose name contains this"
    )
    parser.add_argument(
        "--workers",
        type=int,
        action="append",
        choices=range(1, 65),
        metavar="N",
        help=f"worker processes; may be given several times (default: 1; {PEER}: 1 and 2)",
    )
    parser.add_argument(
        "--redis", choices=("tcp", "socket"), default="tcp", help="how the compared servers reach Redis (default: tcp)"
    )
    parser.add_argument("--no-write", dest="write", action="store_false", help=f"leave {PAGE.name} as it is")
    return parser


def _within(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        value = float(text)
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"takes a number from {least:g} to {most:g}")
        return value

    return read


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    # SIGTERM stops everything that was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
