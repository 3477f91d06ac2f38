"""What is known of all movies and genres at once (A1, A3)."""

from __future__ import annotations

from itertools import permutations

import pytest

from merger.catalogue import Reference, spellings
from merger.contract import BatchDocument, Contract
from tests.unit.merger.documents import MOVIE, batch_view
from tests.unit.merger.examples import DETAILS, RUN


def details(*genres: str, movie_id: int = MOVIE) -> BatchDocument:
    raw = batch_view("movie_details", {**DETAILS, "genres": list(genres)}, RUN, movie_id=movie_id)
    return Contract().batch(raw)


def monthly(genre: str) -> BatchDocument:
    data = {"genre": genre, "year": 2025, "month": 3, "avg_rating": 6.5, "total_movies": 3, "total_revenue": 1}
    return Contract().batch(batch_view("genre_analytics", data, RUN))


KNOWN = Reference(
    movies={MOVIE: details("Drama", "Science Fiction")},
    genres={"drama": "Drama", "science fiction": "Science Fiction", "$where": "$where"},
)


def test_a_movie_that_is_not_in_the_catalogue_has_no_title_and_no_facts() -> None:
    assert KNOWN.title_of(MOVIE) == "<b>Fight</b> Club"
    assert KNOWN.title_of(1) is None
    assert KNOWN.facts_of(1) == {}
    assert Reference().movies_as_of is None
    assert KNOWN.movies_as_of == RUN


@pytest.mark.parametrize("name", ["Drama", "drama", "DRAMA"])
def test_a_genre_matches_without_regard_to_case(name: str) -> None:
    assert KNOWN.is_of_genre(MOVIE, name)
    assert not KNOWN.is_of_genre(MOVIE + 1, name)
    assert KNOWN.genre(f" {name} ") == "Drama"


def test_part_of_a_genre_is_not_the_genre() -> None:
    assert not KNOWN.is_of_genre(MOVIE, "Dram")
    assert KNOWN.genre("Dram") is None
    assert KNOWN.genre(".*") is None


def test_near_genres_are_offered_best_first() -> None:
    assert KNOWN.genres_like("Dramma") == ["Drama"]
    assert KNOWN.genres_like("sience fiction") == ["Science Fiction"]
    assert KNOWN.genres_like("western") == []
    assert KNOWN.genres_like("x" * 10**6) == []


def test_a_genre_is_spelled_as_most_documents_spell_it_in_any_order() -> None:
    documents = [details("Sci-Fi", movie_id=1), details("SCI-FI", movie_id=2), monthly("Sci-Fi"), details("war")]
    for order in permutations(documents):
        assert spellings(order) == {"sci-fi": "Sci-Fi", "war": "war"}
    assert spellings([details("War"), details("war")]) == {"war": "War"}
