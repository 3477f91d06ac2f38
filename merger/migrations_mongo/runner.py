"""Runs migrations of the two collections, on one host at a time, and records when each step starts and ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from pymongo.database import Database

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.migrations_mongo import MIGRATIONS, m0001_validators
from merger.migrations_mongo.log import MigrationLog
from merger.migrations_mongo.migration import Migration, Work
from merger.migrations_mongo.plan import MigrationState, MigrationStatus, MigrationStep, migration_statuses, plan_steps
from merger.stores.mongo.errors import mapping_errors


class MigrationObserver(Protocol):
    """Receives what happens during a run."""

    def waiting(self, host: str) -> None:
        """Another host is running migrations; this one waits for it."""

    def running(self, step: MigrationStep) -> AbstractContextManager[ProgressCounter]:
        """Encloses each step; the context exits with the exception if the step fails."""

    def say(self, sentence: str) -> None:
        """Passes a sentence to the operator."""


class ProgressCounter(Protocol):
    """Counts the documents of one step."""

    def add_total(self, documents: int) -> None:
        """Adds documents that are to be done."""

    def add_done(self, documents: int) -> None:
        """Adds documents that are done."""


@dataclass(frozen=True, slots=True)
class Migrator:
    """The migrations of one database.

    Args:
        database: holds both collections.
        aliases: the contract's.
        validation: what validators do: ``warn``, ``error`` or ``off``.
        log: records and lock.
        migrations: all of them, in order.
    """

    database: Database[dict[str, Any]]
    aliases: Aliases
    validation: str
    log: MigrationLog
    migrations: Sequence[Migration] = MIGRATIONS

    def statuses(self) -> list[MigrationStatus]:
        """Returns the status of every migration, in order.

        Raises:
            StoreError: from the store.
        """
        records = self.log.records()
        work = Work(self.database, self.aliases, self.validation)
        applied = {name for name, record in records.items() if record.ended}
        lapsed = [m.name for m in self.migrations if m.holds and m.name in applied and not m.holds(work)]
        return migration_statuses(self.migrations, records, lapsed)

    def foreign_validators(self) -> list[str]:
        """Returns the collections whose validator is not ours.

        Raises:
            StoreError: from the store.
        """
        return m0001_validators.foreign_validators(self.database)

    def plan(
        self, target: str | None = None, also: Iterable[str] = (), *, rewrites: bool = True
    ) -> list[MigrationStep]:
        """Returns the steps that ``run`` would take.

        Args:
            target, also: as for ``plan_steps``.
            rewrites: whether to include migrations that change documents even if there are documents.

        Raises:
            NoSuchMigration: a name matches none or several.
            StoreError: from the store.
        """
        return plan_steps(self.statuses(), target, also, rewrites=rewrites or self._is_empty())

    def run(
        self,
        observer: MigrationObserver,
        target: str | None = None,
        also: Iterable[str] = (),
        *,
        rewrites: bool = True,
        fake: bool = False,
        wait: float = 0.0,
    ) -> list[MigrationStep]:
        """Runs the planned steps; takes no lock if there are none.

        Args:
            observer: receives what happens.
            target, also, rewrites: as for ``plan``.
            fake: record the steps without running them.
            wait: seconds to wait for another host that is running migrations.

        Returns:
            The steps that ran.

        Raises:
            NoSuchMigration: a name matches none or several; nothing was done.
            LockHeld: another host is still running migrations.
            LockLost, StoreError: a step failed; another run continues from there.
        """
        also = [*also]
        if not self.plan(target, also, rewrites=rewrites):
            return []
        with self.log.hold_lock(wait, observer.waiting) as check_lock:
            # Planned again under the lock: the host that was waited for may have done everything.
            steps = self.plan(target, also, rewrites=rewrites)
            for step in steps:
                check_lock()
                with observer.running(step) as counter:
                    self._run_step(step, check_lock, counter, observer.say, fake=fake)
        return steps

    def _is_empty(self) -> bool:
        with mapping_errors():
            return not any(self.database[name].find_one(projection=["_id"]) for name in (BATCH, SPEED))

    def _run_step(
        self,
        step: MigrationStep,
        check_lock: Callable[[], None],
        counter: ProgressCounter,
        say: Callable[[str], None],
        *,
        fake: bool,
    ) -> None:
        migration = step.migration
        done = 0

        def add_done(documents: int) -> None:
            nonlocal done
            done += documents
            counter.add_done(documents)

        work = Work(self.database, self.aliases, self.validation, check_lock, counter.add_total, add_done, say)
        began = time.monotonic()
        if not fake:
            self.log.begin(migration, backward=step.backward)
            (migration.backward if step.backward else migration.forward)(work)
            check_lock()
        if step.backward:
            self.log.forget(migration)
        else:
            self.log.end(migration, time.monotonic() - began, done, faked=fake)


def unfinished_migrations(statuses: Iterable[MigrationStatus]) -> list[MigrationStatus]:
    """Returns the migrations because of which the collections differ from what this version expects."""
    return [each for each in statuses if each.state not in (MigrationState.APPLIED, MigrationState.OPTIONAL)]
