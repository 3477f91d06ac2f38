"""``python -m benchmarks.guard``: exits with 1 if requests, the start or memory cost more than in this release."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.guard.figures import ELSEWHERE, READY, Figure, TooNoisy, better_of, compare, figures_for, record, table
from benchmarks.harness.machine import Machine
from benchmarks.harness.servers import ServerFailed, descendants, start_server
from benchmarks.harness.service import FAILURES, ROOT, create_api_key, environment, manage, prepare, service_start
from benchmarks.harness.stores import Stores, start_stores
from lambdaserve.server.embedded_stores import StoreDidNotStart
from merger.core.windows import HOUR, floor_day, floor_hour, isoformat
from sample_data.world import World

RECORDED = Path(__file__).with_name("figures.json")

SCALE = 0.1
PROCESSES = 3
"""A run's figure is the smallest ratio of so many processes: a memory layout can be unlucky, and noise only adds."""

STARTS = 3
MOST_RUNS = 3
"""Runs until a figure counts as slower; the load of a machine's neighbours may last for more than one."""

MOVIES = 50

SPEED_HOURS = 4
"""Full hours that only the speed layer covers, at every time of day: a cold answer reads and merges each of them."""

_SETTINGS = {
    # Nothing may expire or lag while it is measured.
    "SAMPLE_SCALE": str(SCALE),
    "CACHE_TTL_VOLATILE": "1h",
    "CACHE_TTL_STABLE": "1h",
    "CACHE_TTL_VERY_STABLE": "1h",
    "SPEED_LAG_LIMIT": "24h",
    "HTTPS_ONLY": "0",  # as `make run` has it
    "PYTHONHASHSEED": "0",
}
_FLOOR = "import django, pymongo, redis, rest_framework, numpy, resource as r; u = r.getrusage(r.RUSAGE_SELF); "
_FLOOR += "print(u.ru_utime + u.ru_stime)"


class Bench:
    """A prepared world to measure in.

    Args:
        directory: for files; temporary.
        found: the stores.
    """

    def __init__(self, directory: Path, found: Stores) -> None:
        self._directory = directory
        self._variables = environment(directory, found.mongo, found.redis(0), _SETTINGS)
        now = datetime.now(UTC)
        prepare(self._variables)
        manage(self._variables, "sample_batch", "--covers-until", isoformat(floor_hour(now) - SPEED_HOURS * HOUR))
        manage(self._variables, "sample_speed")
        movies = World(floor_day(now), scale=SCALE).movies[:MOVIES]
        guard = {
            "GUARD_KEY": create_api_key(self._variables),
            "GUARD_MOVIES": ",".join(str(each.movie_id) for each in movies),
        }
        self._guarded = self._variables | guard

    def run(self) -> dict[str, float]:
        """Measures every figure once.

        Raises:
            ServerFailed: something could not be measured.
        """
        ratios = [self._ratios() for _ in range(PROCESSES)]
        found = {name: min(each[name] for each in ratios) for name in ratios[0]}
        starts = [self._start() for _ in range(STARTS)]
        return found | {
            READY: min(cpu for cpu, _ in starts),
            "memory (MiB)": min(m for _, m in starts),
        }

    def _ratios(self) -> dict[str, float]:
        command = [sys.executable, "-m", "benchmarks.guard.subject"]
        done = subprocess.run(command, env=self._guarded, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ServerFailed(f"the requests could not be measured: {done.stderr.strip()[-600:]}")
        found: dict[str, float] = json.loads(done.stdout)
        return found

    def _start(self) -> tuple[float, float]:
        """Returns the CPU time of a start, in units of importing the libraries, and the largest process in MiB."""
        floor = subprocess.run([sys.executable, "-c", _FLOOR], capture_output=True, text=True, check=True)
        with start_server(service_start(self._directory, self._variables, workers=1)) as server:
            processes = (server.child.process.pid, *descendants(server.child.process.pid))
            cpu = sum(map(_cpu_seconds, processes))
            return cpu / float(floor.stdout), (server.peak_memory() or 0) / 2**20


def _cpu_seconds(pid: int) -> float:
    """Reads the user and system time of a process and of its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, then compares or records; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="lambdaserve-guard-") as name, start_stores(Path(name)) as found:
            bench = Bench(Path(name), found)
            return _record(bench, options.record) if options.record else _check(bench)
    except (*FAILURES, StoreDidNotStart, TooNoisy) as error:
        print(f"The guard could not measure: {error}", file=sys.stderr)
        return 1


def _record(bench: Bench, number: int) -> int:
    runs = []
    for each in range(number):
        runs.append(bench.run())
        print(f"run {each + 1} of {number}: " + ", ".join(f"{k} {v:.2f}" for k, v in runs[-1].items()), flush=True)
    machine = Machine.here()
    recorded = _read_records() | {
        machine.processor: {
            "recorded_at": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": asdict(machine),
            "figures": {name: asdict(figure) for name, figure in record(runs).items()},
        }
    }
    RECORDED.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"Recorded for {machine.processor} in {RECORDED.relative_to(ROOT)}; other processors keep their figures")
    return 0


def _check(bench: Bench) -> int:
    recorded = _read_figures()
    found = bench.run()
    for _ in range(MOST_RUNS - 1):
        if not any(row.is_slower for row in compare(found, recorded)):
            break
        print("Slower than recorded; measuring once more, since noise only adds", flush=True)
        found = better_of(found, bench.run())
    rows = compare(found, recorded)
    print("\n".join(table(rows)))
    slower = [row.name for row in rows if row.is_slower]
    if slower:
        print(f"Slower than this release's figures: {', '.join(slower)}")
        print("If it is worth that, say why in CHANGELOG.md and record new figures: make guard ARGS='--record 5'")
    return 1 if slower else 0


def _read_figures() -> Mapping[str, Figure]:
    recorded = {
        processor: {name: Figure(**figure) for name, figure in each["figures"].items()}
        for processor, each in _read_records().items()
    }
    here = Machine.here().processor
    if here not in recorded:
        print(f"Nothing is recorded for {here}: the bands of {', '.join(recorded)} are {ELSEWHERE} times as wide")
    return figures_for(here, recorded)


def _read_records() -> dict[str, Any]:
    """Reads the file of figures: processor to when, where and what was recorded."""
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.guard",
        description="Measures what hot, 304, warm and cold requests, the start and memory cost, in units of a floor of "
        f"the same run, and compares with {RECORDED.relative_to(ROOT)}. Exits with 1 when a figure is above its band.",
    )
    parser.add_argument(
        "--record",
        type=int,
        choices=range(2, 31),
        metavar="RUNS",
        help="measure this many times and write this processor's figures to figures.json",
    )
    return parser


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
