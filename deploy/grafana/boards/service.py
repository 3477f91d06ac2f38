"""Dashboard of the service: requests, errors, latency and processes."""

from __future__ import annotations

from deploy.grafana.boards.terms import AVAILABLE, DURATION, FAST, HIT, UP, J, line, quantile, quantiles, rate, stat
from deploy.grafana.layout import Dashboard, Panel, Row, Series

GLANCE = Row(
    "At a glance",
    (
        stat("Requests", "Requests per second, all routes.", "reqps", f"job:lambdaserve_http_requests:rate5m{{{J}}}"),
        stat(
            "Availability",
            "Share of the API's requests without an error in the last hour; the objective is 99.9%.",
            "percentunit",
            f"job:lambdaserve_availability:ratio_rate1h{{{J}}}",
            AVAILABLE,
        ),
        stat(
            "p95",
            "95% of the API's requests are faster than this; the objective is 200 ms.",
            "s",
            f"job:lambdaserve_slo_request_duration_seconds:p95_rate5m{{{J}}}",
            FAST,
        ),
        stat(
            "Hit rate",
            "Share of answers from the cache in the last half hour; the objective is 70%.",
            "percentunit",
            f"job:lambdaserve_cache_hits:ratio_rate30m{{{J}}}",
            HIT,
        ),
        stat("Workers", "Running worker processes of all targets.", "short", f"sum(lambdaserve_workers{{{J}}})"),
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
                    "All static files count as one route, and so do all unknown URLs.",
                    "reqps",
                    line(rate(f"{DURATION}_count", "route"), "{{route}}"),
                    stacked=True,
                ),
                Panel(
                    "Requests by status",
                    "304: the caller already had the answer; 429: a client above its rate limit.",
                    "reqps",
                    line(rate(f"{DURATION}_count", "status"), "{{status}}"),
                    stacked=True,
                ),
                Panel(
                    "Errors by route",
                    "All 5xx statuses, including those of health and of completeness=strict.",
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
                    "Time within the Python process; the objective is a p95 of 200 ms.",
                    "s",
                    quantiles(DURATION),
                    steps=FAST,
                ),
                Panel(
                    "p95 by route",
                    "Routes with few requests jump, because each request counts a lot.",
                    "s",
                    line(quantile(0.95, DURATION, "route"), "{{route}}"),
                    steps=FAST,
                ),
                Panel(
                    "Spread of latency",
                    "Requests by duration; hits and misses form two bands.",
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
                    "CPU use of all workers of a target; 100% is one core.",
                    "percentunit",
                    line(rate("lambdaserve_process_cpu_seconds_total", "instance"), "{{instance}}"),
                ),
                Panel(
                    "Memory",
                    "Memory of all workers of a target, and of the largest one.",
                    "bytes",
                    (
                        Series(f"lambdaserve_process_resident_memory_bytes{{{J}}}", "{{instance}}, all"),
                        Series(f"lambdaserve_process_largest_resident_memory_bytes{{{J}}}", "{{instance}}, largest"),
                    ),
                ),
                Panel(
                    "Versions",
                    "Version that runs on each target.",
                    "short",
                    line(f"max by (instance, version) (lambdaserve_build_info{{{J}}})", "{{instance}} {{version}}"),
                    "table",
                ),
            ),
        ),
    ),
)
