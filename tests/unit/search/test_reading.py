"""Questions are answered whatever they hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.texts import MovieTexts
from tests.hostile_questions import QUESTIONS
from tests.unit.search.questions.sample_index import index_of, sample_index


@pytest.mark.parametrize("kind", QUESTIONS)
def test_hostile_question_is_answered(kind: str) -> None:
    found = sample_index().find(QUESTIONS[kind])
    for place in range(min(20, len(found.ids))):
        found.why(place)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_question_is_answered(text: str) -> None:
    found = sample_index().find(text)
    assert len(found.ids) == len(found.scores) == min(found.total, 10_100)


def test_every_hit_says_why() -> None:
    for text in (
        "matirx",
        "hayao",
        "das leben der anderen",
        "tom hanks",
        "spiderman",
        "inception nolan",
        "神隠し",
        "star wars",
        "gost busters",
        "tinan",
        "e.t.",
        "leonard di caprio",
        "catch me if u can",
        "tarantino western",
    ):
        found = sample_index().find(text)
        assert found.total, text
        assert all(found.why(place).matched for place in range(min(40, len(found.ids)))), text


def test_what_is_shown_instead_is_said() -> None:
    index = sample_index()
    assert index.find("forest gump").showing == "forrest gump"
    assert index.find("forrest gump").showing is None
    assert index.find("matirx").showing == "matrix"
    assert index.find("the mat").showing is None
    assert index.find("findingnemo").showing is None
    assert index.find("xqzvxqzv").total == 0


def test_other_movies_are_suggested_where_few_are_found() -> None:
    index = index_of(MovieTexts(1, "Stir"), MovieTexts(2, "Star", votes=5))
    assert index.find("stir").suggestions == (2,)
    assert sample_index().find("the").suggestions == ()


def test_only_movies_whose_whole_title_is_near_are_suggested() -> None:
    near = (MovieTexts(2, "June"), MovieTexts(3, "The Duke", votes=9))
    far = (MovieTexts(4, "An Unexpected Journey"), MovieTexts(5, "June Bug"), MovieTexts(6, "Heat", cast=("Duncan",)))
    assert index_of(MovieTexts(1, "Dune"), *near, *far).find("dune").suggestions == (3, 2)
    assert index_of(MovieTexts(1, "Dune"), *far).find("dune").suggestions == ()
    assert sample_index().find("dune").suggestions == ()
    assert index_of(MovieTexts(1, "2012"), MovieTexts(2, "2013")).find("2012").suggestions == ()


def test_a_word_near_a_whole_word_is_no_beginning() -> None:
    index = index_of(MovieTexts(1, "Titan A.E."), MovieTexts(2, "An Adventure", cast=("Jamin Winans",)))
    assert index.find("tinan").ids.tolist() == [1]
    assert index.find("titna").ids.tolist() == [1]
    assert index.find("adevnt").ids.tolist() == [2]


def test_empty_index_answers() -> None:
    assert index_of().find("matrix").total == 0
