"""How late the layers are and what answers lack."""

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
                    "Age of the newest sync by data type; 10 minutes is the limit.",
                    "s",
                    line(f"max by (data_type) (lambdaserve_speed_lag_seconds{{{J}}})", "{{data_type}}"),
                    steps=((None, GREEN), (300, YELLOW), (600, RED)),
                    width=12,
                ),
                Panel(
                    "Age of the batch",
                    "Since the newest run wrote; 36 hours is the limit.",
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
                    "Share of a view's answers that name hours which neither layer holds.",
                    "percentunit",
                    line(f"job_view:lambdaserve_incomplete_answers:ratio_rate5m{{{J}}}", "{{view}}"),
                    steps=((None, GREEN), (0.01, RED)),
                ),
                Panel(
                    "Half answers",
                    "Made from one layer while the collection of the other one fails.",
                    "ops",
                    line(rate("lambdaserve_half_answers_total", "view, layer"), "{{view}} without {{layer}}"),
                    steps=NONE_AT_ALL,
                ),
                Panel(
                    "503s of completeness=strict",
                    "Callers who would rather have nothing than an incomplete answer; no errors.",
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
                    "Events by which the layers differ per event of the batch layer, on the days compared last; "
                    "1% is the limit. 0 until a batch was compared.",
                    "percentunit",
                    line(f"max(lambdaserve_drift_ratio{{{J}}})", "newest batch"),
                    steps=((None, GREEN), (0.001, YELLOW), (0.01, RED)),
                ),
                Panel(
                    "Events that one layer has more",
                    "In the comparisons of a day: the batch layer, where the speed layer lost some; the speed layer, "
                    "where it counted some twice or the batch lacks them.",
                    "short",
                    line(f"sum by (direction) (increase(lambdaserve_drift_events_total{{{J}}}[1d]))", "{{direction}}"),
                    steps=NONE_AT_ALL,
                ),
                Panel(
                    "Movies' days compared",
                    "In a day; none where no batch came, or none covers a day that the speed layer holds whole.",
                    "short",
                    line(f"sum(increase(lambdaserve_drift_checked_buckets_total{{{J}}}[1d]))", "compared"),
                ),
            ),
        ),
        Row(
            "Documents",
            (
                Panel(
                    "Documents",
                    "As MongoDB estimates them.",
                    "short",
                    line(f"max by (collection) (lambdaserve_collection_documents{{{J}}})", "{{collection}}"),
                    width=12,
                ),
                Panel(
                    "Skipped documents by kind",
                    "Each time that one was met which can't be read; the log names the first of each kind.",
                    "ops",
                    line(rate("lambdaserve_documents_skipped_total", "layer, kind"), "{{layer}}: {{kind}}"),
                    steps=NONE_AT_ALL,
                    width=12,
                ),
            ),
        ),
    ),
)
