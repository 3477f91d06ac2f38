"""Which migrations run, in which order and direction."""

from __future__ import annotations

from typing import Any

import pytest

from merger.migrations_mongo import MIGRATIONS
from merger.migrations_mongo.migration import Migration
from merger.migrations_mongo.plan import MigrationState, MigrationStep, NoSuchMigration, Record, plan_steps, statuses


def nothing(_: Any) -> None:
    """Does nothing."""


def migration(name: str, **more: Any) -> Migration:
    return Migration(name, "for a test", nothing, nothing, **more)


FIRST = migration("0001_first")
SECOND = migration("0002_second", rewrites=True)
CHOSEN = migration("0003_chosen", rewrites=True, opt_in=True)
FOURTH = migration("0004_fourth")
ALL = (FIRST, SECOND, CHOSEN, FOURTH)


def records(*applied: Migration, **others: Record) -> dict[str, Record]:
    found = {each.name: Record(each.name, ended=True, checksum=each.checksum) for each in applied}
    return found | {record.name: record for record in others.values()}


def plan(recorded: dict[str, Record], target: str | None = None, *also: str, **more: Any) -> list[str]:
    return [said(step) for step in plan_steps(statuses(ALL, recorded), target, also, **more)]


def said(step: MigrationStep) -> str:
    return f"{'-' if step.backward else '+'}{step.migration.name[:4]}"


def states(recorded: dict[str, Record], *changed: str) -> list[MigrationState]:
    return [each.state for each in statuses(ALL, recorded, changed)]


def test_what_is_pending_is_applied_in_order() -> None:
    assert plan({}) == ["+0001", "+0002", "+0004"]
    assert plan(records(FIRST)) == ["+0002", "+0004"]
    assert plan(records(FIRST, SECOND, FOURTH)) == []


def test_an_optional_one_runs_only_when_named() -> None:
    assert states({}) == [
        MigrationState.PENDING,
        MigrationState.PENDING,
        MigrationState.OPTIONAL,
        MigrationState.PENDING,
    ]
    assert plan({}, None, "0003") == ["+0001", "+0002", "+0003", "+0004"]
    assert plan(records(FIRST), "0003") == ["+0002", "+0003"]
    assert plan(records(FIRST, SECOND, CHOSEN), None, "0003") == ["+0004"]


def test_a_target_takes_back_what_is_later_the_latest_first() -> None:
    assert plan(records(FIRST, SECOND, CHOSEN, FOURTH), "0002") == ["-0004", "-0003"]
    assert plan(records(FIRST, CHOSEN), "0002") == ["-0003", "+0002"]
    assert plan(records(FIRST, SECOND, FOURTH), "zero") == ["-0004", "-0002", "-0001"]


def test_what_was_stopped_goes_on_forward() -> None:
    half = records(FIRST, half=Record(SECOND.name, ended=False))
    assert states(half)[1] is MigrationState.HALF
    assert plan(half) == ["+0002", "+0004"]
    assert plan(half, "0001") == ["-0002"]
    assert plan(records(FIRST, half=Record(SECOND.name, ended=False, backward=True))) == ["+0002", "+0004"]


def test_an_optional_one_that_was_being_taken_back_goes_on_back_unless_it_is_named() -> None:
    half = records(FIRST, SECOND, FOURTH, half=Record(CHOSEN.name, ended=False, backward=True))
    assert plan(half) == ["-0003"]
    assert plan(half, None, "0003") == ["+0003"]
    assert plan(records(FIRST, SECOND, FOURTH, half=Record(CHOSEN.name, ended=False))) == ["+0003"]


def test_what_changes_documents_can_be_left_out() -> None:
    assert plan({}, rewrites=False) == ["+0001", "+0004"]
    assert plan(records(FIRST, SECOND), "zero", rewrites=False) == ["-0001"]


def test_what_is_not_so_any_more_runs_again() -> None:
    found = statuses(ALL, records(*ALL), [FIRST.name])
    assert [each.state for each in found] == [
        MigrationState.OUTDATED,
        MigrationState.APPLIED,
        MigrationState.APPLIED,
        MigrationState.APPLIED,
    ]
    assert [said(step) for step in plan_steps(found)] == ["+0001"]


def test_one_of_another_version_is_told_and_left_alone() -> None:
    recorded = records(FIRST, SECOND, FOURTH, later=Record("0009_later", ended=True))
    assert states(recorded)[-1] is MigrationState.UNKNOWN
    assert plan(recorded) == []
    assert plan(recorded, "zero") == ["-0004", "-0002", "-0001"]


def test_it_tells_when_the_code_has_changed_since() -> None:
    recorded = {FIRST.name: Record(FIRST.name, ended=True, checksum="another")} | records(SECOND)
    assert [each.code_changed for each in statuses(ALL, recorded)] == [True, False, False, False]


def test_sums_recorded_by_the_first_versions_still_count() -> None:
    sums = ["3a125ea4e1a82294", "7e2c7e3cdad3d886", "c3bf7b699cd7c2e6", "469cad42722994ae"]
    recorded = {
        each.name: Record(each.name, ended=True, checksum=checksum)
        for each, checksum in zip(MIGRATIONS, sums, strict=True)
    }
    found = statuses(MIGRATIONS, recorded)
    assert [each.state for each in found] == [MigrationState.APPLIED] * 4
    assert not any(each.code_changed for each in found)


@pytest.mark.parametrize("name", ["", "nope", "000", "0009"])
def test_a_name_is_one_migrations(name: str) -> None:
    with pytest.raises(NoSuchMigration, match=f"'{name}' is the name of . migrations; there are 0001_first"):
        plan_steps(statuses(ALL, {}), None, [name])


def test_a_target_is_one_as_well() -> None:
    with pytest.raises(NoSuchMigration, match="'nope'"):
        plan({}, "nope")


def test_released_names_are_in_order_and_their_own() -> None:
    names = [each.name for each in MIGRATIONS]
    assert names == sorted(set(names))
    assert names[:4] == ["0001_validators", "0002_schema_version", "0003_expiry_dates", "0004_temporal_names"]
    assert len({each.checksum for each in MIGRATIONS}) == len(MIGRATIONS)
