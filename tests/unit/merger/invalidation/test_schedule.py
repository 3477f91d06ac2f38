"""When generations are raised."""

from __future__ import annotations

from merger.invalidation.schedule import InvalidationSchedule


def raised_at(due: InvalidationSchedule, times: list[float]) -> list[float]:
    """Those of the times at which ``a`` was raised."""
    result = []
    for at in times:
        names = due.names(at)
        due.raised(names, at)
        result += [at] * ("a" in names)
    return result


def seconds(until: int) -> list[float]:
    return [half / 2 for half in range(2 * until)]


def test_a_change_is_raised_at_once_and_only_once() -> None:
    due = InvalidationSchedule()
    due.touch("a", 0.0)
    assert raised_at(due, seconds(20)) == [0.0]


def test_it_is_raised_again_after_the_times_that_were_named() -> None:
    due = InvalidationSchedule()
    due.touch("a", 0.0, (5.0, 15.0))
    assert raised_at(due, seconds(30)) == [0.0, 5.0, 15.0]


def test_changes_that_pour_in_raise_it_at_most_once_per_gap_and_once_after_the_last() -> None:
    due, result = InvalidationSchedule(gap=2.0), []
    for at in seconds(20):
        if at <= 10:
            due.touch("a", at, (2.5,))
        result += raised_at(due, [at])
    assert result == [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.5]


def test_what_could_not_be_raised_stays_due() -> None:
    due = InvalidationSchedule()
    due.touch("a", 0.0)
    assert due.names(0.0) == ["a"]
    assert due.is_behind(1.0)
    assert due.names(9.0) == ["a"]
    due.raised(["a"], 9.0)
    assert not due.is_behind(20.0)


def test_it_knows_what_was_touched_lately() -> None:
    due = InvalidationSchedule()
    due.touch("a", 7.0)
    assert due.was_touched("a", 7.0)
    assert not due.was_touched("a", 7.5)
    assert not due.was_touched("b", 0.0)
    due.clear()
    assert not due.was_touched("a", 0.0)
