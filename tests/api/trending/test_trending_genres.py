"""``GET trending/genres/{genre}``: the ranking of one genre.

Requirements A3 and A4.
"""

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


def test_ranks_the_genres_movies_without_gaps(api: Api) -> None:
    load(api)
    body = api.body("trending/genres/science fiction")
    assert [(e["rank"], e["movie_id"]) for e in body["trending_movies"]] == [(1, 3), (2, 1)]
    assert body["genre"] in ("Science Fiction", "SCIENCE FICTION")


def test_answer_equals_trending_movies_with_the_genre_parameter(api: Api) -> None:
    load(api)
    assert api.body("trending/genres/drama", {"limit": 5}) == api.body(
        "trending/movies", {"genre": "Drama", "limit": 5}
    )


def test_genre_may_contain_a_slash(api: Api) -> None:
    load(api)
    body = api.body("trending/genres/sci-fi%2Ffantasy")
    assert [entry["movie_id"] for entry in body["trending_movies"]] == [3]


def test_unknown_genre_is_404_with_similar_names(api: Api) -> None:
    load(api)
    assert api.body("trending/genres/dramas", status=404)["near"] == ["Drama"]


@pytest.mark.parametrize("name", ["$where", "%00", "%20", ".*", "a" * 500, "%F0%9F%8E%AC"])
def test_strange_genre_names_are_404(api: Api, name: str) -> None:
    load(api)
    assert api.body(f"trending/genres/{name}", status=404)["title"] == "Unknown genre"


def test_genre_query_parameter_is_refused(api: Api) -> None:
    load(api)
    assert set(api.refused("trending/genres/Drama", {"genre": "Drama", "window": "0"})) == {"genre", "window"}
