"""Runs migrations of the two collections (O3): one host at a time, each step recorded as it begins and as it ends."""

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
from merger.migrations_mongo.plan import MigrationState, MigrationStatus, MigrationStep, plan_steps, statuses
from merger.stores.mongo.errors import mapping_errors


class MigrationObserver(Protocol):
    """Who is told what happens."""

    def waiting(self, host: str) -> None:
        """Another host runs migrations; it is waited for."""

    def running(self, step: MigrationStep) -> AbstractContextManager[ProgressCounter]:
        """Around each step; left by the exception where it fails."""

    def say(self, sentence: str) -> None:
        """Something that the operator should know."""


class ProgressCounter(Protocol):
    """How far a step has come."""

    def total(self, documents: int) -> None:
        """So many are to be done, in one collection."""

    def done(self, documents: int) -> None:
        """So many more are."""


@dataclass(frozen=True, slots=True)
class Migrator:
    """The migrations of one database.

    Args:
        database: with both collections.
        aliases: of the contract.
        validation: ``warn``, ``error`` or ``off``: what validators do.
        log: records and lock.
        migrations: all of them, in order.
    """

    database: Database[dict[str, Any]]
    aliases: Aliases
    validation: str
    log: MigrationLog
    migrations: Sequence[Migration] = MIGRATIONS

    def statuses(self) -> list[MigrationStatus]:
        """How each one stands, in order.

        Raises:
            StoreError: from the store.
        """
        records = self.log.records()
        work = self._work(lambda: None, lambda _: None, lambda _: None, lambda _: None)
        applied = {name for name, record in records.items() if record.ended}
        repeatable = [each for each in self.migrations if each.holds and each.name in applied]
        return statuses(
            self.migrations, records, [each.name for each in repeatable if each.holds and not each.holds(work)]
        )

    def foreign_validators(self) -> list[str]:
        """Collections whose validator somebody else made.

        Raises:
            StoreError: from the store.
        """
        return m0001_validators.foreign(self.database)

    def plan(
        self, target: str | None = None, also: Iterable[str] = (), *, rewrites: bool = True
    ) -> list[MigrationStep]:
        """What ``run`` would do.

        Args:
            target, also: as of ``merger.migrations_mongo.plan.planned``.
            rewrites: whether those that change documents are wanted even where there are documents.

        Raises:
            NoSuchMigration: for a name.
            StoreError: from the store.
        """
        return plan_steps(self.statuses(), target, also, rewrites=rewrites or self._is_empty())

    def run(
        self,
        watcher: MigrationObserver,
        target: str | None = None,
        also: Iterable[str] = (),
        *,
        rewrites: bool = True,
        fake: bool = False,
        wait: float = 0.0,
    ) -> list[MigrationStep]:
        """Does what is to be done; where there is nothing, no lock is asked for.

        Args:
            watcher: told what happens.
            target, also, rewrites: as of ``plan``.
            fake: only record it.
            wait: seconds for another host that is running migrations.

        Returns:
            The steps that were run.

        Raises:
            NoSuchMigration: for a name; nothing was done.
            LockHeld: another host is at it.
            LockLost, StoreError: on the way; running it again goes on.
        """
        also = [*also]
        if not self.plan(target, also, rewrites=rewrites):
            return []
        with self.log.locked(wait, watcher.waiting) as go_on:
            # Looked at again: the host that was waited for may have done it all.
            steps = self.plan(target, also, rewrites=rewrites)
            for step in steps:
                go_on()
                with watcher.running(step) as counter:
                    self._run(step, go_on, counter, watcher.say, fake=fake)
        return steps

    def _is_empty(self) -> bool:
        with mapping_errors():
            return not any(self.database[name].find_one(projection=["_id"]) for name in (BATCH, SPEED))

    def _run(
        self,
        step: MigrationStep,
        go_on: Callable[[], None],
        counter: ProgressCounter,
        say: Callable[[str], None],
        *,
        fake: bool,
    ) -> None:
        migration = step.migration
        seen = 0

        def done(documents: int) -> None:
            nonlocal seen
            seen += documents
            counter.done(documents)

        work = self._work(go_on, counter.total, done, say)
        began = time.monotonic()
        if not fake:
            self.log.begin(migration, backward=step.backward)
            (migration.backward if step.backward else migration.forward)(work)
            go_on()
        if step.backward:
            self.log.forget(migration)
        else:
            self.log.end(migration, time.monotonic() - began, seen, faked=fake)

    def _work(
        self,
        go_on: Callable[[], None],
        total: Callable[[int], None],
        done: Callable[[int], None],
        say: Callable[[str], None],
    ) -> Work:
        return Work(self.database, self.aliases, self.validation, go_on, total, done, say)


def unfinished(found: Iterable[MigrationStatus]) -> list[MigrationStatus]:
    """Those that keep the collections from being what this version makes of them."""
    return [
        each
        for each in found
        if each.state in (MigrationState.PENDING, MigrationState.HALF, MigrationState.OUTDATED, MigrationState.UNKNOWN)
    ]
