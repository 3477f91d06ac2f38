"""Shelves hold the best of some movies, in a fixed order."""

from __future__ import annotations

from typing import Any

from pages.figures.shelves import LEAST_VOTES, MOST_SHOWN, best_rated, most_voted


def movie(movie_id: int, rating: float | None, votes: int | None) -> dict[str, Any]:
    return {"movie_id": movie_id, "vote_average": rating, "vote_count": votes}


def ids(movies: Any) -> list[int]:
    return [each["movie_id"] for each in movies]


def test_best_rated_need_enough_votes() -> None:
    few = LEAST_VOTES - 1
    found = [
        movie(1, 9.9, few),
        movie(2, 7.0, 100),
        movie(3, None, 900),
        movie(4, 8.0, LEAST_VOTES),
        movie(5, 9.0, None),
    ]
    assert ids(best_rated(found)) == [4, 2]


def test_equal_numbers_are_ordered_by_votes_and_id() -> None:
    found = [movie(3, 8.0, 90), movie(2, 8.0, 90), movie(1, 8.0, 80)]
    assert ids(best_rated(found)) == [2, 3, 1]
    assert ids(most_voted(found)) == [2, 3, 1]


def test_shelves_are_short_and_skip_the_unknown() -> None:
    found = [movie(number, 5.0, 100 + number) for number in range(30)]
    assert ids(most_voted([*found, movie(99, 5.0, None), movie(98, 5.0, 0)])) == list(range(29, 29 - MOST_SHOWN, -1))
    assert len(best_rated(found)) == MOST_SHOWN
