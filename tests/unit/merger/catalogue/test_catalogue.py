"""The catalogue answers questions about movies and genres.

Requirements A1, A3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from merger.catalogue.catalogue import Catalogue
from merger.contract.documents import Contract
from merger.errors import NotFound
from tests.unit.merger.catalogue.documents import catalogue, details, monthly
from tests.unit.merger.documents import MOVIE, batch_view
from tests.unit.merger.examples import RUN

KNOWN = catalogue(details("Drama", "Science Fiction"), monthly("$where"))


def test_unknown_movie_has_no_title_and_no_facts() -> None:
    assert KNOWN.title_of(MOVIE) == "<b>Fight</b> Club"
    assert KNOWN.knows(MOVIE)
    for unknown in (1, MOVIE + 1, -1, 10**40):
        assert not KNOWN.knows(unknown)
        assert KNOWN.title_of(unknown) is None
        assert KNOWN.facts_of(unknown) == {}
        assert KNOWN.computed_at(unknown) is None
    assert KNOWN.movies.as_of == KNOWN.genres_as_of == RUN


def test_empty_catalogue_knows_nothing() -> None:
    for empty in (Catalogue(), catalogue()):
        assert (empty.movies.as_of, empty.genres_as_of, empty.totals_as_of) == (None, None, None)
        assert (len(empty.movies), empty.genres, empty.by_genre) == (0, {}, {})
        assert not empty.knows(MOVIE)
        assert not empty.is_of_genre(MOVIE, "Drama")


@pytest.mark.parametrize("name", ["Drama", "drama", "DRAMA"])
def test_genre_matches_in_any_case(name: str) -> None:
    assert KNOWN.is_of_genre(MOVIE, name)
    assert not KNOWN.is_of_genre(MOVIE + 1, name)
    assert KNOWN.genre(f" {name} ") == "Drama"


def test_genre_of_many_movies_is_checked_in_one_call() -> None:
    found = catalogue(*(details("War", "wAR") if n % 3 else details("Drama", movie_id=n) for n in range(7)), details())
    movie_ids = np.array([0, 1, 3, MOVIE, 10**12, 6])
    rows, known = found.movies.rows(movie_ids)
    assert known.tolist() == [True, False, True, True, False, True]
    assert [found.movies.ids[row] for row in rows[known]] == [0, 3, MOVIE, 6]
    for genre in ("drama", "DRAMA", "war", "western"):
        expected = [found.is_of_genre(movie_id, genre) for movie_id in movie_ids.tolist()]
        assert found.of_genre(movie_ids, genre).tolist() == expected
    assert Catalogue().of_genre(movie_ids, "drama").tolist() == [False] * 6


def test_part_of_a_genre_does_not_match() -> None:
    assert not KNOWN.is_of_genre(MOVIE, "Dram")
    assert KNOWN.genre("Dram") is None
    assert KNOWN.genre(".*") is None


def test_similar_genres_are_offered_best_first() -> None:
    assert KNOWN.genres_like("Dramma") == ["Drama"]
    assert KNOWN.genres_like("sience fiction") == ["Science Fiction"]
    assert KNOWN.genres_like("western") == []
    assert KNOWN.genres_like("x" * 10**6) == []


def test_a_named_genre_must_be_known() -> None:
    assert (KNOWN.known_genre(None), KNOWN.known_genre("drama")) == (None, "Drama")
    with pytest.raises(NotFound, match="Dramma"):
        KNOWN.known_genre("Dramma")


def documents_of(*payloads: dict[str, Any]) -> Catalogue:
    raw = [batch_view("movie_details", data, RUN, movie_id=number) for number, data in enumerate(payloads)]
    return catalogue(*map(Contract().read_batch, raw))


def test_release_years_are_compared_as_a_closed_interval() -> None:
    days = ("1999-01-01", "1999-12-31", "2000-01-01", None)
    movies = documents_of(*({"title": "A", "release_date": day} for day in days)).movies
    within = movies.released_within(1999, 1999)
    assert within is not None
    assert within.tolist() == [True, True, False, False]
    assert movies.released_within(None, None) is None
