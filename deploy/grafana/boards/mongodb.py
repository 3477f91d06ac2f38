"""Dashboard of MongoDB, as the service sees it."""

from __future__ import annotations

from deploy.grafana.boards.terms import NONE_AT_ALL, J, line, quantiles, rate
from deploy.grafana.layout import Dashboard, Panel, Row

COMMAND = "lambdaserve_mongodb_command_duration_seconds"
MONGODB = Dashboard(
    "lambdaserve-mongodb",
    "lambdaserve: MongoDB",
    "Commands, connections, circuit breakers, collections and indexes.",
    (
        Row(
            "Commands",
            (
                Panel(
                    "Commands",
                    "Commands per second; a cache miss costs one find per collection it needs.",
                    "ops",
                    line(rate(f"{COMMAND}_count", "command, collection"), "{{command}} {{collection}}"),
                    stacked=True,
                ),
                Panel(
                    "p95 of commands",
                    "Time from command to reply, over five minutes.",
                    "s",
                    line(
                        f"job_command_collection:lambdaserve_mongodb_command_duration_seconds:p95_rate5m{{{J}}}",
                        "{{command}} {{collection}}",
                    ),
                ),
                Panel(
                    "Failed commands",
                    "Commands that ended in an error or a timeout.",
                    "ops",
                    line(
                        rate(f"{COMMAND}_count", "command, collection", 'outcome="failed"'),
                        "{{command}} {{collection}}",
                    ),
                ),
            ),
        ),
        Row(
            "Connections",
            (
                Panel(
                    "Connections",
                    "Connections of all workers of a target: open, and in use.",
                    "short",
                    line(
                        f"sum by (instance, state) (lambdaserve_mongodb_pool_connections{{{J}}})",
                        "{{instance}} {{state}}",
                    ),
                ),
                Panel(
                    "Wait for a connection",
                    "Above a millisecond, the pool is too small or MongoDB too slow.",
                    "s",
                    quantiles("lambdaserve_mongodb_pool_wait_seconds"),
                ),
                Panel(
                    "Connection timeouts",
                    "Waits in which no connection became free in time.",
                    "ops",
                    line(rate("lambdaserve_mongodb_pool_timeouts_total", "instance"), "{{instance}}"),
                    steps=NONE_AT_ALL,
                ),
            ),
        ),
        Row(
            "Circuit breakers",
            (
                Panel(
                    "Workers by state",
                    "open: the collection is not read; half_open: one trial read is under way.",
                    "short",
                    line(
                        f"sum by (collection, state) (lambdaserve_breaker_state{{{J}}})",
                        "{{collection}} {{state}}",
                    ),
                    stacked=True,
                ),
                Panel(
                    "Changes of state",
                    "How often breakers opened, tried and closed in the time range shown.",
                    "short",
                    line(
                        f"sum by (collection, to) (increase(lambdaserve_breaker_transitions_total{{{J}}}[$__range]))",
                        "{{collection}} → {{to}}",
                    ),
                    "bargauge",
                ),
                Panel(
                    "Refused reads",
                    "Reads that an open breaker refused at once.",
                    "ops",
                    line(rate("lambdaserve_breaker_refused_total", "collection"), "{{collection}}"),
                    steps=NONE_AT_ALL,
                ),
            ),
        ),
        Row(
            "Collections and indexes",
            (
                Panel(
                    "Size",
                    "Size of the documents, as MongoDB estimates it.",
                    "bytes",
                    line(f"max by (collection) (lambdaserve_collection_bytes{{{J}}})", "{{collection}}"),
                ),
                Panel(
                    "Size of indexes",
                    "They should fit into MongoDB's memory.",
                    "bytes",
                    line(f"max by (collection, index) (lambdaserve_index_bytes{{{J}}})", "{{collection}} {{index}}"),
                    "bargauge",
                ),
                Panel(
                    "Uses of indexes",
                    "Since MongoDB started; an index that stays at 0 only costs. The embedded store counts none.",
                    "short",
                    line(
                        f"max by (collection, index) (lambdaserve_index_uses_total{{{J}}})", "{{collection}} {{index}}"
                    ),
                    "bargauge",
                ),
            ),
        ),
    ),
)
