"""Requests, errors, latency and processes."""

from __future__ import annotations

from deploy.grafana.boards.terms import AVAILABLE, DURATION, FAST, HIT, UP, J, line, quantile, quantiles, rate, stat
from deploy.grafana.layout import Dashboard, Panel, Row, Series

GLANCE = Row(
    "At a glance",
    (
        stat("Requests", "Of every route, per second.", "reqps", f"job:lambdaserve_http_requests:rate5m{{{J}}}"),
        stat(
            "Availability",
            "Share of the API's requests of the last hour that were no errors; 99.9% is promised.",
            "percentunit",
            f"job:lambdaserve_availability:ratio_rate1h{{{J}}}",
            AVAILABLE,
        ),
        stat(
            "p95",
            "95 of 100 of the API's requests took no longer; 200 ms are promised.",
            "s",
            f"job:lambdaserve_slo_request_duration_seconds:p95_rate5m{{{J}}}",
            FAST,
        ),
        stat(
            "Hit rate",
            "Share of the answers that the cache held, of the last half hour; 70% is the least.",
            "percentunit",
            f"job:lambdaserve_cache_hits:ratio_rate30m{{{J}}}",
            HIT,
        ),
        stat("Workers", "Worker processes that live, of all targets.", "short", f"sum(lambdaserve_workers{{{J}}})"),
        stat("Targets up", "Targets that answer scrapes.", "short", f"sum(up{{{J}}})", UP),
    ),
)

SERVICE = Dashboard(
    "lambdaserve-service",
    "lambdaserve: service",
    "Requests, errors and latency by route, and what the processes use.",
    (
        GLANCE,
        Row(
            "Requests",
            (
                Panel(
                    "Requests by route",
                    "Static files are one route, and so is every address that does not exist.",
                    "reqps",
                    line(rate(f"{DURATION}_count", "route"), "{{route}}"),
                    stacked=True,
                ),
                Panel(
                    "Requests by status",
                    "304 is an answer that the caller held already; 429 a client above its rate.",
                    "reqps",
                    line(rate(f"{DURATION}_count", "status"), "{{status}}"),
                    stacked=True,
                ),
                Panel(
                    "Errors by route",
                    "Statuses of 5xx, those of health and of completeness=strict among them.",
                    "reqps",
                    line(rate(f"{DURATION}_count", "route, status", 'status=~"5.."'), "{{status}} {{route}}"),
                    stacked=True,
                ),
            ),
        ),
        Row(
            "Latency",
            (
                Panel(
                    "Latency of all requests",
                    "From the first to the last byte of Python's part; 200 ms are promised of p95.",
                    "s",
                    quantiles(DURATION),
                    steps=FAST,
                ),
                Panel(
                    "p95 by route",
                    "A route that is asked seldom jumps: few requests decide.",
                    "s",
                    line(quantile(0.95, DURATION, "route"), "{{route}}"),
                    steps=FAST,
                ),
                Panel(
                    "Spread of latency",
                    "Requests by duration: two bands are hits and misses.",
                    "short",
                    line(f"sum by (le) (increase({DURATION}_bucket{{{J}}}[$__rate_interval]))", "{{le}}"),
                    "heatmap",
                ),
            ),
        ),
        Row(
            "Processes",
            (
                Panel(
                    "Processor time",
                    "Of all workers of a target; 100% is one core.",
                    "percentunit",
                    line(rate("lambdaserve_process_cpu_seconds_total", "instance"), "{{instance}}"),
                ),
                Panel(
                    "Memory",
                    "That the workers of a target occupy, and the largest of them.",
                    "bytes",
                    (
                        Series(f"lambdaserve_process_resident_memory_bytes{{{J}}}", "{{instance}}, all"),
                        Series(f"lambdaserve_process_largest_resident_memory_bytes{{{J}}}", "{{instance}}, largest"),
                    ),
                ),
                Panel(
                    "Versions",
                    "What runs where.",
                    "short",
                    line(f"max by (instance, version) (lambdaserve_build_info{{{J}}})", "{{instance}} {{version}}"),
                    "table",
                ),
            ),
        ),
    ),
)
