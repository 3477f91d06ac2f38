"""Service levels: from what was counted in a period to a judgement (O1). Pure.

A request counts when its route is one of the API's (``API``) but not of ``health``, whose 503 is a report about others.
It is an error when its status is 5xx, unless it is the 503 that the caller asked for with ``completeness=strict``.
Prometheus' rules in ``deploy/prometheus/rules`` count the same.
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
"""Length of the newest part of a period, whose burn rate is told too."""

Buckets = Mapping[float, float]
"""Requests by duration: upper bound in seconds, ``inf`` among them, → requests up to it from the bound below."""


@dataclass(frozen=True, slots=True)
class Objectives:
    """What is promised.

    Args:
        availability: share of the requests that are answered without an error, over 30 days.
        p95: seconds within which 95 of 100 requests are answered.
        error_ratio: share of the requests of any period that may be errors.
    """

    availability: float = 0.999
    p95: float = 0.2
    error_ratio: float = 0.001


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests and how many of them were errors."""

    requests: float
    errors: float

    @property
    def ratio(self) -> float:
        """Share of errors, 0 without requests."""
        return self.errors / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Traffic:
    """What was counted in a period.

    Args:
        since, until: the period, aware UTC.
        routes: requests and errors by route.
        durations: requests by route and duration.
        recent: of the newest ``RECENT``.
        strict_refusals: 503s that callers asked for; no errors.
        held, answered: answers that the cache held, and all answers of views.
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
    """How a period compares with the objectives.

    Args:
        budget_left: share of the period's error budget that is left; below 0 it is overspent.
        burn_rate: errors per error that the objective admits; 1 spends a budget exactly in its period.
        recent_burn_rate: the same of the newest ``RECENT``.
        hit_rate: share of the answers that the cache held, ``None`` where none was given.
        missed: what was promised and not kept, a sentence each.
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
        """Share of the requests that were errors."""
        return 1 - self.availability

    def as_json(self) -> dict[str, Any]:
        """The report as it is written for programs; times ISO 8601, durations in milliseconds."""
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
    """Whether requests for a route (Django's template of it) count towards the objectives."""
    return route.startswith(API) and route != API and not route.startswith(HEALTH)


def quantile(q: float, buckets: Buckets) -> float | None:
    """The duration in seconds that a share ``q`` of the requests does not exceed; ``None`` without requests.

    Straight lines between the bounds, and the highest finite bound for what lies above it, as PromQL's
    ``histogram_quantile`` has it.
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
    """Several histograms as one."""
    total: dict[float, float] = {}
    for buckets in histograms:
        for upper, inside in buckets.items():
            total[upper] = total.get(upper, 0.0) + inside
    return total


def judge(traffic: Traffic, objectives: Objectives) -> SloReport | None:
    """The report; ``None`` where no request counted, so that there is nothing to judge."""
    requests = sum(each.requests for each in traffic.routes.values())
    if not requests:
        return None
    errors = max(0.0, sum(each.errors for each in traffic.routes.values()) - traffic.strict_refusals)
    whole = Tally(requests, errors)
    buckets = merge_histograms(traffic.durations.values())
    allowed = 1 - objectives.availability
    report_of_all = _route_report("", whole, buckets)
    return SloReport(
        since=traffic.since,
        until=traffic.until,
        whole=report_of_all,
        availability=1 - whole.ratio,
        budget_left=1 - whole.ratio / allowed,
        burn_rate=whole.ratio / allowed,
        recent_burn_rate=traffic.recent.ratio / allowed,
        hit_rate=traffic.held / traffic.answered if traffic.answered else None,
        strict_refusals=round(traffic.strict_refusals),
        routes=tuple(
            _route_report(name, traffic.routes[name], traffic.durations.get(name, {})) for name in _order(traffic)
        ),
        objectives=objectives,
        missed=_missed(whole, report_of_all.quantiles[0.95], objectives),
    )


def _missed(whole: Tally, p95: float | None, objectives: Objectives) -> tuple[str, ...]:
    missed = []
    if 1 - whole.ratio < objectives.availability - 1e-9:
        missed.append(f"availability is {1 - whole.ratio:.3%}, promised are {objectives.availability:.3%}")
    if whole.ratio > objectives.error_ratio + 1e-9:
        missed.append(
            f"{whole.ratio:.3%} of the requests were errors, at most {objectives.error_ratio:.3%} are promised"
        )
    if p95 is not None and p95 > objectives.p95 + 1e-9:
        missed.append(f"p95 is {1000 * p95:.0f} ms, promised are {1000 * objectives.p95:.0f} ms")
    return tuple(missed)


def _order(traffic: Traffic) -> list[str]:
    return sorted(traffic.routes, key=lambda name: (-traffic.routes[name].requests, name))


def _route_report(route: str, tally: Tally, buckets: Buckets) -> RouteReport:
    quantiles = {q: quantile(q, buckets) for q in QUANTILES}
    return RouteReport(route, round(tally.requests), round(tally.errors), quantiles)


def _route_json(report: RouteReport) -> dict[str, Any]:
    told = {f"p{100 * q:.0f}_ms": None if value is None else 1000 * value for q, value in report.quantiles.items()}
    return {"requests": report.requests, "errors": report.errors, **told}
