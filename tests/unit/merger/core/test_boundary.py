"""The time boundary, edge by edge (M1, M3, M8, M9, F3, F4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.core.boundary import Boundary, Layers, Policy, SpeedCoverage, SpeedLayer, Strategy
from merger.core.intervals import as_intervals, closed_hours, joined
from merger.core.windows import HOUR
from merger.errors import Interval
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")
SECOND = timedelta(seconds=1)
HOUR_9 = at("2026-03-10 09:00")
EPOCH = at("2026-01-01 00:00")


def test_the_cutoff_is_the_hour_of_48_hours_ago() -> None:
    assert Boundary(NOW).cutoff == at("2026-03-08 10:00")
    assert Boundary(at("2026-03-10 10:00")).cutoff == at("2026-03-08 10:00")
    assert Boundary(at("2026-03-10 09:59:59")).cutoff == at("2026-03-08 09:00")
    assert Boundary(NOW, Policy(cutoff=timedelta(hours=1))).cutoff == at("2026-03-10 09:00")


def test_speed_buckets_are_used_from_their_expiry_to_the_open_hour() -> None:
    boundary = Boundary(NOW)
    oldest = at("2026-03-05 10:00")
    assert boundary.speed_from == oldest
    assert boundary.uses_speed_hour(oldest)
    assert not boundary.uses_speed_hour(oldest - HOUR)
    assert boundary.uses_speed_hour(boundary.open_hour)
    assert not boundary.uses_speed_hour(boundary.open_hour + HOUR)


def test_the_fixed_strategy_is_literal() -> None:
    boundary = Boundary(NOW, Policy(strategy=Strategy.FIXED))
    assert boundary.uses_speed_hour(boundary.cutoff)
    assert not boundary.uses_speed_hour(boundary.cutoff - HOUR)
    assert boundary.uses_batch(boundary.cutoff - SECOND)
    assert not boundary.uses_batch(boundary.cutoff)
    assert Boundary(NOW).uses_batch(NOW)


def test_a_watermark_is_a_whole_hour_and_never_in_the_future() -> None:
    boundary = Boundary(NOW)
    assert boundary.watermark(at("2026-03-09 02:59:59")) == at("2026-03-09 02:00")
    assert boundary.watermark(at("2027-01-01 00:00")) == boundary.open_hour


@pytest.mark.parametrize(
    ("synced_at", "now", "incomplete"),
    [
        (HOUR_9 + HOUR, NOW, False),
        (HOUR_9 + HOUR - SECOND, NOW, True),
        (HOUR_9 + HOUR - SECOND, at("2026-03-10 10:09"), False),
        (at("2026-03-10 09:59"), at("2026-03-10 10:09"), False),
        (at("2026-03-10 09:59"), at("2026-03-10 10:09:01"), True),
        (None, at("2026-03-10 10:09:59"), False),
        (None, at("2026-03-10 10:10"), True),
    ],
)
def test_an_hour_is_incomplete_when_a_lagging_layer_never_saw_its_end(
    synced_at: datetime | None, now: datetime, incomplete: bool
) -> None:
    layer = SpeedLayer(frozenset({HOUR_9}), synced_at)
    assert Boundary(now).is_known_incomplete(HOUR_9, layer) is incomplete


def test_a_layer_lags_and_a_batch_is_stale_beyond_their_limits_only() -> None:
    boundary = Boundary(NOW)
    assert not boundary.is_lagging(SpeedLayer(synced_at=NOW - timedelta(minutes=10)))
    assert boundary.is_lagging(SpeedLayer(synced_at=NOW - timedelta(minutes=10) - SECOND))
    assert not boundary.is_lagging(SpeedLayer())
    assert not boundary.is_stale(NOW - timedelta(hours=36))
    assert boundary.is_stale(NOW - timedelta(hours=36) - SECOND)
    assert not boundary.is_stale(None)


def test_a_type_that_the_speed_layer_does_not_have_is_empty() -> None:
    assert Layers().speed_of("stats") == SpeedLayer(frozenset(), None)


def test_an_hour_is_held_if_anybody_or_the_key_itself_has_a_bucket_that_could_be_read() -> None:
    coverage = SpeedCoverage(
        Boundary(NOW),
        SpeedLayer(frozenset({HOUR_9, HOUR_9 - HOUR, HOUR_9 - 1000 * HOUR}), NOW),
        own=frozenset({HOUR_9 - 2 * HOUR}),
        unreadable=frozenset({HOUR_9 - HOUR}),
    )
    assert [coverage.holds(HOUR_9 - back * HOUR) for back in range(4)] == [True, False, True, False]
    assert not coverage.holds(HOUR_9 - 1000 * HOUR)
    assert coverage.first_held == HOUR_9 - 2 * HOUR
    assert coverage.last_held == HOUR_9


def test_the_newest_held_hour_is_a_closed_one() -> None:
    held = frozenset({HOUR_9, HOUR_9 + HOUR})
    assert SpeedCoverage(Boundary(NOW), SpeedLayer(held, NOW)).last_held == HOUR_9
    assert SpeedCoverage(Boundary(NOW), SpeedLayer()).last_held is None


def test_closed_hours_end_before_the_open_one() -> None:
    boundary = Boundary(NOW)
    assert closed_hours(HOUR_9, HOUR_9 + 5 * HOUR, boundary) == [HOUR_9]
    assert closed_hours(HOUR_9, HOUR_9 + 2 * HOUR, None) == [HOUR_9, HOUR_9 + HOUR]
    assert closed_hours(HOUR_9, HOUR_9, None) == []
    assert closed_hours(HOUR_9 + 9 * HOUR, HOUR_9, boundary) == []


intervals = st.tuples(st.one_of(st.none(), st.integers(0, 30)), st.integers(1, 30)).map(
    lambda pair: (None if pair[0] is None else EPOCH + pair[0] * HOUR, EPOCH + ((pair[0] or 0) + pair[1]) * HOUR)
)


@given(st.lists(st.lists(intervals)))
def test_joined_intervals_cover_the_same_hours_without_touching(groups: list[list[Interval]]) -> None:
    result = joined(*groups)
    for index in range(-1, 70):
        hour = EPOCH + index * HOUR
        assert _covers(result, hour) is any(_covers(group, hour) for group in groups)
    for (_, end), (start, _) in pairwise(result):
        assert start is not None
        assert end < start


@given(st.sets(st.integers(0, 60)))
def test_hours_become_the_fewest_intervals(numbers: set[int]) -> None:
    result = as_intervals(EPOCH + number * HOUR for number in numbers)
    covered = {number for number in range(62) if _covers(result, EPOCH + number * HOUR)}
    assert covered == numbers
    assert len(result) == len([number for number in numbers if number - 1 not in numbers])


def _covers(intervals: tuple[Interval, ...] | list[Interval], hour: datetime) -> bool:
    return any((start is None or start <= hour) and hour < end for start, end in intervals)
