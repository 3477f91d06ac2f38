"""Service level objectives: judges the traffic of a period. Pure.

A request counts when its route belongs to the API, except ``health``, whose 503 reports on other parts. It is an error
when its status is 5xx, unless it is the 503 that the caller asked for with ``completeness=strict``. Prometheus' rules
in ``deploy/prometheus/rules`` count the same way.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

API, HEALTH = "api/v1/", "api/v1/health"
QUANTILES = (0.5, 0.95, 0.99)
RECENT = timedelta(hours=1)
"""Length of the newest part of a period, which has a burn rate of its own."""

Buckets = Mapping[float, float]
"""Histogram of durations: upper bound in seconds, including ``inf`` → requests between it and the bound below."""


@dataclass(frozen=True, slots=True)
class Objectives:
    """The objectives.

    Args:
        availability: share of requests answered without an error, over 30 days.
        p95: seconds within which 95 % of requests are answered.
        error_ratio: largest share of errors in any period.
    """

    availability: float = 0.999
    p95: float = 0.2
    error_ratio: float = 0.001


@dataclass(frozen=True, slots=True)
class Tally:
    """Number of requests, and of errors among them."""

    requests: float
    errors: float

    @property
    def ratio(self) -> float:
        """Share of errors; 0 without requests."""
        return self.errors / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """Traffic counted in a period.

    Args:
        since, until: the period, aware UTC.
        routes: requests and errors by route.
        durations: histogram of durations by route.
        recent: requests and errors of the newest ``RECENT``.
        strict_refusals: 503s that callers asked for, which are not errors.
        held, answered: answers from the cache, and all answers of views.
    """

    since: datetime
    until: datetime
    routes: Mapping[str, Tally]
    durations: Mapping[str, Buckets]
    recent: Tally
    strict_refusals: float = 0.0
    held: float = 0.0
    answered: float = 0.0


@dataclass(frozen=True, slots=True)
class RouteReport:
    """One route: requests, errors, and seconds by quantile (``None``: not measured)."""

    route: str
    requests: int
    errors: int
    quantiles: Mapping[float, float | None]


@dataclass(frozen=True, slots=True)
class SloReport:
    """A period compared with the objectives.

    Args:
        budget_left: share of the period's error budget that is left; below 0 it is overspent.
        burn_rate: errors relative to those that the objective allows; 1 spends the budget exactly within its period.
        recent_burn_rate: burn rate of the newest ``RECENT``.
        hit_rate: share of answers that came from the cache; ``None`` without answers.
        missed: the objectives that were missed, a sentence each.
    """

    since: datetime
    until: datetime
    whole: RouteReport
    availability: float
    budget_left: float
    burn_rate: float
    recent_burn_rate: float
    hit_rate: float | None
    strict_refusals: int
    routes: tuple[RouteReport, ...]
    objectives: Objectives
    missed: tuple[str, ...] = field(default=())

    @property
    def error_ratio(self) -> float:
        """Share of requests that were errors."""
        return 1 - self.availability

    def as_json(self) -> dict[str, Any]:
        """The report as plain data for programs; times are ISO 8601, durations milliseconds."""
        return {
            "since": self.since.isoformat().replace("+00:00", "Z"),
            "until": self.until.isoformat().replace("+00:00", "Z"),
            "objectives": {
                "availability": self.objectives.availability,
                "p95_ms": 1000 * self.objectives.p95,
                "error_ratio": self.objectives.error_ratio,
            },
            "met": not self.missed,
            "missed": list(self.missed),
            "availability": self.availability,
            "error_ratio": self.error_ratio,
            "budget_left": self.budget_left,
            "burn_rate": self.burn_rate,
            "burn_rate_newest_hour": self.recent_burn_rate,
            "hit_rate": self.hit_rate,
            "strict_refusals": self.strict_refusals,
            **_route_json(self.whole),
            "routes": [{"route": each.route, **_route_json(each)} for each in self.routes],
        }


def counts(route: str) -> bool:
    """Whether requests for a route (Django's URL pattern) count towards the objectives."""
    return route.startswith(API) and route != API and not route.startswith(HEALTH)


def quantile(q: float, buckets: Buckets) -> float | None:
    """Estimates the duration in seconds that a share ``q`` of requests does not exceed; ``None`` without requests.

    Interpolates between bounds, and returns the highest finite bound for what lies above it, like PromQL's
    ``histogram_quantile``.
    """
    total = sum(buckets.values())
    if not total:
        return None
    rank, below, lower = q * total, 0.0, 0.0
    for upper in sorted(buckets):
        inside = buckets[upper]
        if inside and below + inside >= rank * (1 - 1e-12):
            return lower if math.isinf(upper) else lower + (upper - lower) * (rank - below) / inside
        below += inside
        lower = lower if math.isinf(upper) else upper
    return lower


def merge_histograms(histograms: Iterable[Buckets]) -> dict[float, float]:
    """Adds several histograms up."""
    total: dict[float, float] = {}
    for buckets in histograms:
        for upper, requests in buckets.items():
            total[upper] = total.get(upper, 0.0) + requests
    return total


def judge(traffic: Traffic, objectives: Objectives) -> SloReport | None:
    """Judges a period; ``None`` when no request counted, so there is nothing to judge."""
    requests = sum(each.requests for each in traffic.routes.values())
    if not requests:
        return None
    errors = max(0.0, sum(each.errors for each in traffic.routes.values()) - traffic.strict_refusals)
    total = Tally(requests, errors)
    allowed = 1 - objectives.availability
    total_report = _route_report("", total, merge_histograms(traffic.durations.values()))
    names = sorted(traffic.routes, key=lambda name: (-traffic.routes[name].requests, name))
    return SloReport(
        since=traffic.since,
        until=traffic.until,
        whole=total_report,
        availability=1 - total.ratio,
        budget_left=1 - total.ratio / allowed,
        burn_rate=total.ratio / allowed,
        recent_burn_rate=traffic.recent.ratio / allowed,
        hit_rate=traffic.held / traffic.answered if traffic.answered else None,
        strict_refusals=round(traffic.strict_refusals),
        routes=tuple(_route_report(each, traffic.routes[each], traffic.durations.get(each, {})) for each in names),
        objectives=objectives,
        missed=_list_missed(total, total_report.quantiles[0.95], objectives),
    )


def _list_missed(total: Tally, p95: float | None, objectives: Objectives) -> tuple[str, ...]:
    missed = []
    if 1 - total.ratio < objectives.availability - 1e-9:
        missed.append(f"availability is {1 - total.ratio:.3%}, below the objective of {objectives.availability:.3%}")
    if total.ratio > objectives.error_ratio + 1e-9:
        missed.append(f"{total.ratio:.3%} of requests were errors, above the objective of {objectives.error_ratio:.3%}")
    if p95 is not None and p95 > objectives.p95 + 1e-9:
        missed.append(f"p95 is {1000 * p95:.0f} ms, above the objective of {1000 * objectives.p95:.0f} ms")
    return tuple(missed)


def _route_report(route: str, tally: Tally, buckets: Buckets) -> RouteReport:
    quantiles = {q: quantile(q, buckets) for q in QUANTILES}
    return RouteReport(route, round(tally.requests), round(tally.errors), quantiles)


def _route_json(report: RouteReport) -> dict[str, Any]:
    quantiles = {f"p{100 * q:.0f}_ms": None if value is None else 1000 * value for q, value in report.quantiles.items()}
    return {"requests": report.requests, "errors": report.errors, **quantiles}
