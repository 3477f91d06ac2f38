"""``analytics/genre/{genre}``: the batch layer's statistics.

Requirements A1, A3, D1, D2 and D4.
"""

from __future__ import annotations

from typing import Any

import pytest
from bson import Decimal128

from tests.api.conftest import Api
from tests.api.documents import batch, genre_month, movie

PATH = "analytics/genre/Drama"


def usual() -> list[dict[str, Any]]:
    top = [{"movie_id": 550, "title": "Fight Club", "vote_average": 8.4, "popularity": 120.5, "revenue": 5}]
    return [
        genre_month("Drama", 1999, 9, 5.0, 30, avg_sentiment=0.1, avg_popularity=20, avg_budget=100),
        genre_month("Drama", 1999, 10, 9.0, 10, avg_sentiment=0.3, avg_runtime=120, top_movies=top),
        genre_month("Drama", 1998, None, 7.0, 5),
        genre_month("War", 1999, 10, 1.0, 1000),
        movie(550, "Fight Club"),
    ]


def test_it_answers_with_exactly_the_promised_fields(api: Api) -> None:
    api.load(usual())
    body = api.body("analytics/genre/drama", {"year": 1999})
    freshness = body.pop("freshness")
    assert body == {
        "genre": "Drama",
        "year": 1999,
        "month": None,
        "statistics": {
            "total_movies": 40,
            "avg_rating": 6.0,
            "avg_sentiment": pytest.approx(0.15),
            "avg_popularity": 20.0,
            "total_revenue": 40_000_000,
            "avg_budget": 100.0,
            "avg_runtime": 120.0,
        },
        "top_movies": [
            {
                "movie_id": 550,
                "title": "Fight Club",
                "vote_average": 8.4,
                "vote_count": 100,
                "popularity": 120.5,
                "revenue": 5,
                "release_date": "1999-10-15",
            }
        ],
        "trends": {
            "rating_trend": "increasing",
            "sentiment_trend": "increasing",
            "popularity_trend": "stable",
            "points": [
                {
                    "year": 1999,
                    "month": 9,
                    "total_movies": 30,
                    "avg_rating": 5.0,
                    "avg_sentiment": 0.1,
                    "avg_popularity": 20,
                },
                {
                    "year": 1999,
                    "month": 10,
                    "total_movies": 10,
                    "avg_rating": 9.0,
                    "avg_sentiment": 0.3,
                    "avg_popularity": None,
                },
            ],
        },
        "data_source": "batch",
    }
    assert freshness["batch_as_of"] == "2031-03-10T00:00:00Z"
    assert freshness["complete"] is True


def test_all_years_and_one_month(api: Api) -> None:
    api.load(usual())
    assert api.body(PATH)["statistics"]["total_movies"] == 45
    assert api.body(PATH, {"year": 1999, "month": 10})["statistics"]["avg_rating"] == 9.0
    empty = api.body(PATH, {"year": 1998, "month": 10})["statistics"]
    assert (empty["total_movies"], empty["avg_rating"]) == (0, None)


def test_a_past_year_is_cached_for_longer(api: Api) -> None:
    api.load(usual())
    assert api.keeps(3600, PATH, {"year": 1999})
    assert api.keeps(1800, PATH, {"year": 2031})


def test_fields_at_the_top_level_and_decimals_are_read(api: Api) -> None:
    flat = batch("genre_analytics", None)
    flat |= {"genre": "Drama", "year": 1999.0, "month": 9, "avg_rating": Decimal128("6.5"), "total_movies": 4.0}
    del flat["data"]
    api.load({**flat, "total_revenue": Decimal128("12")})
    found = api.body(PATH)["statistics"]
    assert (found["avg_rating"], found["total_movies"], found["total_revenue"]) == (6.5, 4, 12)


@pytest.mark.parametrize(
    "change",
    [
        {"data": None},
        {"data": {"genre": "Drama", "year": 1999, "month": 9}},
        {"data": {**genre_month("Drama", 1999, 9, 5.0, 30)["data"], "month": 13}},
        {"data": {**genre_month("Drama", 1999, 9, 5.0, 30)["data"], "total_movies": -1}},
        {"data": {**genre_month("Drama", 1999, 9, 5.0, 30)["data"], "year": 99999}},
        {"data": {**genre_month("Drama", 1999, 9, 5.0, 30)["data"], "genre": "D" * 10_000_000}},
        {"computed_at": "tomorrow", "covers_until": None},
    ],
)
def test_an_unreadable_document_changes_nothing_for_the_others(api: Api, change: dict[str, Any]) -> None:
    api.load(usual())
    expected = api.body(PATH)
    api.forget()
    api.load({**genre_month("Drama", 1999, 9, 1.0, 999), **change})
    body = api.body(PATH)
    assert body["statistics"] == expected["statistics"]
    assert any(warning.startswith("documents_skipped:") for warning in body["freshness"]["warnings"])


def test_the_newest_of_two_documents_of_a_month_counts(api: Api) -> None:
    api.load(usual(), {**genre_month("DRAMA", 1999, 9, 1.0, 2), "version": 2})
    assert api.body(PATH, {"year": 1999, "month": 9})["statistics"]["total_movies"] == 2


def test_every_bad_parameter_is_named(api: Api) -> None:
    refused = api.refused(PATH, {"year": "1799", "month": "13", "limit": "3"})
    assert set(refused) == {"year", "month", "limit"}
    assert "from 1800 to 2200" in refused["year"]


def test_a_month_needs_its_year(api: Api) -> None:
    assert api.refused(PATH, {"month": "5"}) == {"month": "month needs a year as well"}


def test_it_says_404_for_an_unknown_genre_with_near_ones(api: Api) -> None:
    api.load(usual())
    assert api.body("analytics/genre/dramma", status=404)["near"] == ["Drama"]
    assert api.body("analytics/genre/$ne", status=404)["near"] == []


def test_the_same_answer_is_not_sent_twice(api: Api) -> None:
    api.load(usual())
    first: Any = api.get(PATH)
    again: Any = api.get(PATH, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
