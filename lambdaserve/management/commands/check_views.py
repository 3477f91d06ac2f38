"""``manage.py check_views``: reports documents, stored or in files, that the service can't read or finds odd.

Requirements D2, D4 and O3.
"""

from __future__ import annotations

import json
import logging
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lambdaserve.ops.file_answers import answers_of
from lambdaserve.ops.reports.file_report import lines_of
from merger.configuration import configured_contract, utc_now
from merger.contract.importing import COLLECTION_OF, KINDS
from merger.contract.stamps import moment
from merger.contract.violations import ViolationReport
from merger.core.windows import isoformat
from merger.errors import StoreError
from merger.layers.publication import RUNS
from merger.management.errors import as_command_errors
from merger.management.progress import Progress
from merger.producers.judged_files import JudgedFiles, newest_stamp
from merger.producers.schemas import schemas
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
        "documents a second. With files, which load_views could load, it needs no store: it says which dialects they "
        "are written in, what is absent, odd or can't be read, what each endpoint would answer from these documents "
        "alone, and what to add so that answers are proven complete. Exits with 1 when MongoDB or a file fails, when "
        "nothing in the files can be read and, with --fail, when anything but duplicates is reported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="check these instead of what is stored")
        parser.add_argument("--kind", choices=KINDS, help="check only this collection; files: all belong to it")
        parser.add_argument("--examples", type=int, default=3, metavar="N", help="ids per violation (default: 3)")
        parser.add_argument(
            "--no-duplicates", action="store_true", help="don't count duplicates, which takes 100 bytes a document"
        )
        parser.add_argument(
            "--at",
            type=moment,
            metavar="MOMENT",
            help="files: answer as of then (default: the newest stamp)",
        )
        parser.add_argument("--no-answers", action="store_true", help="files: don't ask the endpoints")
        parser.add_argument("--schema", choices=[*schemas()], help="print the JSON Schema of such documents")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--fail", action="store_true", help="exit with 1 when there are violations")

    @as_command_errors(StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(json.dumps(schemas()[options["schema"]], indent=2, ensure_ascii=False))
            return
        if options["files"]:
            self._check_files(options)
            return
        reports: dict[str, dict[str, Any]] = {}
        for kind in KINDS if options["kind"] is None else (options["kind"],):
            examples, duplicates = max(0, options["examples"]), not options["no_duplicates"]
            check = ViolationReport(kind, configured_contract(), examples, duplicates=duplicates)
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

    def _check_files(self, options: dict[str, Any]) -> None:
        examples = max(0, options["examples"])
        files = JudgedFiles.read(options["files"], configured_contract(), kind=options["kind"], examples=examples)
        report = files.report.as_dict() | {"failures": files.failures}
        if files.failures and not report["documents"] and not report["unreadable"]:
            raise CommandError("\n".join(files.failures))
        if not options["no_answers"]:
            documents = files.documents()
            at = options["at"] or min(newest_stamp(documents) or utc_now(), utc_now())
            logging.disable(logging.WARNING)  # what requests would log is in the report
            stored = {COLLECTION_OF[kind]: raw for kind, raw in files.raw.items()}
            answers = answers_of({**stored, RUNS: files.runs}, documents, at)
            logging.disable(logging.NOTSET)
            report |= {"as_of": isoformat(at), "answers": [each.as_dict() for each in answers]}
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
        else:
            for line in lines_of(report):
                self.stdout.write(line)
        if files.failures:
            raise CommandError("\n".join(files.failures))
        if not report["documents"] and report["unreadable"]:
            raise CommandError("none of the documents can be read")
        found = sum(each["documents"] for each in (*report["unreadable"], *report["odd"]))
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
        for dialect, number in report["dialects"].items():
            self.stdout.write(f"  dialect: {dialect}, in {number:,}")
        repeated = {kind: number for kind, number in (report["duplicates"] or {}).items() if number}
        if repeated:
            counted = ", ".join(f"{number:,} {kind}" for kind, number in repeated.items())
            self.stdout.write(f"  duplicates: {counted}")
