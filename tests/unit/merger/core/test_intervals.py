"""Half-open intervals of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from merger.core.boundary import Boundary, SpeedCoverage, SpeedLayer
from merger.core.intervals import as_intervals, closed_hours, hours_to_judge, intervals_as_list, union
from merger.core.windows import HOUR
from merger.errors import Interval
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")
HOUR_9 = at("2026-03-10 09:00")
EPOCH = at("2026-01-01 00:00")


def test_closed_hours_end_before_the_open_hour() -> None:
    boundary = Boundary(NOW)
    assert closed_hours(HOUR_9, HOUR_9 + 5 * HOUR, boundary) == [HOUR_9]
    assert closed_hours(HOUR_9, HOUR_9 + 2 * HOUR, None) == [HOUR_9, HOUR_9 + HOUR]
    assert closed_hours(HOUR_9, HOUR_9, None) == []
    assert closed_hours(HOUR_9 + 9 * HOUR, HOUR_9, boundary) == []


def test_the_open_hour_is_judged_where_a_document_of_it_cannot_be_read() -> None:
    boundary = Boundary(NOW)
    whole = SpeedCoverage(boundary, SpeedLayer())
    assert hours_to_judge(HOUR_9, HOUR_9 + 3 * HOUR, whole) == [HOUR_9]
    for broken in (replace(whole, unreadable=frozenset({HOUR_9 + HOUR})), replace(whole, undated_until=NOW)):
        assert hours_to_judge(HOUR_9, HOUR_9 + 3 * HOUR, broken) == [HOUR_9, HOUR_9 + HOUR]
        assert hours_to_judge(HOUR_9, HOUR_9 + HOUR, broken) == [HOUR_9]


intervals = st.tuples(st.one_of(st.none(), st.integers(0, 30)), st.integers(1, 30)).map(
    lambda pair: (None if pair[0] is None else EPOCH + pair[0] * HOUR, EPOCH + ((pair[0] or 0) + pair[1]) * HOUR)
)


@given(st.lists(st.lists(intervals)))
def test_union_covers_the_same_hours_with_intervals_that_do_not_touch(groups: list[list[Interval]]) -> None:
    result = union(*groups)
    for index in range(-1, 70):
        hour = EPOCH + index * HOUR
        assert _covers(result, hour) is any(_covers(group, hour) for group in groups)
    for (_, end), (start, _) in pairwise(result):
        assert start is not None
        assert end < start


@given(st.sets(st.integers(0, 60)))
def test_hours_are_merged_into_the_fewest_intervals(numbers: set[int]) -> None:
    result = as_intervals(EPOCH + number * HOUR for number in numbers)
    covered = {number for number in range(62) if _covers(result, EPOCH + number * HOUR)}
    assert covered == numbers
    assert len(result) == len([number for number in numbers if number - 1 not in numbers])


def _covers(intervals: tuple[Interval, ...] | list[Interval], hour: datetime) -> bool:
    return any((start is None or start <= hour) and hour < end for start, end in intervals)


def test_an_open_start_is_null_in_json() -> None:
    assert intervals_as_list([(None, HOUR_9), (HOUR_9, NOW)]) == [
        {"start": None, "end": "2026-03-10T09:00:00Z"},
        {"start": "2026-03-10T09:00:00Z", "end": "2026-03-10T10:30:00Z"},
    ]
