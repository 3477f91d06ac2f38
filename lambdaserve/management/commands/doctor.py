"""``manage.py doctor``: what is wrong with this deployment, and what to do about it (O3)."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lambdaserve.ops.doctor.diagnosis import diagnose
from lambdaserve.ops.doctor.examination import examine
from lambdaserve.ops.doctor.findings import Finding, Level, worse_than
from merger.stores.mongo.client import time_limit

EXAMINED_WITHIN = 60.0
"""Seconds that MongoDB may take, in all."""


class Command(BaseCommand):
    help = (
        "Looks at settings, the SQL database, MongoDB and Redis, clocks and disks, indexes, migrations and validators, "
        "both layers and what neither holds, the newest documents and the last comparison of the layers; says what is "
        "wrong and what to do about it. Changes nothing. Exits with 1 when there is a problem: something is missing "
        "from answers, or none can be given; with --strict after a warning, too: answers are right, but later, slower "
        "or less than they should be."
    )
    # A deployment whose settings are wrong is just what it is for.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")
        parser.add_argument("--strict", action="store_true", help="exit with 1 after a warning, too")

    def handle(self, *args: Any, **options: Any) -> None:
        with time_limit(EXAMINED_WITHIN):
            found = diagnose(examine())
        if options["json"]:
            self.stdout.write(json.dumps([each.as_dict() for each in found], indent=2))
        else:
            self._tell(found)
        if worse_than(Level.OK if options["strict"] else Level.WARNING, found):
            raise CommandError(_summary(found))
        if not options["json"]:
            self.stdout.write(_summary(found))

    def _tell(self, found: list[Finding]) -> None:
        styles = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.PROBLEM: self.style.ERROR}
        names = max(len(each.about) for each in found)
        levels = max(len(level) for level in Level)
        for each in found:
            self.stdout.write(f"{styles[each.level](f'{each.level:{levels}}')}  {each.about:{names}}  {each.what}")
            if each.advice:
                self.stdout.write(f"{'':{levels + names + 4}}→ {each.advice}")


def _summary(found: list[Finding]) -> str:
    counts = {level: sum(1 for each in found if each.level is level) for level in Level}
    told = [
        f"{number} {level}{'' if number == 1 else 's'}" for level, number in counts.items() if level is not Level.OK
    ]
    return f"{len(found)} findings: {', '.join(reversed(told))}"
