"""``analytics/trends``: daily series of both layers.

Requirements A1, A3, D1, D2, M5 and M8.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import DAY, HOUR, MIDNIGHT, OPEN_HOUR, beat, movie, speed_sentiment, speed_stats, trend_point

PATH = "analytics/trends"


def usual() -> list[dict[str, Any]]:
    """Four days of batch points; since midnight one review of movie 550 and three of 551; movie 1 is in every hour."""
    points = [("2031-03-06", 0.1), ("2031-03-07", 0.2), ("2031-03-08", 0.3), ("2031-03-09", 0.4)]
    return [
        movie(550, "Fight Club", genres=["Drama"]),
        movie(551, "Alien", genres=["TV Movie"]),
        movie(1, "Background", genres=["Background"]),
        *(trend_point("sentiment", date, value, 10) for date, value in points),
        *(trend_point("sentiment", date, value / 2, 4, genre="TV Movie") for date, value in points),
        *(trend_point("sentiment", date, -value, 2, movie_id=550) for date, value in points),
        speed_sentiment(550, MIDNIGHT + 2 * HOUR, 1, 0.8),
        speed_sentiment(551, MIDNIGHT + 3 * HOUR, 3, 0.4),
        *beat(["sentiment", "stats"]),
    ]


def series(body: dict[str, Any]) -> list[tuple[str, float, int, str]]:
    return [(p["date"], round(p["value"], 9), p["count"], p["data_source"]) for p in body["data_points"]]


def test_it_answers_with_exactly_the_promised_fields(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"metric": "sentiment", "window": "3d"})
    freshness = body.pop("freshness")
    assert body == {
        "metric": "sentiment",
        "window": "3d",
        "granularity": "day",
        "movie_id": None,
        "genre": None,
        "data_points": [
            {"date": "2031-03-07", "value": 0.2, "count": 10, "data_source": "batch"},
            {"date": "2031-03-08", "value": 0.3, "count": 10, "data_source": "batch"},
            {"date": "2031-03-10", "value": pytest.approx(0.5), "count": 4, "data_source": "speed"},
        ],
        "summary": {
            "avg": pytest.approx(7 / 24),
            "min": 0.2,
            "max": pytest.approx(0.5),
            "trend": "increasing",
            "change_rate": pytest.approx(0.1),
        },
        "data_source": "merged",
    }
    assert freshness["complete"] is True
    assert freshness["batch_as_of"] == "2031-03-10T00:00:00Z"


def test_the_default_window_is_thirty_days(api: Api) -> None:
    api.load(usual())
    assert api.body(PATH, {"metric": "sentiment"})["window"] == "30d"


def test_by_hour_the_hours_of_the_speed_layer_are_points(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"metric": "sentiment", "window": "70h", "granularity": "hour"})
    assert body["granularity"] == "hour"
    assert body["data_points"] == [
        {"date": "2031-03-08", "value": 0.3, "count": 10, "data_source": "batch"},
        {"date": "2031-03-10", "hour": "2031-03-10T02:00:00Z", "value": 0.8, "count": 1, "data_source": "speed"},
        {
            "date": "2031-03-10",
            "hour": "2031-03-10T03:00:00Z",
            "value": pytest.approx(0.4),
            "count": 3,
            "data_source": "speed",
        },
    ]


def test_a_movies_series_is_its_own(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH, {"metric": "sentiment", "movie_id": 550, "window": "3d"})
    assert series(body) == [
        ("2031-03-07", -0.2, 2, "batch"),
        ("2031-03-08", -0.3, 2, "batch"),
        ("2031-03-10", 0.8, 1, "speed"),
    ]
    assert body["movie_id"] == 550


def test_movie_named_only_in_payload_or_only_at_top_is_found(api: Api) -> None:
    inside = trend_point("rating", "2031-03-07", 7.0, 2, movie_id=550)
    del inside["movie_id"]
    outside = {**trend_point("rating", "2031-03-06", 6.0, 2), "movie_id": 550}
    api.load(movie(550, "Fight Club"), inside, outside, beat(["stats"]))
    body = api.body(PATH, {"metric": "rating", "movie_id": 550})
    assert [(point[0], point[1]) for point in series(body)] == [("2031-03-06", 6.0), ("2031-03-07", 7.0)]
    overall = api.body(PATH, {"metric": "rating", "window": "5d"})
    assert "2031-03-06" not in [point[0] for point in series(overall)]


@pytest.mark.parametrize("spelling", ["TV Movie", "tv movie", "TV MOVIE", "Tv mOvie"])
def test_a_genre_is_found_in_any_case(api: Api, spelling: str) -> None:
    api.load(usual())
    body = api.body(PATH, {"metric": "sentiment", "genre": spelling, "window": "3d"})
    assert body["genre"] == "TV Movie"
    assert series(body) == [
        ("2031-03-07", 0.1, 4, "batch"),
        ("2031-03-08", 0.15, 4, "batch"),
        ("2031-03-10", 0.4, 3, "speed"),
    ]


def test_rating_and_popularity_are_one_observation_per_movie_and_hour(api: Api) -> None:
    api.load(
        movie(550, "Fight Club"),
        speed_stats(550, OPEN_HOUR, 8.0, 10, 100.0),
        speed_stats(550, OPEN_HOUR, 1.0, 10, 1.0, synced_at=MIDNIGHT),
        speed_stats(551, OPEN_HOUR, 6.0, 999, 50.0),
    )
    rating = api.body(PATH, {"metric": "rating", "window": "1d"})
    assert series(rating) == [("2031-03-10", 7.0, 2, "speed")]
    assert series(api.body(PATH, {"metric": "popularity", "window": "1d"})) == [("2031-03-10", 75.0, 2, "speed")]


def test_other_spellings_of_the_batch_documents_are_read(api: Api) -> None:
    document = trend_point("rating", "2031-03-07", 7.0, 2, genre="Drama")
    document["stats"] = document.pop("data")
    document["view_type"] = "temporal_trends"
    api.load(movie(550, "Fight Club"), document)
    assert series(api.body(PATH, {"metric": "rating", "genre": "drama"})) == [("2031-03-07", 7.0, 2, "batch")]


def test_strict_refuses_a_series_with_a_lost_hour(api: Api) -> None:
    lost = MIDNIGHT + 5 * HOUR
    api.load(document for document in usual() if document.get("hour") != lost)
    problem = api.body(PATH, {"metric": "sentiment", "completeness": "strict"}, 503)
    assert {"start": "2031-03-10T05:00:00Z", "end": "2031-03-10T06:00:00Z"} in problem["missing"]
    body = api.body(PATH, {"metric": "sentiment", "window": "3d"})
    assert body["freshness"]["missing"] == [{"start": "2031-03-10T05:00:00Z", "end": "2031-03-10T06:00:00Z"}]


def test_a_batch_that_is_a_run_late_is_completed_by_the_speed_layer(api: Api) -> None:
    late = {"computed_at": MIDNIGHT - DAY + 2 * HOUR, "covers_until": MIDNIGHT - DAY}
    api.load(
        movie(550, "Fight Club", **late),
        {**trend_point("sentiment", "2031-03-08", 0.3, 10), **late},
        speed_sentiment(550, MIDNIGHT - 2 * HOUR, 5, 0.6),
        beat(["sentiment"]),
    )
    body = api.body(PATH, {"metric": "sentiment", "window": "2d"})
    assert series(body) == [("2031-03-08", 0.3, 10, "batch"), ("2031-03-09", 0.6, 5, "speed")]
    assert body["freshness"]["complete"] is True


@pytest.mark.parametrize(
    "change",
    [
        {"data": None},
        {"data": {"metric": "sentiment", "date": "99999-01-01", "value": 1, "count": 1}},
        {"data": {"metric": "sentiment", "date": "2031-03-07", "value": "one", "count": 1}},
        {"data": {"metric": "sentiment", "date": "2031-03-07", "value": float("nan"), "count": 1}},
        {"data": {"metric": "sentiment", "date": "2031-03-07", "value": 1, "count": -1}},
        {"data": {"metric": "sentiment", "date": "x" * 10_000_000, "value": 1, "count": 1}},
        {"computed_at": None},
    ],
)
def test_an_unreadable_point_changes_nothing_for_the_others(api: Api, change: dict[str, Any]) -> None:
    api.load(usual())
    expected = api.body(PATH, {"metric": "sentiment"})
    api.forget()
    api.load({**trend_point("sentiment", "2031-03-07", 1.0, 99), **change})
    body = api.body(PATH, {"metric": "sentiment"})
    assert (body["data_points"], body["summary"]) == (expected["data_points"], expected["summary"])


def test_empty_collections_give_an_empty_series_that_says_what_it_lacks(api: Api) -> None:
    body = api.body(PATH, {"metric": "rating", "window": "1d"})
    assert (body["data_points"], body["summary"]["avg"]) == ([], None)
    assert body["freshness"]["missing"] == [{"start": "2031-03-09T00:00:00Z", "end": "2031-03-10T12:00:00Z"}]


def test_a_lagging_speed_layer_gives_a_warning(api: Api) -> None:
    api.load(usual())
    api.now += timedelta(hours=3)
    warnings = api.body(PATH, {"metric": "sentiment"})["freshness"]["warnings"]
    assert any(warning.startswith("speed_lagging:") for warning in warnings)


def test_a_metric_is_needed(api: Api) -> None:
    assert set(api.refused(PATH, {})) == {"metric"}


def test_every_bad_parameter_is_named(api: Api) -> None:
    wrong = {"metric": "revenue", "window": "2w", "movie_id": "-1", "genre": "", "year": "1999"}
    refused = api.refused(PATH, wrong)
    assert set(refused) == set(wrong)
    assert "one of rating, sentiment, popularity" in refused["metric"]


def test_a_genre_and_a_movie_exclude_each_other(api: Api) -> None:
    refused = api.refused(PATH, {"metric": "rating", "movie_id": "550", "genre": "Drama"})
    assert set(refused) == {"genre", "movie_id"}


def test_it_says_404_for_an_unknown_movie_and_genre(api: Api) -> None:
    api.load(usual())
    assert api.body(PATH, {"metric": "rating", "movie_id": 99}, 404)["title"] == "Unknown movie"
    assert api.body(PATH, {"metric": "rating", "genre": "tv movies"}, 404)["near"] == ["TV Movie"]
    assert api.body(PATH, {"metric": "rating", "genre": "$gt"}, 404)["near"] == []


def test_the_same_answer_is_not_sent_twice(api: Api) -> None:
    api.load(usual())
    first: Any = api.get(PATH, {"metric": "sentiment"})
    again: Any = api.get(PATH, {"metric": "sentiment"}, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "public, max-age=5"
