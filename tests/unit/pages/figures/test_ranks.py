"""A movie's rank counts those of its genre that enough people have rated."""

from __future__ import annotations

from typing import Any

import pytest

from merger.catalogue.catalogue import Catalogue
from pages.figures.ranks import LEAST_MOVIES, LEAST_VOTES, Rank, rank_in_genre
from tests.unit.inputs import details, view_inputs
from tests.unit.movies.test_search import COVERED, NOW


def catalogue_of(*movies: dict[str, Any]) -> Catalogue:
    found = [details(number, COVERED, **facts) for number, facts in enumerate(movies)]
    return view_inputs(NOW, catalogue=found).catalogue


def rated(rating: float | None, votes: int | None = LEAST_VOTES, *genres: str) -> dict[str, Any]:
    return {"genres": list(genres or ("Thriller",)), "vote_average": rating, "vote_count": votes}


def test_best_and_worst_of_a_genre() -> None:
    catalogue = catalogue_of(*(rated(number / 10) for number in range(50)))
    assert rank_in_genre(catalogue, 49) == Rank("Thriller", 2, 50)
    assert rank_in_genre(catalogue, 40) == Rank("Thriller", 20, 50)
    assert rank_in_genre(catalogue, 0) == Rank("Thriller", 100, 50)


def test_equal_ratings_share_a_rank_and_case_of_a_genre_does_not_count() -> None:
    catalogue = catalogue_of(*(rated(5.0, 90, "thriller") for _ in range(10)), *(rated(5.0) for _ in range(10)))
    assert rank_in_genre(catalogue, 3) == Rank("thriller", 5, 20)


def test_others_are_not_compared() -> None:
    others = [rated(9.0, LEAST_VOTES - 1), rated(9.0, None), rated(None), rated(9.0, 500, "Drama")]
    catalogue = catalogue_of(*(rated(5.0) for _ in range(LEAST_MOVIES)), *others)
    assert rank_in_genre(catalogue, 0) == Rank("Thriller", 5, LEAST_MOVIES)
    assert [rank_in_genre(catalogue, LEAST_MOVIES + number) for number in range(4)] == [None] * 4


@pytest.mark.parametrize("movie_id", [0, 1, 999])
def test_too_few_movies_no_genre_and_an_unknown_movie_have_no_rank(movie_id: int) -> None:
    facts = {"genres": [], "vote_average": 5.0, "vote_count": 99}
    assert rank_in_genre(catalogue_of(rated(5.0), facts), movie_id) is None
