"""Kinds of hits keep their order, and no word is corrected that is found as it is."""

from __future__ import annotations

from typing import Any

import pytest
import tantivy

from search import asking
from search.asking import Asker, Strictness
from search.question import Question
from search.texts import MovieTexts
from tests.hostile_questions import QUESTIONS
from tests.unit.search.questions.sample_index import index_of, sample_index

_MOST_PARTS, _MOST_WITH_ERRORS = 1_000, 80


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


def test_words_for_all_movies_are_needed_by_none() -> None:
    year = (MovieTexts(1, "2012", year=2009), MovieTexts(2, "Skyfall", year=2012, votes=9_000))
    bees = (MovieTexts(3, "Bee Season", votes=9_000), MovieTexts(4, "Bee Movie", year=2012))
    for text in ("2012 movie", "movie 2012", "2012 movies", "2012 film", "film 2012", "2012 película"):
        assert found(text, *year) == [1, 2], text
    assert found("2012 movie", *year, *bees) == [1, 4, 2]
    assert found("bee movie", *year, *bees) == [4, 3]
    assert found("the movie", *year, *bees, MovieTexts(5, "The Bees"), MovieTexts(6, "The Bee Movie")) == [6]
    assert found("movie", *year, *bees) == [4]


def test_fillers_are_left_out_where_nothing_has_them() -> None:
    movies = (MovieTexts(1, "Inception"), MovieTexts(2, "Night Watch"), MovieTexts(3, "Nightmare", votes=9_000))
    index = index_of(*movies, MovieTexts(4, "Night", votes=9_000), MovieTexts(5, "Inceptors", votes=9_000))
    for text in ("watch inception online free", "inception full movie", "the inception", "Inception HD trailer"):
        assert index.find(text).ids.tolist() == [1], text
        assert index.find(text).showing == "inception", text
    assert index.find("watch night").ids.tolist() == [2]
    assert index.find("watch nihgt online").ids.tolist() == [2, 4]
    assert index.find("watch online").ids.tolist() == [2]


def test_a_number_that_no_title_has_may_be_left_out() -> None:
    movies = (MovieTexts(1, "Die Hard"), MovieTexts(2, "3 Days", cast=("Amber Heard", "Ann Dietz"), votes=9_000))
    assert found("die hard 3", *movies) == [1]
    assert found("die hard 3", *movies, MovieTexts(3, "Die Hard III")) == [3]


def test_a_whole_title_may_be_split_and_misspelt_at_once() -> None:
    movies = (MovieTexts(1, "Ghostbusters"), MovieTexts(2, "Ghost", votes=9_000))
    assert found("gost busters", *movies) == [1]
    assert found("leonard di caprio", MovieTexts(3, "Titanic", cast=("Leonardo DiCaprio",))) == [3]


def test_short_parts_of_an_unknown_word_are_not_looked_for() -> None:
    movies = (MovieTexts(1, "Memento"), MovieTexts(2, "Drag Me to Hell", votes=9_000))
    assert found("memeto", *movies) == [1]
    assert found("tinan", MovieTexts(3, "Pushing Tin", cast=("Angelina Jolie",))) == []


def test_title_of_signs_is_found_by_them() -> None:
    assert found("!!!", MovieTexts(1, "!!!"), MovieTexts(2, "???")) == [1]


class CountedQueries:
    """The engine's queries; counts the parts of those made, and among them those that look for errors."""

    def __init__(self) -> None:
        self.parts = self.with_errors = 0

    def __getattr__(self, name: str) -> Any:
        make = getattr(tantivy.Query, name)

        def made(*arguments: Any, **options: Any) -> Any:
            self.parts += 1
            if name == "fuzzy_term_query" and arguments[3]:
                self.with_errors += 1
            return make(*arguments, **options)

        return made


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_work_of_a_question_is_bounded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asker, looked_up = sample_index()._asker, 0

    class CountedTerms:
        def doc_freq(self, field: str, word: str) -> int:
            nonlocal looked_up
            looked_up += 1
            return asker.searcher.doc_freq(field, word)

        def __getattr__(self, name: str) -> Any:
            return getattr(asker.searcher, name)

    counted = Asker(asker.schema, CountedTerms())  # type: ignore[arg-type]  # it stands for a searcher
    for strictness in Strictness:
        queries, looked_up = CountedQueries(), 0
        monkeypatch.setattr(asking, "Query", queries)
        counted.query(Question.of(QUESTIONS[kind]), strictness)
        assert queries.parts <= _MOST_PARTS, strictness
        assert queries.with_errors <= _MOST_WITH_ERRORS, strictness
        assert looked_up <= 15_000, strictness


def test_six_words_of_a_question_may_have_errors() -> None:
    title = "Inception Interstellar Gladiator Terminator Braveheart Shawshank Godfather"
    index = index_of(MovieTexts(1, title))
    misspelt = [word[:3] + word[4:] for word in title.split()]
    assert index.find(" ".join(misspelt[:6])).total == 1
    assert index.find(" ".join(misspelt)).total == 1, "six of them are more than half"
    assert index.find(f"{' '.join(misspelt)} qwkrt zplmn vxkrt jqwzp zzkrt qqzmn").total == 0


def test_half_of_a_question_is_not_a_number_alone() -> None:
    index = index_of(
        MovieTexts(1, title="Rocky", votes=10),
        MovieTexts(2, title="Fantastic 4", votes=10_000),
        MovieTexts(3, title="Iron Man 3", votes=10_000),
    )
    assert index.find("rocky 4").ids.tolist()[0] == 1
    assert index.find("three billboards").ids.tolist() == []
    assert index.find("4").ids.tolist() == [2]
