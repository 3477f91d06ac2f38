"""The released migrations: their names, and the checksums under which databases have recorded them."""

from __future__ import annotations

from merger.migrations_mongo import MIGRATIONS
from merger.migrations_mongo.plan import MigrationState, Record, migration_statuses


def test_released_names_are_unique_and_in_order() -> None:
    names = [each.name for each in MIGRATIONS]
    assert names == sorted(set(names))
    assert names[:4] == ["0001_validators", "0002_schema_version", "0003_expiry_dates", "0004_temporal_names"]
    assert len({each.checksum for each in MIGRATIONS}) == len(MIGRATIONS)


def test_released_migrations_have_not_changed() -> None:
    # A database records these sums. Where a sum must change although the migration does the same, for instance because
    # of another text, move the old one to the migration's ``former_checksums``. Otherwise write a new migration.
    assert {each.name: each.checksum for each in MIGRATIONS} == {
        "0001_validators": "1a45830fa5c4ff1d",
        "0002_schema_version": "6fd0730da83c8244",
        "0003_expiry_dates": "a219145d32cb557b",
        "0004_temporal_names": "dea6d4decd69423d",
    }


def test_checksums_recorded_by_earlier_versions_are_accepted() -> None:
    sums = ["3a125ea4e1a82294", "7e2c7e3cdad3d886", "c3bf7b699cd7c2e6", "469cad42722994ae"]
    recorded = {
        each.name: Record(each.name, ended=True, checksum=checksum)
        for each, checksum in zip(MIGRATIONS, sums, strict=True)
    }
    found = migration_statuses(MIGRATIONS, recorded)
    assert [each.state for each in found] == [MigrationState.APPLIED] * 4
    assert not any(each.code_changed for each in found)
