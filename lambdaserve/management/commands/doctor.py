"""``manage.py doctor``: finds what is wrong with this deployment and advises what to do.

Requirement O3.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lambdaserve.ops.doctor.diagnosis import diagnose
from lambdaserve.ops.doctor.examination import examine
from lambdaserve.ops.doctor.findings import Finding, Level, worse_than
from merger.stores.mongo.client import time_limit

TIMEOUT_SECONDS = 60.0
"""Time that MongoDB may take in total."""


class Command(BaseCommand):
    help = (
        "Checks settings, the SQL database, MongoDB and Redis, clocks and disks, indexes, migrations and validators, "
        "both layers and the gaps in them, the newest documents and the last comparison of the layers; says what is "
        "wrong and what to do about it. Changes nothing. Exits with 1 if there is a problem, that is, if answers lack "
        "data or can't be given; with --strict also after a warning, that is, if answers are right but late, slow or "
        "less complete than they should be."
    )
    # It must run in deployments whose settings are wrong.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--strict", action="store_true", help="exit with 1 after a warning too")

    def handle(self, *args: Any, **options: Any) -> None:
        with time_limit(TIMEOUT_SECONDS):
            findings = diagnose(examine())
        if options["json"]:
            self.stdout.write(json.dumps([asdict(each) for each in findings], indent=2))
        else:
            self._print(findings)
        if worse_than(Level.OK if options["strict"] else Level.WARNING, findings):
            raise CommandError(_summarize(findings))
        if not options["json"]:
            self.stdout.write(_summarize(findings))

    def _print(self, findings: list[Finding]) -> None:
        styles = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.PROBLEM: self.style.ERROR}
        names = max(len(each.about) for each in findings)
        levels = max(len(level) for level in Level)
        for each in findings:
            self.stdout.write(f"{styles[each.level](f'{each.level:{levels}}')}  {each.about:{names}}  {each.what}")
            if each.advice:
                self.stdout.write(f"{'':{levels + names + 4}}→ {each.advice}")


def _summarize(findings: list[Finding]) -> str:
    counts = Counter(each.level for each in findings)
    parts = [f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in (Level.PROBLEM, Level.WARNING)]
    return f"{len(findings)} findings: {', '.join(parts)}"
