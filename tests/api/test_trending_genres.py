"""``trending/genres/{genre}``: the ranking of one genre (A3, A4)."""

from __future__ import annotations

import pytest

from tests.api.conftest import Api
from tests.api.documents import OPEN_HOUR, movie, speed_trending


def load(api: Api) -> None:
    api.load(
        movie(1, "One", genres=["Science Fiction"]),
        movie(2, "Two", genres=["Drama"]),
        movie(3, "Three", genres=["Sci-Fi/Fantasy", "SCIENCE FICTION"]),
        *(speed_trending(number, OPEN_HOUR, 50.0 + number) for number in (1, 2, 3)),
    )


def test_it_ranks_the_movies_of_the_genre_without_gaps(api: Api) -> None:
    load(api)
    body = api.body("trending/genres/science fiction")
    assert [(e["rank"], e["movie_id"]) for e in body["trending_movies"]] == [(1, 3), (2, 1)]
    assert body["genre"] in ("Science Fiction", "SCIENCE FICTION")


def test_it_is_the_answer_that_the_genre_parameter_gives(api: Api) -> None:
    load(api)
    assert api.body("trending/genres/drama", {"limit": 5}) == api.body(
        "trending/movies", {"genre": "Drama", "limit": 5}
    )


def test_a_genre_may_hold_a_slash(api: Api) -> None:
    load(api)
    body = api.body("trending/genres/sci-fi%2Ffantasy")
    assert [entry["movie_id"] for entry in body["trending_movies"]] == [3]


def test_it_says_404_for_an_unknown_genre_with_near_ones(api: Api) -> None:
    load(api)
    assert api.body("trending/genres/dramas", status=404)["near"] == ["Drama"]


@pytest.mark.parametrize("name", ["$where", "%00", "%20", ".*", "a" * 500, "%F0%9F%8E%AC"])
def test_a_strange_genre_is_an_unknown_one(api: Api, name: str) -> None:
    load(api)
    assert api.body(f"trending/genres/{name}", status=404)["title"] == "Unknown genre"


def test_the_genre_is_no_parameter_here(api: Api) -> None:
    load(api)
    assert set(api.refused("trending/genres/Drama", {"genre": "Drama", "window": "0"})) == {"genre", "window"}
