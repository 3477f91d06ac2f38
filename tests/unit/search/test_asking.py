"""Kinds of hits keep their order, and no word is corrected that is found as it is."""

from __future__ import annotations

from search.texts import MovieTexts
from tests.unit.search.sample_index import index_of


def found(text: str, *movies: MovieTexts) -> list[int]:
    return list(index_of(*movies).find(text).ids)


def test_exact_title_then_whole_words_then_beginnings() -> None:
    movies = (
        MovieTexts(1, "Seventh Son", votes=60_000),
        MovieTexts(2, "Last Seven Samurai", votes=10),
        MovieTexts(3, "Seven", votes=0),
    )
    assert found("seven", *movies) == [3, 2, 1]


def test_votes_decide_among_equals() -> None:
    assert found("star", MovieTexts(1, "Big Star", votes=5), MovieTexts(2, "Old Star", votes=500)) == [2, 1]


def test_found_word_is_not_corrected() -> None:
    assert found("star", MovieTexts(1, "Star"), MovieTexts(2, "Stir", votes=9)) == [1]
    assert found("stur", MovieTexts(1, "Star"), MovieTexts(2, "Stir", votes=99)) == [2, 1]


def test_short_words_and_numbers_are_not_corrected() -> None:
    assert found("cut", MovieTexts(1, "Cat")) == []
    assert found("1985", MovieTexts(1, "1984")) == []


def test_words_may_lie_in_title_people_and_year() -> None:
    movie = MovieTexts(1, "Inception", cast=("Elliot Page",), directors=("Christopher Nolan",), year=2010)
    other = MovieTexts(2, "Interstellar", directors=("Christopher Nolan",), year=2014)
    assert found("inception nolan", movie, other) == [1]
    assert found("nolan 2014", movie, other) == [2]
    assert found("elliot page", movie, other) == [1]


def test_signs_and_connectors_may_be_left_out() -> None:
    movie = MovieTexts(1, "Angels & Demons")
    for text in ("angels and demons", "angels & demons", "angels demons", "angels und demons", "angels et demons"):
        assert found(text, movie) == [1]
    assert found("and", MovieTexts(2, "And So On")) == [2]


def test_title_of_signs_is_found_by_them() -> None:
    assert found("!!!", MovieTexts(1, "!!!"), MovieTexts(2, "???")) == [1]
