"""The time boundary at its edges."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from merger.core.boundary import Boundary, Layers, Policy, SpeedCoverage, SpeedLayer, Strategy
from merger.core.windows import HOUR
from tests.unit.merger.documents import at

NOW = at("2026-03-10 10:30")
SECOND = timedelta(seconds=1)
HOUR_9 = at("2026-03-10 09:00")


def test_cutoff_is_the_start_of_the_hour_48_hours_ago() -> None:
    assert Boundary(NOW).cutoff == at("2026-03-08 10:00")
    assert Boundary(at("2026-03-10 10:00")).cutoff == at("2026-03-08 10:00")
    assert Boundary(at("2026-03-10 09:59:59")).cutoff == at("2026-03-08 09:00")
    assert Boundary(NOW, Policy(cutoff=timedelta(hours=1))).cutoff == at("2026-03-10 09:00")


def test_speed_buckets_are_used_until_they_expire_and_never_from_the_future() -> None:
    boundary = Boundary(NOW)
    oldest = at("2026-03-05 10:00")
    assert boundary.speed_from == oldest
    assert boundary.uses_speed_hour(oldest)
    assert not boundary.uses_speed_hour(oldest - HOUR)
    assert boundary.uses_speed_hour(boundary.open_hour)
    assert not boundary.uses_speed_hour(boundary.open_hour + HOUR)


def test_fixed_strategy_separates_the_layers_exactly_at_the_cutoff() -> None:
    boundary = Boundary(NOW, Policy(strategy=Strategy.FIXED))
    assert boundary.uses_speed_hour(boundary.cutoff)
    assert not boundary.uses_speed_hour(boundary.cutoff - HOUR)
    assert boundary.uses_batch(boundary.cutoff - SECOND)
    assert not boundary.uses_batch(boundary.cutoff)
    assert Boundary(NOW).uses_batch(NOW)


def test_watermark_is_a_whole_hour_and_never_in_the_future() -> None:
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
def test_an_hour_is_incomplete_if_the_lagging_layer_stopped_before_its_end(
    synced_at: datetime | None, now: datetime, incomplete: bool
) -> None:
    layer = SpeedLayer(frozenset({HOUR_9}), synced_at)
    assert Boundary(now).is_known_incomplete(HOUR_9, layer) is incomplete


def test_a_layer_lags_or_is_stale_only_beyond_its_limit() -> None:
    boundary = Boundary(NOW)
    assert not boundary.is_lagging(SpeedLayer(synced_at=NOW - timedelta(minutes=10)))
    assert boundary.is_lagging(SpeedLayer(synced_at=NOW - timedelta(minutes=10) - SECOND))
    assert not boundary.is_lagging(SpeedLayer())
    assert not boundary.is_stale(NOW - timedelta(hours=36))
    assert boundary.is_stale(NOW - timedelta(hours=36) - SECOND)
    assert not boundary.is_stale(None)


def test_an_unknown_speed_type_is_empty() -> None:
    assert Layers().speed_of("stats") == SpeedLayer(frozenset(), None)


def test_an_hour_is_held_through_any_movies_bucket_unless_unreadable() -> None:
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


def test_last_held_hour_is_closed() -> None:
    held = frozenset({HOUR_9, HOUR_9 + HOUR})
    assert SpeedCoverage(Boundary(NOW), SpeedLayer(held, NOW)).last_held == HOUR_9
    assert SpeedCoverage(Boundary(NOW), SpeedLayer()).last_held is None
