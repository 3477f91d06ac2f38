"""Dashboard of the objectives and the error budget."""

from __future__ import annotations

from deploy.grafana.boards.terms import AVAILABLE, FAST, J, line, stat
from deploy.grafana.layout import GREEN, RED, YELLOW, Dashboard, Panel, Row, Series

WINDOWS = ("5m", "30m", "1h", "6h", "3d")
SLO = Dashboard(
    "lambdaserve-slo",
    "lambdaserve: SLO and error budget",
    "99.9% of the API's requests without an error over 30 days, and p95 up to 200 ms.",
    (
        Row(
            "Objectives",
            (
                stat(
                    "Budget left",
                    "Share of the errors allowed in 30 days that is left; below 0 the budget is overspent.",
                    "percentunit",
                    f"job:lambdaserve_error_budget:left30d{{{J}}}",
                    ((None, RED), (0, YELLOW), (0.25, GREEN)),
                    least=None,
                ),
                stat(
                    "Availability, 30 days",
                    "Share of the API's requests without an error; the objective is 99.9%.",
                    "percentunit",
                    f"job:lambdaserve_availability:ratio_rate30d{{{J}}}",
                    AVAILABLE,
                ),
                stat(
                    "Availability, 6 hours",
                    "Share of the API's requests without an error in the last six hours.",
                    "percentunit",
                    f"job:lambdaserve_availability:ratio_rate6h{{{J}}}",
                    AVAILABLE,
                ),
                stat(
                    "Error ratio, 30 minutes",
                    "Share of the API's requests that were errors; the objective is at most 0.1%.",
                    "percentunit",
                    f"job:lambdaserve_slo_errors:ratio_rate30m{{{J}}}",
                    ((None, GREEN), (0.001, RED)),
                ),
                stat(
                    "p95",
                    "95% of the API's requests are faster than this; the objective is 200 ms.",
                    "s",
                    f"job:lambdaserve_slo_request_duration_seconds:p95_rate5m{{{J}}}",
                    FAST,
                ),
                stat(
                    "Within 200 ms",
                    "Share of the API's requests within 200 ms; the objective is 95%.",
                    "percentunit",
                    f"job:lambdaserve_slo_requests_within_200ms:ratio_rate5m{{{J}}}",
                    ((None, RED), (0.95, GREEN)),
                ),
            ),
        ),
        Row(
            "Error budget",
            (
                Panel(
                    "Burn rate",
                    "At 1 the 30-day budget lasts 30 days; 14.4 over one hour, or 6 over six hours, is a page.",
                    "short",
                    tuple(
                        Series(f"job:lambdaserve_slo_errors:ratio_rate{window}{{{J}}} / (1 - 0.999)", window)
                        for window in WINDOWS
                    ),
                    width=12,
                    steps=((None, GREEN), (1, YELLOW), (6, RED), (14.4, RED)),
                ),
                Panel(
                    "Budget left of 30 days",
                    "Falls while errors happen, and recovers as they grow older than 30 days.",
                    "percentunit",
                    line(f"job:lambdaserve_error_budget:left30d{{{J}}}", "left"),
                    width=12,
                    steps=((None, RED), (0, YELLOW), (0.25, GREEN)),
                    most=1,
                    least=None,
                ),
            ),
        ),
        Row(
            "Where it is spent",
            (
                Panel(
                    "Error ratio by route",
                    "Share of a route's requests that were 5xx, including those of completeness=strict.",
                    "percentunit",
                    line(
                        f'job_route:lambdaserve_http_errors:ratio_rate5m{{{J}, route=~"api/v1/.+"}}',
                        "{{route}}",
                    ),
                ),
                Panel(
                    "p95 by route",
                    "Which routes are slow.",
                    "s",
                    line(
                        f'job_route:lambdaserve_http_request_duration_seconds:p95_rate5m{{{J}, route=~"api/v1/.+"}}',
                        "{{route}}",
                    ),
                    steps=FAST,
                ),
                Panel(
                    "Alerts",
                    "Alerts that are pending or firing; docs/alerts.md says what each means.",
                    "short",
                    line(
                        "sum by (alertname, alertstate, severity) (ALERTS)",
                        "{{alertname}} {{alertstate}}",
                    ),
                    "table",
                ),
            ),
        ),
    ),
    since="now-7d",
)
