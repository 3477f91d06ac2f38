"""Queries and thresholds that the dashboards share."""

from __future__ import annotations

from deploy.grafana.layout import GREEN, RED, Panel, Series, Steps

J = 'job="$job"'
DURATION = "lambdaserve_http_request_duration_seconds"
AVAILABLE = ((None, RED), (0.999, GREEN))
FAST = ((None, GREEN), (0.2, RED))
HIT = ((None, RED), (0.7, GREEN))
NONE_AT_ALL = ((None, GREEN), (1e-9, RED))
UP = ((None, RED), (1, GREEN))


def line(expr: str, legend: str) -> tuple[Series, ...]:
    """The series of a panel with one query."""
    return (Series(expr, legend),)


def stat(title: str, about: str, unit: str, expr: str, steps: Steps = (), least: float | None = 0) -> Panel:
    """A panel that shows one large figure."""
    return Panel(title, about, unit, line(expr, title), "stat", width=4, steps=steps, least=least)


def rate(metric: str, by: str, select: str = "") -> str:
    """Query: a counter's rate per second, by labels."""
    return f"sum by ({by}) (rate({metric}{{{J}{select and ', '}{select}}}[$__rate_interval]))"


def quantile(q: float, metric: str, by: str = "", select: str = "") -> str:
    """Query: a quantile of a histogram, by labels."""
    return f"histogram_quantile({q}, {rate(metric + '_bucket', by + (by and ', ') + 'le', select)})"


def quantiles(metric: str) -> tuple[Series, ...]:
    """Series for p50, p95 and p99 of a histogram."""
    return tuple(Series(quantile(q, metric), f"p{100 * q:.0f}") for q in (0.5, 0.95, 0.99))
