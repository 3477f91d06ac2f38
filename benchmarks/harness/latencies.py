"""Figures of a run's latencies, compared with an endpoint's target. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from benchmarks.harness.workload import REQUESTS_PER_SECOND, Endpoint


@dataclass(frozen=True, slots=True)
class Latencies:
    """One run. Percentiles are measured values (nearest rank), in milliseconds.

    Attributes:
        requests: how many were answered.
        per_second: how many of them in a second.
        slowest: the longest of all.
    """

    requests: int
    per_second: float
    p50: float
    p95: float
    p99: float
    slowest: float

    @classmethod
    def of(cls, milliseconds: Sequence[float], seconds: float) -> Self:
        """Computes the figures of a run.

        Args:
            milliseconds: of each request, at least one.
            seconds: that the run took.
        """
        ordered = sorted(milliseconds)
        return cls(
            requests=len(ordered),
            per_second=len(ordered) / seconds,
            p50=percentile(ordered, 50),
            p95=percentile(ordered, 95),
            p99=percentile(ordered, 99),
            slowest=ordered[-1],
        )


@dataclass(frozen=True, slots=True)
class EndpointResult:
    """An endpoint's two runs: one request at a time without cached answers, and several at once with them."""

    endpoint: Endpoint
    cold: Latencies
    warm: Latencies

    @property
    def misses(self) -> tuple[str, ...]:
        """The targets that it misses; empty if it meets them all."""
        found = [
            f"{name} p95 {run.p95:.1f} ms > {self.endpoint.target_ms:g} ms"
            for name, run in (("cold", self.cold), ("warm", self.warm))
            if run.p95 > self.endpoint.target_ms
        ]
        if self.warm.per_second < REQUESTS_PER_SECOND:
            found.append(f"{self.warm.per_second:.0f} requests/s < {REQUESTS_PER_SECOND:g}")
        return tuple(found)


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` % of all, sorted and not empty, do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]
