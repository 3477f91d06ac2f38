"""``manage.py check_views``: reports stored documents that the service can't read or finds odd.

Requirements D2, D4 and O3.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from merger.configuration import aliases
from merger.contract.documents import Contract
from merger.contract.importing import COLLECTION_OF, KINDS
from merger.contract.violations import ViolationReport
from merger.errors import StoreError
from merger.management.errors import as_command_errors
from merger.management.progress import Progress
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call
from merger.stores.mongo.store import MongoStore

COUNT_TIMEOUT_SECONDS = 30.0
"""Limit for counting the documents of a collection."""


class Command(BaseCommand):
    help = (
        "Reads every document of batch_views and speed_views as the service would. Reports documents that can't be "
        "read, by kind, with their number and some of their ids; speed documents whose ttl_expires_at is missing or is "
        "not 48 hours after their hour; and the number of duplicates, i.e. documents about the same thing in the same "
        "run or hour, which are normal since producers deliver at least once. Changes nothing. Reads about 30,000 "
        "documents a second. Exits with 1 when MongoDB fails and, with --fail, when anything but duplicates is "
        "reported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", choices=KINDS, help="check only this collection")
        parser.add_argument("--examples", type=int, default=3, metavar="N", help="ids per violation (default: 3)")
        parser.add_argument(
            "--no-duplicates", action="store_true", help="don't count duplicates, which takes 100 bytes a document"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--fail", action="store_true", help="exit with 1 when there are violations")

    @as_command_errors(StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        reports: dict[str, dict[str, Any]] = {}
        for kind in KINDS if options["kind"] is None else (options["kind"],):
            examples, duplicates = max(0, options["examples"]), not options["no_duplicates"]
            check = ViolationReport(kind, Contract(aliases()), examples, duplicates=duplicates)
            self._read(kind, check)
            reports[COLLECTION_OF[kind]] = check.as_dict()
        if options["json"]:
            self.stdout.write(json.dumps(reports, indent=2))
        else:
            for name, report in reports.items():
                self._print_report(name, report)
        found = sum(each["documents"] for report in reports.values() for each in report["unreadable_or_odd"])
        if found and options["fail"]:
            raise CommandError(f"{found:,} violations")

    def _read(self, kind: str, check: ViolationReport) -> None:
        collection = COLLECTION_OF[kind]
        with mongo_call(COUNT_TIMEOUT_SECONDS):
            total = database()[collection].estimated_document_count()
        progress = Progress(self.stderr, f"{collection}: documents read", total)
        for documents in progress.track(MongoStore(database(), settings.MONGODB_TIMEOUT).batches(collection, {})):
            check.add(documents)

    def _print_report(self, name: str, report: dict[str, Any]) -> None:
        counted = ", ".join(f"{number:,} {kind}" for kind, number in report["documents"].items())
        self.stdout.write(f"{name}: {counted or 'no readable documents'}")
        for each in report["unreadable_or_odd"]:
            ids = f" (such as {', '.join(each['examples'])})" if each["examples"] else ""
            self.stdout.write(f"  {each['documents']:,} × {each['what']}{ids}")
        repeated = {kind: number for kind, number in (report["duplicates"] or {}).items() if number}
        if repeated:
            counted = ", ".join(f"{number:,} {kind}" for kind, number in repeated.items())
            self.stdout.write(f"  duplicates: {counted}")
