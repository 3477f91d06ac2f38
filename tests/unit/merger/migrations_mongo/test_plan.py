"""Which migrations a plan runs, in which order and direction."""

from __future__ import annotations

from typing import Any

import pytest

from merger.migrations_mongo.migration import Migration
from merger.migrations_mongo.plan import (
    MigrationState,
    MigrationStep,
    NoSuchMigration,
    Record,
    migration_statuses,
    plan_steps,
)


def do_nothing(_: Any) -> None:
    """Stands for both directions of a migration."""


def migration(name: str, **more: Any) -> Migration:
    return Migration(name, "for a test", do_nothing, do_nothing, **more)


FIRST = migration("0001_first")
SECOND = migration("0002_second", rewrites=True)
OPTIONAL = migration("0003_optional", rewrites=True, opt_in=True)
FOURTH = migration("0004_fourth")
ALL = (FIRST, SECOND, OPTIONAL, FOURTH)


def records(*applied: Migration, **others: Record) -> dict[str, Record]:
    found = {each.name: Record(each.name, ended=True, checksum=each.checksum) for each in applied}
    return found | {record.name: record for record in others.values()}


def plan(recorded: dict[str, Record], target: str | None = None, *also: str, **more: Any) -> list[str]:
    return [shown(step) for step in plan_steps(migration_statuses(ALL, recorded), target, also, **more)]


def shown(step: MigrationStep) -> str:
    return f"{'-' if step.backward else '+'}{step.migration.name[:4]}"


def states(recorded: dict[str, Record], *lapsed: str) -> list[MigrationState]:
    return [each.state for each in migration_statuses(ALL, recorded, lapsed)]


def test_pending_migrations_are_applied_in_order() -> None:
    assert plan({}) == ["+0001", "+0002", "+0004"]
    assert plan(records(FIRST)) == ["+0002", "+0004"]
    assert plan(records(FIRST, SECOND, FOURTH)) == []


def test_an_optional_migration_runs_only_when_named() -> None:
    assert states({}) == [
        MigrationState.PENDING,
        MigrationState.PENDING,
        MigrationState.OPTIONAL,
        MigrationState.PENDING,
    ]
    assert plan({}, None, "0003") == ["+0001", "+0002", "+0003", "+0004"]
    assert plan(records(FIRST), "0003") == ["+0002", "+0003"]
    assert plan(records(FIRST, SECOND, OPTIONAL), None, "0003") == ["+0004"]


def test_a_target_rolls_back_later_migrations_latest_first() -> None:
    assert plan(records(FIRST, SECOND, OPTIONAL, FOURTH), "0002") == ["-0004", "-0003"]
    assert plan(records(FIRST, OPTIONAL), "0002") == ["-0003", "+0002"]
    assert plan(records(FIRST, SECOND, FOURTH), "zero") == ["-0004", "-0002", "-0001"]


def test_a_stopped_migration_continues_forward() -> None:
    stopped = records(FIRST, stopped=Record(SECOND.name, ended=False))
    assert states(stopped)[1] is MigrationState.HALF_DONE
    assert plan(stopped) == ["+0002", "+0004"]
    assert plan(stopped, "0001") == ["-0002"]
    assert plan(records(FIRST, stopped=Record(SECOND.name, ended=False, backward=True))) == ["+0002", "+0004"]


def test_a_stopped_rollback_of_an_optional_migration_continues_unless_named() -> None:
    stopped = records(FIRST, SECOND, FOURTH, stopped=Record(OPTIONAL.name, ended=False, backward=True))
    assert plan(stopped) == ["-0003"]
    assert plan(stopped, None, "0003") == ["+0003"]
    assert plan(records(FIRST, SECOND, FOURTH, stopped=Record(OPTIONAL.name, ended=False))) == ["+0003"]


def test_migrations_that_change_documents_can_be_left_out() -> None:
    assert plan({}, rewrites=False) == ["+0001", "+0004"]
    assert plan(records(FIRST, SECOND), "zero", rewrites=False) == ["-0001"]


def test_a_migration_whose_effect_has_lapsed_runs_again() -> None:
    found = migration_statuses(ALL, records(*ALL), [FIRST.name])
    assert [each.state for each in found] == [
        MigrationState.OUTDATED,
        MigrationState.APPLIED,
        MigrationState.APPLIED,
        MigrationState.APPLIED,
    ]
    assert [shown(step) for step in plan_steps(found)] == ["+0001"]


def test_a_migration_of_another_version_is_reported_and_left_alone() -> None:
    recorded = records(FIRST, SECOND, FOURTH, later=Record("0009_later", ended=True))
    assert states(recorded)[-1] is MigrationState.UNKNOWN
    assert plan(recorded) == []
    assert plan(recorded, "zero") == ["-0004", "-0002", "-0001"]


def test_a_status_shows_whether_the_code_has_changed_since() -> None:
    recorded = {FIRST.name: Record(FIRST.name, ended=True, checksum="another")} | records(SECOND)
    assert [each.code_changed for each in migration_statuses(ALL, recorded)] == [True, False, False, False]


@pytest.mark.parametrize("name", ["", "nope", "000", "0009"])
def test_a_name_must_match_exactly_one_migration(name: str) -> None:
    with pytest.raises(NoSuchMigration, match=f"'{name}' matches . migrations; known names are 0001_first"):
        plan_steps(migration_statuses(ALL, {}), None, [name])


def test_a_target_must_match_one_too() -> None:
    with pytest.raises(NoSuchMigration, match="'nope'"):
        plan({}, "nope")
