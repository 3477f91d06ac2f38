"""Diagnosis: turns what the examination saw into findings, without asking any store. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar

from lambdaserve.ops.doctor.findings import Finding, Level
from lambdaserve.ops.doctor.servers import (
    check_disk,
    check_mongodb,
    check_privacy,
    check_redis,
    check_settings,
    check_sql,
)
from lambdaserve.ops.doctor.stored_data import (
    check_drift,
    check_expiry,
    check_indexes,
    check_layers,
    check_migrations,
    check_samples,
)
from merger.indexes.declared import IndexStatus
from merger.migrations_mongo.plan import MigrationStatus
from merger.operations.server_facts import CacheFacts, ContractSample, StoreFacts

T = TypeVar("T")

_RIGHTS: Final = "check the rights of the user in MONGODB_URI"
_LOG: Final = "see MongoDB's log"


@dataclass(frozen=True, slots=True)
class Examination:
    """Results of the examination; a text in place of a value is the reason why it could not be read.

    Args:
        checks: messages of Django's system checks: (is an error, text).
        sql: names of the SQL migrations that are not applied.
        store: MongoDB.
        cache: Redis.
        indexes: declared and existing ones.
        migrations: the status of each migration of the two collections.
        foreign_validators: collections whose validator is not lambdaserve's.
        freshness: the report of ``lambdaserve.ops.reports.freshness``.
        samples: newest documents, by collection.
        without_expiry: whether some speed documents have no expiry time; ``None``: ``SPEED_EXPIRY`` is off.
        drift: ratio of the last comparison; ``None``: there was none yet.
        disk_used, disk_total: bytes, of the file system with ``DATA_DIR``.
        open_files: what others than its owner may use: ``DATA_DIR`` itself, and what lies in it.
    """

    checks: Sequence[tuple[bool, str]] = ()
    sql: Sequence[str] | str = ()
    store: StoreFacts | str = "it was not asked"
    cache: CacheFacts | str = "it was not asked"
    indexes: Sequence[IndexStatus] | str = ()
    migrations: Sequence[MigrationStatus] | str = ()
    foreign_validators: Sequence[str] = ()
    freshness: Mapping[str, Any] | str = field(default_factory=dict)
    samples: Mapping[str, ContractSample] | str = field(default_factory=dict)
    without_expiry: bool | None = None
    drift: float | None = None
    disk_used: int = 0
    disk_total: int = 0
    open_files: Sequence[str] = ()


def diagnose(seen: Examination) -> list[Finding]:
    """All findings, in the order in which to fix them."""
    result = [*check_settings(seen.checks), check_sql(seen.sql), *check_mongodb(seen.store), *check_redis(seen.cache)]
    if isinstance(seen.store, StoreFacts):
        check_all_migrations = partial(check_migrations, foreign=seen.foreign_validators)
        result += [
            *_check("indexes", seen.indexes, check_indexes, _RIGHTS),
            *_check("migrations", seen.migrations, check_all_migrations, _RIGHTS),
            *_check("layers", seen.freshness, check_layers, _LOG),
            *_check("documents", seen.samples, check_samples, _LOG),
            *check_expiry(seen.without_expiry),
        ]
    disk = check_disk("disk of DATA_DIR", seen.disk_used, seen.disk_total)
    return [*result, *check_drift(seen.drift), disk, check_privacy(seen.open_files)]


def _check(about: str, seen: T | str, check: Callable[[T], Iterable[Finding]], advice: str) -> Iterable[Finding]:
    """The findings about what was seen, or the reason why it could not be read as a problem with its advice."""
    return [Finding(about, Level.PROBLEM, seen, advice)] if isinstance(seen, str) else check(seen)
