"""``manage.py migrate_views``: brings the two collections to what this version makes of them, and back (O3)."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from merger import wiring
from merger.errors import StoreError
from merger.management.progress import Progress
from merger.migrations_mongo.log import LockHeld, LockLost
from merger.migrations_mongo.plan import MigrationState, MigrationStatus, MigrationStep, NoSuchMigration
from merger.migrations_mongo.runner import unfinished

WAIT = 60.0
"""Seconds that another host may take."""


class Command(BaseCommand):
    help = (
        "Migrates batch_views and speed_views: applies what is pending, in order, and records it in the collection "
        "view_migrations. One host at a time runs migrations; others wait, and then find nothing left to do. A run "
        "that was stopped goes on where it was, by running it again. NAME may be the beginning of a name, such as "
        "0002: that migration becomes the last one that is applied, later ones are taken back; zero takes all back. "
        "Migrations marked optional are applied only when named. What MongoDB does with documents that can't be read "
        "is set by CONTRACT_VALIDATION. Exits with 1 when something could not be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", nargs="?", help="the last migration to be applied, or zero")
        parser.add_argument(
            "--with", metavar="NAME", action="append", default=[], dest="also", help="apply an optional one as well"
        )
        shown = parser.add_mutually_exclusive_group()
        shown.add_argument("--list", action="store_true", help="show how each one stands; change nothing")
        shown.add_argument("--plan", action="store_true", help="show what would be done; change nothing")
        shown.add_argument("--check", action="store_true", help="exit with 1 where something is pending: for CI")
        shown.add_argument("--fake", action="store_true", help="only record it, run nothing")
        parser.add_argument(
            "--without-rewrites",
            action="store_true",
            help="leave out those that change documents, which may take long, unless there are none yet: "
            "what a service does at its start",
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=WAIT,
            metavar="SECONDS",
            help="for another host that is running migrations (default: %(default)g)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        migrator = wiring.migrator()
        wanted = (options["name"], options["also"])
        rewrites = not options["without_rewrites"]
        try:
            if options["list"] or options["check"]:
                self._show(migrator.statuses(), fail=options["check"])
            elif options["plan"]:
                self._plan(migrator.plan(*wanted, rewrites=rewrites))
            else:
                teller = _Teller(self.stdout, self.stderr, fake=options["fake"])
                steps = migrator.run(teller, *wanted, rewrites=rewrites, fake=options["fake"], wait=options["wait"])
                self._sum_up(steps, migrator.statuses())
        except (LockHeld, LockLost, NoSuchMigration, StoreError) as error:
            raise CommandError(str(error)) from error

    def _show(self, found: Sequence[MigrationStatus], *, fail: bool) -> None:
        names = max(len(each.name) for each in found)
        states = max(len(each.state) for each in found)
        for each in found:
            self.stdout.write(f"{each.name:{names}}  {each.state:{states}}  {'; '.join(_told(each))}")
        pending = unfinished(found)
        if fail and pending:
            raise CommandError(f"not as this version makes them: {', '.join(each.name for each in pending)}")

    def _plan(self, steps: Sequence[MigrationStep]) -> None:
        for step in steps:
            self.stdout.write(f"would {'take back' if step.backward else 'apply'} {_described(step)}")
        if not steps:
            self.stdout.write("Nothing to do")

    def _sum_up(self, steps: Sequence[MigrationStep], found: Sequence[MigrationStatus]) -> None:
        left = [each for each in unfinished(found) if each.state is not MigrationState.UNKNOWN]
        applied = sum(1 for each in found if each.state is MigrationState.APPLIED)
        said = f"{len(found)} migrations: {applied} applied, {len(steps)} steps now"
        pending = ", ".join(each.name for each in left)
        self.stdout.write(said + (f"; pending: {pending} (manage.py migrate_views applies them)" if left else ""))
        for each in found:
            if each.state is MigrationState.UNKNOWN:
                self.stderr.write(f"{each.name} was applied by another version, which this one can't take back")


class _Teller:
    """Tells the operator."""

    def __init__(self, out: OutputWrapper, err: OutputWrapper, *, fake: bool) -> None:
        self._out, self._err, self._fake = out, err, fake

    def waiting(self, host: str) -> None:
        self.say(f"{host} is running migrations: waiting")

    @contextmanager
    def running(self, step: MigrationStep) -> Iterator[_Counted]:
        counted = _Counted(self._err, f"{step.migration.name}: documents")
        began = time.monotonic()
        yield counted
        counted.end()
        done = "recorded" if self._fake else "taken back" if step.backward else "applied"
        self._out.write(f"{done}  {_described(step)} in {time.monotonic() - began:.1f} s")

    def say(self, sentence: str) -> None:
        self._err.write(sentence, style_func=str)


class _Counted:
    """Shows how many documents are done, once there are any."""

    def __init__(self, err: OutputWrapper, label: str) -> None:
        self._progress = Progress(err, label, share=self._share)
        self._total = 0

    def total(self, documents: int) -> None:
        self._total += documents

    def done(self, documents: int) -> None:
        self._progress.step(documents)

    def end(self) -> None:
        if self._progress.done:
            self._progress.end()

    def _share(self) -> float | None:
        return min(self._progress.done / self._total, 1.0) if self._total else None


def _described(step: MigrationStep) -> str:
    return f"{step.migration.name} ({step.migration.about})"


def _told(standing: MigrationStatus) -> Iterator[str]:
    """What a line of the list says beside name and state."""
    if standing.migration is not None:
        yield standing.migration.about
    record = standing.record
    if record is None:
        return
    if record.began_at is not None:
        yield f"{'faked' if record.faked else 'begun'} {record.began_at:%Y-%m-%dT%H:%M:%SZ} on {record.host}"
    if record.seconds is not None and not record.faked:
        yield f"{record.documents:,} documents in {record.seconds:.1f} s"
    if standing.code_changed:
        yield "its code has changed since"
