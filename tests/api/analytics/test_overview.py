"""``analytics/overview``: the whole catalogue.

Requirements A3, D1, D2 and D4.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import COMPUTED, DAY, genre_month, movie

PATH = "analytics/overview"


def usual() -> list[dict[str, Any]]:
    return [
        movie(1, "One", genres=[{"id": 18, "name": "Drama"}, {"id": 10752, "name": "War"}], vote_average=8.0),
        movie(2, "Two", genres=["DRAMA"], vote_average=6.0, popularity=30.0),
        movie(3, "Three", genres=["Drama"], vote_average=0, vote_count=0, popularity=20.0),
        genre_month("Comedy", 1999, 1, 5.0, 1),
    ]


def test_it_answers_with_exactly_the_promised_fields(api: Api) -> None:
    api.load(usual())
    body = api.body(PATH)
    freshness = body.pop("freshness")
    assert body == {
        "total_movies": 3,
        "total_genres": 3,
        "genres": ["Comedy", "Drama", "War"],
        "overall_stats": {"avg_rating": 7.0, "avg_popularity": 20.0},
        "by_genre": [
            {"genre": "Drama", "movie_count": 3, "avg_rating": 7.0},
            {"genre": "War", "movie_count": 1, "avg_rating": 8.0},
            {"genre": "Comedy", "movie_count": 0, "avg_rating": None},
        ],
        "data_source": "batch",
    }
    assert (freshness["complete"], freshness["warnings"]) == (True, [])


def test_a_movie_counts_once_and_by_its_newest_document(api: Api) -> None:
    api.load(usual(), usual(), movie(1, "Old", genres=["Horror"], computed_at=COMPUTED - DAY))
    body = api.body(PATH)
    assert (body["total_movies"], body["total_genres"]) == (3, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"data": None},
        {"movie_id": None},
        {"movie_id": 1.5},
        {"computed_at": 5, "covers_until": None},
        {"computed_at": 5, "covers_until": "soon"},
    ],
)
def test_an_unreadable_document_changes_nothing_for_the_others(api: Api, change: dict[str, Any]) -> None:
    api.load(usual())
    before = api.body(PATH)
    api.forget()
    api.load({**movie(9, "Nine"), **change})
    body = api.body(PATH)
    freshness = body["freshness"]
    assert {**body, "freshness": None} == {**before, "freshness": None}
    assert freshness["complete"] is False
    assert freshness["missing"]
    assert any(warning.startswith("documents_skipped:") for warning in freshness["warnings"])


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"genres": ["Drama"]}},
        {"data": {"genres": ["Drama"], "title": [], "popularity": float("nan"), "vote_average": {}}},
        {"data": {"genres": ["Drama"]}, "computed_at": 5},
        {"data": {"genres": ["Drama"]}, "version": "first"},
    ],
)
def test_an_unreadable_value_costs_only_itself(api: Api, change: dict[str, Any]) -> None:
    api.load(usual(), {**movie(9, "Nine"), **change})
    body = api.body(PATH)
    assert (body["total_movies"], body["by_genre"][0]) == (4, {"genre": "Drama", "movie_count": 4, "avg_rating": 7.0})
    assert body["overall_stats"] == {"avg_rating": 7.0, "avg_popularity": 20.0}
    assert (body["freshness"]["complete"], body["freshness"]["warnings"]) == (True, [])


def test_an_empty_layer_is_an_empty_catalogue(api: Api) -> None:
    body = api.body(PATH)
    assert (body["total_movies"], body["genres"], body["by_genre"]) == (0, [], [])
    assert body["overall_stats"] == {"avg_rating": None, "avg_popularity": None}
    assert any(warning.startswith("batch_empty:") for warning in body["freshness"]["warnings"])


def test_it_takes_no_other_parameter(api: Api) -> None:
    assert set(api.refused(PATH, {"genre": "Drama"})) == {"genre"}


def test_the_same_answer_is_not_sent_twice(api: Api) -> None:
    api.load(usual())
    first: Any = api.get(PATH)
    again: Any = api.get(PATH, If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
