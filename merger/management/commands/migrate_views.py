"""``manage.py migrate_views``: migrates batch_views and speed_views, forward and back.

Requirement O3.
"""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from merger import wiring
from merger.errors import StoreError
from merger.management.errors import as_command_errors
from merger.management.progress import Progress
from merger.migrations_mongo.log import LockHeld, LockLost
from merger.migrations_mongo.plan import MigrationState, MigrationStatus, MigrationStep, NoSuchMigration
from merger.migrations_mongo.runner import unfinished_migrations

WAIT_SECONDS = 60.0
"""Default time to wait for another host."""


class Command(BaseCommand):
    help = (
        "Migrates batch_views and speed_views: applies pending migrations in order and records them in the collection "
        "view_migrations. One host at a time runs migrations; the others wait and then find nothing left to do. A run "
        "that was stopped continues where it stopped when you run the command again. NAME may be the start of a name, "
        "such as 0002: that migration becomes the last one applied, and later ones are rolled back; zero rolls all "
        "back. Optional migrations are applied only when named. CONTRACT_VALIDATION sets what MongoDB does with "
        "documents that can't be read. Exits with 1 when something could not be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", nargs="?", help="the last migration to apply, or zero")
        parser.add_argument(
            "--with",
            metavar="NAME",
            action="append",
            default=[],
            dest="also",
            help="apply this optional one too",
        )
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--list", action="store_true", help="show the state of each migration; change nothing")
        action.add_argument("--plan", action="store_true", help="show what would be done; change nothing")
        action.add_argument("--check", action="store_true", help="exit with 1 if anything is pending: for CI")
        action.add_argument("--fake", action="store_true", help="only record the migrations, run nothing")
        parser.add_argument(
            "--without-rewrites",
            action="store_true",
            help="leave out migrations that change documents, which may take long, unless there are no documents yet: "
            "a service does this when it starts",
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=WAIT_SECONDS,
            metavar="SECONDS",
            help="time to wait for another host that is running migrations (default: %(default)g)",
        )

    @as_command_errors(LockHeld, LockLost, NoSuchMigration, StoreError)
    def handle(self, *args: Any, **options: Any) -> None:
        migrator = wiring.migrator()
        wanted = (options["name"], options["also"])
        rewrites = not options["without_rewrites"]
        if options["list"] or options["check"]:
            self._show(migrator.statuses(), fail=options["check"])
        elif options["plan"]:
            self._plan(migrator.plan(*wanted, rewrites=rewrites))
        else:
            reporter = _Reporter(self.stdout, self.stderr, fake=options["fake"])
            steps = migrator.run(reporter, *wanted, rewrites=rewrites, fake=options["fake"], wait=options["wait"])
            self._summarize(steps, migrator.statuses())

    def _show(self, statuses: Sequence[MigrationStatus], *, fail: bool) -> None:
        names = max(len(each.name) for each in statuses)
        states = max(len(each.state) for each in statuses)
        for each in statuses:
            self.stdout.write(f"{each.name:{names}}  {each.state:{states}}  {'; '.join(_describe_status(each))}")
        pending = unfinished_migrations(statuses)
        if fail and pending:
            raise CommandError(f"not up to date: {', '.join(each.name for each in pending)}")

    def _plan(self, steps: Sequence[MigrationStep]) -> None:
        for step in steps:
            self.stdout.write(f"would {'roll back' if step.backward else 'apply'} {_describe_step(step)}")
        if not steps:
            self.stdout.write("Nothing to do")

    def _summarize(self, steps: Sequence[MigrationStep], statuses: Sequence[MigrationStatus]) -> None:
        left = [each for each in unfinished_migrations(statuses) if each.state is not MigrationState.UNKNOWN]
        done = [f"{len(steps)} step{'s' * (len(steps) != 1)} done"] if steps else []
        pending = ", ".join(each.name for each in left)
        state = f"pending: {pending} (run manage.py migrate_views)" if left else "up to date"
        self.stdout.write(f"{len(statuses)} migrations: {'; '.join([*done, state])}")
        for each in statuses:
            if each.state is MigrationState.UNKNOWN:
                self.stderr.write(f"{each.name} was applied by another version; this version can't roll it back")


class _Reporter:
    """Prints what happens during a run."""

    def __init__(self, out: OutputWrapper, err: OutputWrapper, *, fake: bool) -> None:
        self._out, self._err, self._fake = out, err, fake

    def waiting(self, host: str) -> None:
        self.say(f"{host} is running migrations; waiting for it")

    @contextmanager
    def running(self, step: MigrationStep) -> Iterator[_DocumentProgress]:
        progress = _DocumentProgress(self._err, f"{step.migration.name}: documents")
        began = time.monotonic()
        yield progress
        progress.end()
        done = "recorded" if self._fake else "rolled back" if step.backward else "applied"
        self._out.write(f"{done}  {_describe_step(step)} in {time.monotonic() - began:.1f} s")

    def say(self, sentence: str) -> None:
        self._err.write(sentence, style_func=str)


class _DocumentProgress:
    """Shows how many documents are done, as soon as there are any."""

    def __init__(self, err: OutputWrapper, label: str) -> None:
        self._progress = Progress(err, label, share=self._share)
        self._total = 0

    def add_total(self, documents: int) -> None:
        self._total += documents

    def add_done(self, documents: int) -> None:
        self._progress.step(documents)

    def end(self) -> None:
        if self._progress.done:
            self._progress.end()

    def _share(self) -> float | None:
        return min(self._progress.done / self._total, 1.0) if self._total else None


def _describe_step(step: MigrationStep) -> str:
    return f"{step.migration.name} ({step.migration.about})"


def _describe_status(status: MigrationStatus) -> Iterator[str]:
    """Yields what a line of the list shows after name and state."""
    if status.migration is not None:
        yield status.migration.about
    record = status.record
    if record is None:
        return
    if record.began_at is not None:
        yield f"{'faked' if record.faked else 'started'} {record.began_at:%Y-%m-%dT%H:%M:%SZ} on {record.host}"
    if record.seconds is not None and not record.faked:
        yield f"{record.documents:,} documents in {record.seconds:.1f} s"
    if status.code_changed:
        yield "its code has changed since"
