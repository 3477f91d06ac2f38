"""The released migrations: their names, and the checksums under which databases have recorded them."""

from __future__ import annotations

from merger.migrations_mongo import MIGRATIONS
from merger.migrations_mongo.plan import MigrationState, Record, migration_statuses


def test_released_names_are_unique_and_in_order() -> None:
    names = [each.name for each in MIGRATIONS]
    assert names == sorted(set(names))
    assert names[:4] == ["0001_validators", "0002_schema_version", "0003_expiry_dates", "0004_temporal_names"]
    assert len({each.checksum for each in MIGRATIONS}) == len(MIGRATIONS)


def test_checksums_recorded_by_earlier_versions_are_accepted() -> None:
    sums = ["3a125ea4e1a82294", "7e2c7e3cdad3d886", "c3bf7b699cd7c2e6", "469cad42722994ae"]
    recorded = {
        each.name: Record(each.name, ended=True, checksum=checksum)
        for each, checksum in zip(MIGRATIONS, sums, strict=True)
    }
    found = migration_statuses(MIGRATIONS, recorded)
    assert [each.state for each in found] == [MigrationState.APPLIED] * 4
    assert not any(each.code_changed for each in found)
