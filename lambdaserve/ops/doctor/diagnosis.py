"""Diagnosis: turns what the examination saw into findings, without asking any store. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lambdaserve.ops.doctor.findings import Finding
from lambdaserve.ops.doctor.servers import check_disk, check_mongodb, check_redis, check_settings, check_sql
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


@dataclass(frozen=True, slots=True)
class Examination:
    """What the examination saw; a text in place of a value is the reason why it could not be read.

    Args:
        checks: messages of Django's system checks: (is an error, text).
        sql: names of the SQL migrations that are not applied.
        store: MongoDB.
        cache: Redis.
        indexes: declared and existing ones.
        migrations: of the two collections.
        foreign_validators: collections whose validator is not lambdaserve's.
        freshness: the report of ``lambdaserve.ops.reports.freshness``.
        samples: newest documents, by collection.
        without_expiry: whether some speed documents have no expiry time; ``None``: ``SPEED_EXPIRY`` is off.
        drift: ratio of the last comparison; ``None``: there was none yet.
        disk_used, disk_total: bytes, of the file system with ``DATA_DIR``.
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


def diagnose(seen: Examination) -> list[Finding]:
    """All findings, in the order in which to mend them."""
    result = [*check_settings(seen.checks), check_sql(seen.sql), *check_mongodb(seen.store), *check_redis(seen.cache)]
    if isinstance(seen.store, StoreFacts):
        result += [
            *check_indexes(seen.indexes),
            *check_migrations(seen.migrations, seen.foreign_validators),
            *check_layers(seen.freshness),
            *check_samples(seen.samples),
            *check_expiry(seen.without_expiry),
        ]
    return [*result, *check_drift(seen.drift), check_disk("disk of DATA_DIR", seen.disk_used, seen.disk_total)]
