"""Which migrations are to be run, in which order and direction: what is recorded comes in, steps come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from merger.errors import MergerError
from merger.migrations_mongo.migration import Migration

ZERO: Final = "zero"
"""Before the first one, as Django says it."""


class NoSuchMigration(MergerError):
    """A name that is none, or that several share."""


class MigrationState(StrEnum):
    """How a migration stands."""

    APPLIED = "applied"
    PENDING = "pending"
    HALF = "half done"
    """It was begun, in either direction, and not ended: running it again ends it."""
    OUTDATED = "outdated"
    """It was applied, but what it made is not so any more: it is run again."""
    OPTIONAL = "optional"
    """It is pending, and runs only when it is named."""
    UNKNOWN = "unknown"
    """It was applied by a version that this one doesn't know."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a migration.

    Attributes:
        name: of it.
        ended: whether it was.
        backward: the last time that it was begun, it was to be taken back.
        checksum: of the code that ran.
        began_at: aware UTC.
        seconds: that it took.
        documents: that it looked at.
        host: where it ran.
        faked: it was only recorded.
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
        name: of it.
        state: of it.
        migration: ``None``: this version doesn't know it.
        record: ``None``: it was never begun.
    """

    name: str
    state: MigrationState
    migration: Migration | None
    record: Record | None

    @property
    def code_changed(self) -> bool:
        """Whether what was run is not what would be run now."""
        return (
            self.migration is not None
            and self.record is not None
            and self.record.ended
            and not self.migration.is_recorded_as(self.record.checksum)
        )


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """Something to run."""

    migration: Migration
    backward: bool = False


def statuses(
    migrations: Sequence[Migration], records: Mapping[str, Record], no_longer_so: Collection[str] = ()
) -> list[MigrationStatus]:
    """All that is known, in order.

    Args:
        migrations: of this version.
        records: by name.
        no_longer_so: names of those that were found not to hold.
    """
    known = {migration.name: migration for migration in migrations}
    return [
        MigrationStatus(
            name, _state(known.get(name), records.get(name), name in no_longer_so), known.get(name), records.get(name)
        )
        for name in sorted({*known, *records})
    ]


def plan_steps(
    found: Sequence[MigrationStatus], target: str | None = None, also: Iterable[str] = (), *, rewrites: bool = True
) -> list[MigrationStep]:
    """What to run.

    Args:
        found: as ``statuses``.
        target: the last one to be applied, later ones are taken back; ``zero``: all are; ``None``: all that are pending
            are applied.
        also: optional ones to be applied as well.
        rewrites: whether those that change documents are wanted.

    Raises:
        NoSuchMigration: for a name.
    """
    known = [each for each in found if each.migration is not None]
    chosen = {named(name, known).name for name in also}
    last = "" if target == ZERO else named(target, known).name if target else None
    if last:
        chosen.add(last)
    steps = [step for each in known if (step := _step(each, last, chosen)) is not None]
    steps = [step for step in steps if rewrites or not step.migration.rewrites]
    return [*reversed([step for step in steps if step.backward]), *(step for step in steps if not step.backward)]


def named(name: str, found: Sequence[MigrationStatus]) -> MigrationStatus:
    """The migration whose name begins so.

    Raises:
        NoSuchMigration: there is none, or more than one.
    """
    matches = [each for each in found if each.name == name] or [each for each in found if each.name.startswith(name)]
    if len(matches) != 1:
        known = ", ".join(each.name for each in found)
        raise NoSuchMigration(f"{name!r} is the name of {len(matches)} migrations; there are {known}, and {ZERO}")
    return matches[0]


def _state(migration: Migration | None, record: Record | None, no_longer_so: bool) -> MigrationState:
    if migration is None:
        return MigrationState.UNKNOWN
    if record is None:
        return MigrationState.OPTIONAL if migration.opt_in else MigrationState.PENDING
    if not record.ended:
        return MigrationState.HALF
    return MigrationState.OUTDATED if no_longer_so else MigrationState.APPLIED


def _step(status: MigrationStatus, last: str | None, chosen: Collection[str]) -> MigrationStep | None:
    migration, record = status.migration, status.record
    if migration is None:
        return None
    if last is not None and status.name > last:
        return None if record is None else MigrationStep(migration, backward=True)
    if status.name in chosen:
        return None if status.state is MigrationState.APPLIED else MigrationStep(migration)
    if status.state not in (MigrationState.PENDING, MigrationState.HALF, MigrationState.OUTDATED):
        return None
    # Only an optional one that is not named goes on backward: all others are wanted.
    half_taken_back = record is not None and record.backward and not record.ended
    return MigrationStep(migration, backward=migration.opt_in and half_taken_back)
