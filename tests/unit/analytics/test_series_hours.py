"""The speed hours of one movie and of many agree, leave out what lies in the future, and are points of their own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analytics.series_hours import HourSource, ManyMoviesHours, MovieHours
from merger.core.algebra import Mean
from merger.core.windows import HOUR, Granularity
from tests.unit.analytics.test_series import HEALTHY_HOURS, ask, missing, point, points
from tests.unit.inputs import Raw, at, bucket, details, view_inputs

NOW = at("2026-03-10 10:30")
HOURS = [at("2026-03-10 07:00"), at("2026-03-10 08:00")]
CATALOGUE = (details(1, at("2026-03-10 00:00")), details(2, at("2026-03-10 00:00"), genres=["War"]))


def reviews(hour: int, average: float, count: int, movie_id: int = 1, **more: object) -> Raw:
    data = {"avg_sentiment": average, "review_count": count, "positive_count": count}
    return bucket(movie_id, "sentiment", HOURS[hour], data | {"negative_count": 0, "neutral_count": 0}, **more)


def of_one(documents: list[Raw]) -> HourSource:
    return MovieHours(1, "sentiment", view_inputs(NOW, speed=documents))


def of_many(documents: list[Raw], genre: str | None = None) -> HourSource:
    return ManyMoviesHours("sentiment", view_inputs(NOW, hours=documents, catalogue=CATALOGUE), genre)


@pytest.mark.parametrize("source", [of_one, of_many])
def test_the_newest_document_of_an_hour_counts_by_its_reviews(source: Callable[[list[Raw]], HourSource]) -> None:
    older = reviews(0, -1.0, 50, synced_at=HOURS[0] + HOUR / 2)
    found = source([reviews(0, 0.5, 10), older, reviews(1, 0.25, 4)])
    assert found.means("sentiment") == {HOURS[0]: Mean(5.0, 10), HOURS[1]: Mean(1.0, 4)}


@pytest.mark.parametrize("source", [of_one, of_many])
def test_a_document_from_the_future_is_ahead_and_counts_for_nothing(source: Callable[[list[Raw]], HourSource]) -> None:
    found = source([reviews(0, 0.5, 10), reviews(1, 0.9, 10, synced_at=NOW + HOUR)])
    assert list(found.means("sentiment")) == HOURS[:1]
    assert [document.hour for document in found.ahead()] == HOURS[1:]


def test_a_genre_has_the_hours_of_its_movies_alone() -> None:
    documents = [reviews(0, 0.5, 10), reviews(1, 0.5, 10, movie_id=2)]
    assert list(of_many(documents, "war").means("sentiment")) == HOURS[1:]
    assert of_many(documents, "war").synced_at(1, HOURS[0]) is not None


@pytest.mark.parametrize("movie_id", [1, 3])
def test_hours_of_a_movie_whose_details_cannot_be_read_are_unknown_to_a_genre(movie_id: int) -> None:
    documents = [reviews(0, 0.5, 10, movie_id=2), reviews(1, 0.5, 10, movie_id=movie_id)]
    unreadable = {**details(movie_id, HOURS[1]), "data": None}
    for catalogue, unknown in ((CATALOGUE, []), ((*CATALOGUE, unreadable), HOURS[1:])):
        inputs = view_inputs(NOW, hours=documents, catalogue=catalogue)
        assert sorted(ManyMoviesHours("sentiment", inputs, "war").unknown) == unknown
        assert ManyMoviesHours("sentiment", inputs, None).unknown == frozenset()


@pytest.mark.parametrize("source", [of_one, of_many])
def test_hours_whose_parts_may_be_versions_are_partial(source: Callable[[list[Raw]], HourSource]) -> None:
    end = HOURS[0] + HOUR / 4
    assert source([reviews(0, 0.5, 10), reviews(0, 0.5, 4, window_end=end), reviews(1, 0.5, 1)]).partial == {HOURS[0]}
    assert source([reviews(0, 0.5, 10), reviews(1, 0.5, 1)]).partial == frozenset()


def test_by_hour_the_speed_layers_hours_are_points_and_older_days_stay_days() -> None:
    built = ask([point("2026-03-08", 6.0)], HEALTHY_HOURS, window="50h", granularity=Granularity.HOUR)
    found = points(built)
    assert (next(iter(found)), len(found)) == ("2026-03-08T08:00:00Z", 16 + 24 + 10)
    assert found["2026-03-10T09:00:00Z"] == (8.0, 1, "speed")
    longer = points(ask([point("2026-03-07", 5.0)], HEALTHY_HOURS, window="90h", granularity=Granularity.HOUR))
    assert longer["2026-03-07"] == (5.0, 10, "batch")
    assert built.body["granularity"] == "hour"
    assert built.body["summary"]["change_rate"] == 0


def test_by_hour_a_day_that_the_window_cuts_is_not_split() -> None:
    lost = at("2026-03-08 20:00")
    hours = [hour for hour in HEALTHY_HOURS if hour["hour"] != lost]
    built = ask([point("2026-03-08", 6.0)], hours, window="50h", granularity=Granularity.HOUR)
    assert missing(built) == [("03-08 20", "03-08 21")]
    assert any(warning.startswith("days_only") for warning in built.freshness.warnings)
