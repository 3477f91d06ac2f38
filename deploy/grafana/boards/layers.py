"""Dashboard of the layers: how late they are, and what answers lack."""

from __future__ import annotations

from deploy.grafana.boards.terms import NONE_AT_ALL, J, line, rate
from deploy.grafana.layout import GREEN, RED, YELLOW, Dashboard, Panel, Row

LAYERS = Dashboard(
    "lambdaserve-layers",
    "lambdaserve: layers and freshness",
    "How late both layers are, and what answers lack because of it.",
    (
        Row(
            "Lateness",
            (
                Panel(
                    "Lag of the speed layer",
                    "Age of the newest sync by data type; the limit is 10 minutes.",
                    "s",
                    line(f"max by (data_type) (lambdaserve_speed_lag_seconds{{{J}}})", "{{data_type}}"),
                    steps=((None, GREEN), (300, YELLOW), (600, RED)),
                    width=12,
                ),
                Panel(
                    "Age of the batch",
                    "Time since the newest run wrote; the limit is 36 hours.",
                    "s",
                    line(f"max(lambdaserve_batch_age_seconds{{{J}}})", "newest run"),
                    steps=((None, GREEN), (26 * 3600, YELLOW), (36 * 3600, RED)),
                    width=12,
                ),
            ),
        ),
        Row(
            "Completeness",
            (
                Panel(
                    "Incomplete answers by view",
                    "Share of a view's answers with hours that neither layer holds.",
                    "percentunit",
                    line(f"job_view:lambdaserve_incomplete_answers:ratio_rate5m{{{J}}}", "{{view}}"),
                    steps=((None, GREEN), (0.01, RED)),
                ),
                Panel(
                    "Half answers",
                    "Answers from one layer alone, while the other layer's collection fails.",
                    "ops",
                    line(rate("lambdaserve_half_answers_total", "view, layer"), "{{view}} without {{layer}}"),
                    steps=NONE_AT_ALL,
                ),
                Panel(
                    "503s of completeness=strict",
                    "Requests that asked for a complete answer or none; these are not errors.",
                    "reqps",
                    line(rate("lambdaserve_strict_refusals_total", "instance"), "{{instance}}"),
                ),
            ),
        ),
        Row(
            "Drift",
            (
                Panel(
                    "Drift",
                    "Differing events per event of the batch layer, on the days compared last; the limit is 1%. "
                    "0 before the first comparison.",
                    "percentunit",
                    line(f"max(lambdaserve_drift_ratio{{{J}}})", "newest batch"),
                    steps=((None, GREEN), (0.001, YELLOW), (0.01, RED)),
                ),
                Panel(
                    "Surplus events by layer",
                    "In one day's comparisons. Batch has more: the speed layer lost events. Speed has more: it counted "
                    "events twice, or the batch lacks them.",
                    "short",
                    line(f"sum by (direction) (increase(lambdaserve_drift_events_total{{{J}}}[1d]))", "{{direction}}"),
                    steps=NONE_AT_ALL,
                ),
                Panel(
                    "Movie days compared",
                    "Per day; none without a new batch, or if it covers no day that the speed layer holds completely.",
                    "short",
                    line(f"sum(increase(lambdaserve_drift_checked_buckets_total{{{J}}}[1d]))", "compared"),
                ),
            ),
        ),
        Row(
            "Live answers",
            (
                Panel(
                    "Error of live answers by age",
                    "Reviews too many, or below 0 too few, per review that the batch counted later: sampled answers "
                    "of 7 days, by the time from the end of the day to the answer.",
                    "percentunit",
                    line(f"job_age:lambdaserve_live_answers_error:ratio_increase7d{{{J}}}", "{{age}}"),
                    least=None,
                ),
                Panel(
                    "Missing and extra reviews",
                    "Together, per review that the batch counted later, over 7 days; the limit is 1%.",
                    "percentunit",
                    line(f"job:lambdaserve_live_answers_difference:ratio_increase7d{{{J}}}", "difference"),
                    steps=((None, GREEN), (0.001, YELLOW), (0.01, RED)),
                ),
                Panel(
                    "Answers compared",
                    "In one day's comparisons; incomplete ones had named hours that they lacked.",
                    "short",
                    line(
                        f"sum by (result) (increase(lambdaserve_live_answers_compared_total{{{J}}}[1d]))", "{{result}}"
                    ),
                ),
            ),
        ),
        Row(
            "Documents",
            (
                Panel(
                    "Documents",
                    "Number of documents, as MongoDB estimates it.",
                    "short",
                    line(f"max by (collection) (lambdaserve_collection_documents{{{J}}})", "{{collection}}"),
                    width=12,
                ),
                Panel(
                    "Skipped documents by kind",
                    "Unreadable documents, counted each time one is met; the log names the first of each kind.",
                    "ops",
                    line(rate("lambdaserve_documents_skipped_total", "layer, kind"), "{{layer}}: {{kind}}"),
                    steps=NONE_AT_ALL,
                    width=12,
                ),
            ),
        ),
    ),
)
