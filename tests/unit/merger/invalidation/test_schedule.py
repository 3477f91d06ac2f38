"""The schedule of invalidations: when each generation is bumped."""

from __future__ import annotations

from merger.invalidation.schedule import InvalidationSchedule


def bumped_at(schedule: InvalidationSchedule, times: list[float]) -> list[float]:
    """Those of the times at which ``a`` was bumped."""
    result = []
    for at in times:
        names = schedule.due_names(at)
        schedule.mark_bumped(names, at)
        result += [at] * ("a" in names)
    return result


def seconds(until: int) -> list[float]:
    return [half / 2 for half in range(2 * until)]


def test_change_is_bumped_at_once_and_only_once() -> None:
    schedule = InvalidationSchedule()
    schedule.touch("a", 0.0)
    assert bumped_at(schedule, seconds(20)) == [0.0]


def test_change_is_bumped_again_at_its_repeats() -> None:
    schedule = InvalidationSchedule()
    schedule.touch("a", 0.0, (5.0, 15.0))
    assert bumped_at(schedule, seconds(30)) == [0.0, 5.0, 15.0]


def test_flood_of_changes_bumps_once_per_gap_and_once_after_the_last() -> None:
    schedule, result = InvalidationSchedule(), []
    for at in seconds(20):
        if at <= 10:
            schedule.touch("a", at, (2.5,))
        result += bumped_at(schedule, [at])
    assert result == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.5]


def test_name_that_was_not_bumped_stays_schedule() -> None:
    schedule = InvalidationSchedule()
    schedule.touch("a", 0.0)
    assert schedule.due_names(0.0) == ["a"]
    assert schedule.is_behind(1.0)
    assert schedule.due_names(9.0) == ["a"]
    schedule.mark_bumped(["a"], 9.0)
    assert not schedule.is_behind(20.0)


def test_touch_is_remembered_with_its_time_until_clear() -> None:
    schedule = InvalidationSchedule()
    schedule.touch("a", 7.0)
    assert schedule.was_touched("a", 7.0)
    assert not schedule.was_touched("a", 7.5)
    assert not schedule.was_touched("b", 0.0)
    schedule.clear()
    assert not schedule.was_touched("a", 0.0)
