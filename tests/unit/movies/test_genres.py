"""The search of genres."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from movies.genres import genre_search
from tests.effort import examples
from tests.unit.inputs import details, view_inputs
from tests.unit.movies.test_search import COVERED, MOVIES, NOW, stored


@settings(max_examples=examples(100), deadline=None)
@given(MOVIES)
def test_the_mean_of_a_genre_is_over_its_rated_movies(movies: dict[int, dict[str, Any]]) -> None:
    catalogue, _ = stored(movies, [])
    found = genre_search(("drama",), view_inputs(NOW, catalogue=catalogue)).body["genres"]
    carrying = [f for f in movies.values() if {name.casefold() for name in f["genres"]} & {"drama"}]
    rated = [f["vote_average"] for f in carrying if f["vote_average"] is not None]
    if not carrying:
        assert found == []
        return
    assert found[0]["total_movies"] == len(carrying)
    assert found[0]["avg_rating"] == (pytest.approx(sum(rated) / len(rated)) if rated else None)


def test_words_begin_words_of_a_genres_name() -> None:
    catalogue = [details(1, COVERED, genres=["Science Fiction", "Drama"])]

    def names(*words: str) -> list[str]:
        return [each["genre"] for each in genre_search(words, view_inputs(NOW, catalogue=catalogue)).body["genres"]]

    assert names("fic") == names("sci", "fiction") == ["Science Fiction"]
    assert names("rama") == []


def test_without_words_all_genres_are_listed_by_name() -> None:
    catalogue = [details(1, COVERED, genres=["War", "Drama"])]
    body = genre_search(None, view_inputs(NOW, catalogue=catalogue)).body
    assert [each["genre"] for each in body["genres"]] == ["Drama", "War"]
    assert body["total_genres"] == 2


def test_a_genre_of_unreadable_documents_is_listed_and_the_answer_incomplete() -> None:
    spoilt = {"view_type": "genre_analytics", "data": {"genre": "Noir", "year": 1999}, "computed_at": COVERED}
    built = genre_search(None, view_inputs(NOW, catalogue=[details(1, COVERED), spoilt]))
    assert [each["genre"] for each in built.body["genres"]] == ["Drama", "Noir"]
    assert not built.freshness.complete
