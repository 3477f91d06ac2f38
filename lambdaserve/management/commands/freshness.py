"""``manage.py freshness``: shows what both layers hold now.

Requirements M8 and O3.
"""

from __future__ import annotations

import json
import shutil
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lambdaserve.ops.reports.freshness import current_report, is_fine
from lambdaserve.ops.reports.freshness_text import ASCII, BLOCKS, Marks, as_sentences, draw_hours
from merger.errors import StoreError


class Command(BaseCommand):
    help = (
        "Shows what both layers hold: a row of hours for each type of batch view and of speed data, with the cutoff; "
        "below it, how late each type is and which hours neither layer holds. Exits with 1 if MongoDB can't be reached "
        "and, with --fail, if anything is missing or late, for a check after the nightly job."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--fail", action="store_true", help="exit with 1 if anything is missing or late")
        parser.add_argument("--width", type=int, metavar="N", help="columns (default: the terminal's)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = current_report()
        except StoreError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, indent=2))
        else:
            width = options["width"] or shutil.get_terminal_size((100, 24)).columns
            for line in (*draw_hours(report, width, self._choose_marks()), "", *as_sentences(report)):
                self.stdout.write(line)
        if options["fail"] and not is_fine(report):
            raise CommandError("the layers are not whole; see above")

    def _choose_marks(self) -> Marks:
        """Blocks if the output can show them, otherwise ASCII."""
        encoding = getattr(self.stdout, "encoding", None) or "utf-8"
        try:
            f"{BLOCKS.held}{BLOCKS.partly}{BLOCKS.lacking}{BLOCKS.moment}".encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return ASCII
        return BLOCKS
