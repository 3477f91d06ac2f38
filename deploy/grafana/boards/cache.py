"""Where answers come from."""

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
                    "Share of a view's answers that the cache held, of five minutes; 70% over all is the least.",
                    "percentunit",
                    line(f"job_view:lambdaserve_cache_hits:ratio_rate5m{{{J}}}", "{{view}}"),
                    steps=HIT,
                    most=1,
                ),
                Panel(
                    "Outcomes",
                    "hot: of the process itself; hit: of Redis; wait: another made it just now; refresh: made ahead.",
                    "ops",
                    line(rate(ANSWERS, "outcome"), "{{outcome}}"),
                    stacked=True,
                ),
                Panel(
                    "Answers by view",
                    "Answers given, wherever they came from.",
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
                    "Old answers, given while a new one is made or while MongoDB is away.",
                    "ops",
                    line(rate(ANSWERS, "view", 'outcome="stale"'), "{{view}}"),
                ),
                Panel(
                    "Neither held nor made, by view",
                    "Questions that ended in an error.",
                    "ops",
                    line(rate(ANSWERS, "view", 'outcome="error"'), "{{view}}"),
                ),
                Panel(
                    "Redis",
                    "Whether it answers, and how many workers do without it for the moment.",
                    "short",
                    (
                        Series(f'lambdaserve_store_up{{{J}, store="redis"}}', "{{instance}} answers"),
                        Series(f"lambdaserve_redis_away{{{J}}}", "{{instance}}, workers without"),
                    ),
                ),
            ),
        ),
        Row(
            "Tiers",
            (
                Panel(
                    "Entries in the workers",
                    "Answers that the processes themselves hold, for a second or so.",
                    "short",
                    line(f"lambdaserve_cache_process_entries{{{J}}}", "{{instance}}"),
                    width=12,
                ),
                Panel(
                    "Size in the workers",
                    "What they occupy, about.",
                    "bytes",
                    line(f"lambdaserve_cache_process_bytes{{{J}}}", "{{instance}}"),
                    width=12,
                ),
            ),
        ),
    ),
)
