"""``manage.py suggest_indexes``: suggests indexes to create and to drop, from the recorded slow queries.

Requirement O3.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from merger import configuration
from merger.errors import StoreError
from merger.indexes.advice import Advice, advice_as_dict
from merger.management.errors import as_command_errors
from merger.operations.index_advice import index_advice
from merger.stores.mongo.query_shapes import SlowTotals

DAYS = 7


class Command(BaseCommand):
    help = (
        "Reads the slow queries that the service recorded (SLOW_QUERY_AFTER; their fields, no values) and shows which "
        "indexes would help queries that have none, which queries are slow although they have an index, which no index "
        "can help, and which indexes can be dropped because another one covers them or they are never used. Changes "
        "nothing. Only queries of the service are recorded. Exits with 1 when MongoDB can't be reached."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=DAYS, help="how many days back (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print the advice as JSON")

    @as_command_errors(StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days takes a whole number from 1 to 3650")
        advice = index_advice(configuration.utc_now() - timedelta(days=options["days"]))
        if options["json"]:
            self.stdout.write(json.dumps(advice_as_dict(advice), indent=2))
        else:
            self._print_advice(advice)

    def _print_advice(self, advice: Advice) -> None:
        for suggestion in advice.create:
            keys = ", ".join(f"{field}: {order}" for field, order in suggestion.keys)
            self.stdout.write(f"create  db.{suggestion.collection}.createIndex({{{keys}}})")
            for slow in suggestion.serves:
                self.stdout.write(f"        for {_describe(slow)}")
        for droppable in advice.drop:
            self.stdout.write(f"drop    {droppable.index.collection}.{droppable.index.name}: {droppable.why}")
        for slow, name in advice.served:
            self.stdout.write(f"slow    {_describe(slow)}, although {name} serves it")
        for slow in advice.hopeless:
            self.stdout.write(f"slow    {_describe(slow)}; no index serves such a query")
        if advice == Advice():
            self.stdout.write("Nothing to suggest: no slow query is recorded, and every index is needed")


def _describe(slow: SlowTotals) -> str:
    return (
        f"{slow.shape.collection} where {slow.shape.description}: {slow.queries:,} slow queries, "
        f"{slow.milliseconds:,.0f} ms in all, the longest {slow.longest:,.0f} ms"
    )
