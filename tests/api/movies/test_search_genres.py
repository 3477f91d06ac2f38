"""``search/genres``: names, numbers of movies, mean ratings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.documents import genre_month, movie

PATH = "search/genres"


def world() -> list[dict[str, Any]]:
    return [
        movie(1, "One", genres=["Drama", "Science Fiction"], vote_average=8.0),
        movie(2, "Two", genres=["drama", "Drama"], vote_average=6.0),
        movie(3, "No votes", genres=["Drama"], vote_average=0.0, vote_count=0),
        movie(4, "Odd", genres=["$where", "<b>Bold</b>"], vote_average=5.0),
        genre_month("Western", 1966, 12, 8.0, 1),
    ]


def test_all_genres_are_listed_with_their_movies_and_mean_rating(api: Api) -> None:
    api.load(world())
    body = api.body(PATH)
    assert body["genres"] == [
        {"genre": "$where", "total_movies": 1, "avg_rating": 5.0},
        {"genre": "<b>Bold</b>", "total_movies": 1, "avg_rating": 5.0},
        {"genre": "Drama", "total_movies": 3, "avg_rating": 7.0},
        {"genre": "Science Fiction", "total_movies": 1, "avg_rating": 8.0},
        {"genre": "Western", "total_movies": 0, "avg_rating": None},
    ]
    assert body["total_genres"] == 5
    assert body["data_source"] == "batch"
    assert body["freshness"]["batch_as_of"] == "2031-03-10T00:00:00Z"
    assert body["freshness"]["speed_as_of"] is None


@pytest.mark.parametrize(
    ("q", "found"),
    [("DRA", ["Drama"]), ("fiction", ["Science Fiction"]), ("rama", []), (".", []), ("$where", ["$where"])],
)
def test_words_match_the_beginnings_of_words(api: Api, q: str, found: list[str]) -> None:
    api.load(world())
    assert [hit["genre"] for hit in api.body(PATH, {"q": q})["genres"]] == found


def test_a_movie_stored_twice_counts_once(api: Api) -> None:
    api.load(world(), world())
    assert api.body(PATH, {"q": "drama"})["genres"][0]["total_movies"] == 3


def test_empty_collections_have_no_genres(api: Api) -> None:
    body = api.body(PATH)
    assert (body["genres"], body["total_genres"]) == ([], 0)


def test_an_answer_is_cached_for_the_very_stable_lifetime(api: Api, settings: Any) -> None:
    api.load(world())
    response = api.get(PATH)
    assert api.get(PATH, If_None_Match=response["ETag"]).status_code == 304
    assert api.keeps(settings.CACHE_TTL_VERY_STABLE, PATH)


def test_every_bad_parameter_is_named(api: Api) -> None:
    messages = api.refused(PATH, {"q": "x" * 101, "genre": "Drama", "completeness": "STRICT"})
    assert set(messages) == {"q", "genre", "completeness"}


def test_a_batch_answer_is_complete_under_strict(api: Api) -> None:
    api.load(world())
    assert api.body(PATH, {"completeness": "strict"})["freshness"]["complete"] is True
