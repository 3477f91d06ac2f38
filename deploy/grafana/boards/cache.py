"""Dashboard of the cache: where answers come from."""

from __future__ import annotations

from deploy.grafana.boards.terms import HIT, J, line, rate
from deploy.grafana.layout import Dashboard, Panel, Row, Series

ANSWERS = "lambdaserve_cache_answers_total"
CACHE = Dashboard(
    "lambdaserve-cache",
    "lambdaserve: cache",
    "Where answers come from, by view, and what the tiers hold.",
    (
        Row(
            "Answers",
            (
                Panel(
                    "Hit rate by view",
                    "Share of a view's answers from the cache, over five minutes; the objective is 70% overall.",
                    "percentunit",
                    line(f"job_view:lambdaserve_cache_hits:ratio_rate5m{{{J}}}", "{{view}}"),
                    steps=HIT,
                    most=1,
                ),
                Panel(
                    "Outcomes",
                    "hot: from the process; hit: from Redis; wait: from another request; refresh: ahead of expiry.",
                    "ops",
                    line(rate(ANSWERS, "outcome"), "{{outcome}}"),
                    stacked=True,
                ),
                Panel(
                    "Answers by view",
                    "All answers, wherever they came from.",
                    "ops",
                    line(f"job_view:lambdaserve_answers:rate5m{{{J}}}", "{{view}}"),
                    stacked=True,
                ),
            ),
        ),
        Row(
            "Trouble",
            (
                Panel(
                    "Stale answers by view",
                    "Old answers, served while a new one is computed or while MongoDB is away.",
                    "ops",
                    line(rate(ANSWERS, "view", 'outcome="stale"'), "{{view}}"),
                ),
                Panel(
                    "Failed requests by view",
                    "Requests that ended in an error.",
                    "ops",
                    line(rate(ANSWERS, "view", 'outcome="error"'), "{{view}}"),
                ),
                Panel(
                    "Redis",
                    "Whether it answers, and how many workers currently go on without it.",
                    "short",
                    (
                        Series(f'lambdaserve_store_up{{{J}, store="redis"}}', "{{instance}} answers"),
                        Series(f"lambdaserve_redis_away{{{J}}}", "{{instance}}, workers without it"),
                    ),
                ),
            ),
        ),
        Row(
            "Tiers",
            (
                Panel(
                    "Entries in the workers",
                    "Answers that the processes themselves hold, for about a second.",
                    "short",
                    line(f"lambdaserve_cache_process_entries{{{J}}}", "{{instance}}"),
                    width=12,
                ),
                Panel(
                    "Size in the workers",
                    "Approximate memory of these answers.",
                    "bytes",
                    line(f"lambdaserve_cache_process_bytes{{{J}}}", "{{instance}}"),
                    width=12,
                ),
            ),
        ),
    ),
)
