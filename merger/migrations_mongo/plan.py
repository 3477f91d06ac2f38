"""Plans which migrations to run, in which order and direction, from what is recorded. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from merger.errors import MergerError
from merger.migrations_mongo.migration import Migration

ZERO: Final = "zero"
"""Target before the first migration, as in Django."""


class NoSuchMigration(MergerError):
    """A name matches no migration, or more than one."""


class MigrationState(StrEnum):
    """State of a migration."""

    APPLIED = "applied"
    PENDING = "pending"
    HALF_DONE = "half done"
    """It was started, in either direction, and did not finish: running it again finishes it."""
    OUTDATED = "outdated"
    """It was applied, but its effect is no longer in place: it runs again."""
    OPTIONAL = "optional"
    """It is pending and runs only when it is named."""
    UNKNOWN = "unknown"
    """It was applied by another version, and this version doesn't know it."""


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a migration.

    Attributes:
        name: the migration's.
        ended: whether its last run finished.
        backward: whether its last run was to roll it back.
        checksum: the checksum of the code that ran.
        began_at: start of the last run; aware UTC.
        seconds: how long it took.
        documents: how many it read.
        host: where it ran.
        faked: it was recorded without running.
    """

    name: str
    ended: bool
    backward: bool = False
    checksum: str = ""
    began_at: datetime | None = None
    seconds: float | None = None
    documents: int = 0
    host: str = ""
    faked: bool = False


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """A migration and its record; one of them may be missing.

    Attributes:
        name: the migration's.
        state: what is left to do for it, if anything.
        migration: ``None``: this version doesn't know it.
        record: ``None``: it never ran.
    """

    name: str
    state: MigrationState
    migration: Migration | None
    record: Record | None

    @property
    def code_changed(self) -> bool:
        """Whether the migration that was applied did something else than the present one."""
        if self.migration is None or self.record is None or not self.record.ended:
            return False
        return not self.migration.is_recorded_as(self.record.checksum)


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """A migration to run, and in which direction."""

    migration: Migration
    backward: bool = False


def migration_statuses(
    migrations: Sequence[Migration], records: Mapping[str, Record], lapsed: Collection[str] = ()
) -> list[MigrationStatus]:
    """Returns the status of every known migration, in order.

    Args:
        migrations: those of this version.
        records: the record of each migration that ran, by name.
        lapsed: names of migrations whose effect is no longer in place.
    """
    known = {migration.name: migration for migration in migrations}
    found = [(name, known.get(name), records.get(name)) for name in sorted({*known, *records})]
    return [MigrationStatus(name, _state_of(m, record, name in lapsed), m, record) for name, m, record in found]


def plan_steps(
    statuses: Sequence[MigrationStatus],
    target: str | None = None,
    also: Iterable[str] = (),
    *,
    rewrites: bool = True,
) -> list[MigrationStep]:
    """Plans what to run: roll-backs first, the latest first, then what is to be applied.

    Args:
        statuses: as ``migration_statuses`` returns them.
        target: the last migration to be applied, later ones are rolled back; ``zero``: all are rolled back; ``None``:
            all pending ones are applied.
        also: names of optional migrations to apply as well.
        rewrites: whether to include migrations that change documents.

    Raises:
        NoSuchMigration: a name matches none or several.
    """
    known = [each for each in statuses if each.migration is not None]
    chosen = {find_migration(name, known).name for name in also}
    last = "" if target == ZERO else find_migration(target, known).name if target else None
    if last:
        chosen.add(last)
    steps = [step for each in known if (step := _step_for(each, last, chosen)) is not None]
    steps = [step for step in steps if rewrites or not step.migration.rewrites]
    return [*reversed([step for step in steps if step.backward]), *(step for step in steps if not step.backward)]


def find_migration(name: str, statuses: Sequence[MigrationStatus]) -> MigrationStatus:
    """Finds the migration with this name, or the only one whose name starts with it.

    Raises:
        NoSuchMigration: the name matches none or several.
    """
    exact = [each for each in statuses if each.name == name]
    matches = exact or [each for each in statuses if each.name.startswith(name)]
    if len(matches) != 1:
        known = ", ".join(each.name for each in statuses)
        raise NoSuchMigration(f"{name!r} matches {len(matches)} migrations; known names are {known}, and {ZERO}")
    return matches[0]


def _state_of(migration: Migration | None, record: Record | None, lapsed: bool) -> MigrationState:
    if migration is None:
        return MigrationState.UNKNOWN
    if record is None:
        return MigrationState.OPTIONAL if migration.opt_in else MigrationState.PENDING
    if not record.ended:
        return MigrationState.HALF_DONE
    return MigrationState.OUTDATED if lapsed else MigrationState.APPLIED


def _step_for(status: MigrationStatus, last: str | None, chosen: Collection[str]) -> MigrationStep | None:
    migration, record = status.migration, status.record
    if migration is None:
        return None
    if last is not None and status.name > last:
        return None if record is None else MigrationStep(migration, backward=True)
    if status.name in chosen:
        return None if status.state is MigrationState.APPLIED else MigrationStep(migration)
    if status.state in (MigrationState.APPLIED, MigrationState.OPTIONAL):
        return None
    # An optional migration that is not named is not wanted, so a roll-back of it that was stopped continues.
    is_half_rolled_back = record is not None and record.backward and not record.ended
    return MigrationStep(migration, backward=migration.opt_in and is_half_rolled_back)
