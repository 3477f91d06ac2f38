"""Trends: what documents that can't be read, or not be found, make missing.

Requirements D2, D5 and M8.
"""

from __future__ import annotations

from typing import Any

import pytest

from merger.core.windows import HOUR
from merger.views.reading import ViewResult
from tests.unit.analytics.test_series import (
    CATALOGUE,
    CUTOFF_DAY,
    HEALTHY_HOURS,
    NOW,
    RUN,
    ask,
    every_hour,
    missing,
    point,
)
from tests.unit.inputs import Raw, at, batch_view, bucket


def unsearchable(**more: Any) -> Raw:
    """A point without a payload, so that no query for a series finds it."""
    return batch_view("temporal_analytics", None, RUN, **more)


def test_a_point_that_no_query_finds_makes_every_day_without_a_point_missing() -> None:
    batch = [point("2026-03-06", 5.0), point("2026-03-08", 6.0)]
    built = ask(batch, HEALTHY_HOURS, catalogue=(*CATALOGUE, unsearchable()))
    assert missing(built) == [("03-07 00", "03-08 00")]
    assert any("documents_skipped" in warning for warning in built.freshness.warnings)
    assert ask(batch, HEALTHY_HOURS).freshness.complete


def test_a_point_that_no_query_finds_makes_the_past_of_a_lifetime_missing() -> None:
    batch = [point("2026-03-06", 5.0)]
    built = ask(batch, HEALTHY_HOURS, window="all", catalogue=(*CATALOGUE, unsearchable()))
    assert missing(built)[0][0] is None


def test_a_point_that_no_query_finds_but_names_a_movie_concerns_no_other_series() -> None:
    batch = [point("2026-03-06", 5.0), point("2026-03-08", 6.0)]
    known = (*CATALOGUE, unsearchable(movie_id=1))
    assert ask(batch, HEALTHY_HOURS, catalogue=known).freshness.complete
    own = [each | {"movie_id": 1} for each in batch]
    assert missing(ask(own, speed=HEALTHY_HOURS, movie_id=1, catalogue=known)) == [("03-07 00", "03-08 00")]


@pytest.mark.parametrize("scope", [{}, {"genre": "Drama"}, {"movie_id": 1}])
def test_an_hour_with_reviews_whose_average_cannot_be_read_is_missing(scope: dict[str, Any]) -> None:
    hours = every_hour(CUTOFF_DAY, NOW)
    counts = {"positive_count": 0, "negative_count": 0, "neutral_count": 0}
    reviews = [
        bucket(1, "sentiment", each["hour"], {"avg_sentiment": 0.5, "review_count": 3, **counts}) for each in hours
    ]
    hour = at("2026-03-09 05:00")
    place = [each["hour"] for each in reviews].index(hour)

    def built(average: Any, reviews_in_it: int) -> ViewResult:
        data = {"avg_sentiment": average, "review_count": reviews_in_it, **counts}
        found = [*reviews[:place], bucket(1, "sentiment", hour, data), *reviews[place + 1 :]]
        if "movie_id" in scope:
            return ask([], speed=found, metric="sentiment", window="1d", movie_id=scope["movie_id"])
        return ask([], found, metric="sentiment", window="1d", genre=scope.get("genre"))

    assert missing(built(float("nan"), 3)) == [("03-09 05", "03-09 06")]
    assert missing(built(None, 0)) == []


def test_an_unreadable_part_of_an_hour_makes_it_missing_whatever_other_parts_say() -> None:
    hour = at("2026-03-10 05:00")
    counts = {"avg_sentiment": 0.5, "positive_count": 0, "negative_count": 0, "neutral_count": 0}
    parts = [
        bucket(1, "sentiment", hour, {**counts, "review_count": count}, window_start=hour + minutes * HOUR / 60)
        for minutes, count in ((0, None), (5, 3))
    ]
    before = [each | {"hour": hour - HOUR, "window_start": hour - HOUR} for each in parts[1:]]
    assert ("03-10 05", "03-10 10") in missing(ask([], [*before, *parts], metric="sentiment", window="1d"))


def test_an_hour_from_parts_that_may_be_versions_is_assumed_for_all_movies_too() -> None:
    hour = at("2026-03-10 05:00")
    data = {"avg_sentiment": 0.5, "review_count": 3, "positive_count": 3, "negative_count": 0, "neutral_count": 0}
    parts = [
        bucket(1, "sentiment", hour, data),
        bucket(1, "sentiment", hour, data, window_start=hour + HOUR / 12),
    ]
    built = ask([], parts, metric="sentiment", window="1d")
    assert [(each.start, each.reason.value) for each in built.freshness.assumed] == [(hour, "partial")]
