"""Runs wrk, the load generator of the comparison: from one core it keeps a fast server busy."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness.latencies import Latencies
from benchmarks.harness.load import LoadFailed

CONNECTIONS = 16

_SCRIPT = Path(__file__).with_name("wrk.lua")
_GRACE_SECONDS = 30.0
"""Seconds that a run may overrun."""


class WrkMissing(Exception):
    """wrk is not installed on this machine."""

    def __init__(self) -> None:
        super().__init__("wrk is not installed (Debian: apt-get install wrk); the comparison needs it")


@dataclass(frozen=True, slots=True)
class Address:
    """Address of a server, and the headers of every request to it."""

    host: str
    port: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Load:
    """One run.

    Attributes:
        latencies: of all requests.
        answered: number of answers by status and ``X-Cache``, such as ``200 HIT``; empty where they were not counted.
    """

    latencies: Latencies
    answered: Mapping[str, int]

    @property
    def hit_rate(self) -> float | None:
        """Share of the answers that were not computed for their request; ``None`` if they were not counted."""
        total = sum(self.answered.values())
        missed = sum(number for kind, number in self.answered.items() if kind.endswith(" MISS"))
        return (total - missed) / total if total else None


def find_wrk() -> str:
    """Finds the program.

    Raises:
        WrkMissing: it is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise WrkMissing
    return found


def run_wrk(address: Address, lines: Path, seconds: float, *, first: int = 0, count: bool = True) -> Load:
    """Requests the file's addresses in turn, over and over.

    Args:
        address: of the server.
        lines: each an address, or an address, a tab and the entity tag that the client already has.
        seconds: how long.
        first: line to begin with.
        count: look at every answer's status and ``X-Cache``.

    Raises:
        WrkMissing: wrk is not installed.
        LoadFailed: a connection broke, or an answer was neither 200 nor 304.
    """
    headers = [part for name, value in address.headers.items() for part in ("-H", f"{name}: {value}")]
    command = [find_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(_SCRIPT), *headers]
    command += [f"http://{address.host}:{address.port}/", "--", str(lines), str(first), "count" if count else ""]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _GRACE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise LoadFailed(f"wrk did not end after {seconds:g} s") from error
    return parse_output(done.stdout.splitlines(), done.stderr)


def parse_output(output: Sequence[str], trouble: str = "") -> Load:
    """Reads the figures from a run's output.

    Raises:
        LoadFailed: the output has none, or some requests failed.
    """
    found = next((line.removeprefix("RESULT ") for line in output if line.startswith("RESULT ")), None)
    if found is None:
        raise LoadFailed(f"wrk gave no result: {' '.join([*output[-3:], trouble]).strip()}")
    reported = json.loads(found)
    answered: Counter[str] = Counter()
    for kind, number in reported["answered"]:
        answered[kind] += number
    wrong = {kind: number for kind, number in answered.items() if kind.split(" ")[0] not in ("200", "304")}
    if reported["refused"] or reported["broken"] or wrong or not reported["requests"]:
        raise LoadFailed(
            f"{reported['refused']} answers were errors, {reported['broken']} connections broke {wrong or ''}"
        )
    latencies = Latencies(
        requests=reported["requests"],
        per_second=reported["requests"] / (reported["microseconds"] / 1e6),
        p50=reported["p50"] / 1000,
        p95=reported["p95"] / 1000,
        p99=reported["p99"] / 1000,
        slowest=reported["slowest"] / 1000,
    )
    return Load(latencies, dict(answered))
