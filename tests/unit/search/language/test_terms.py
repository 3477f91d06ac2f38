"""Titles and names are found by the terms that people type."""

from __future__ import annotations

import pytest

from search.language.terms import beginnings, name_terms, person_keys, question_keys, run_terms, title_keys, title_terms


@pytest.mark.parametrize(
    ("title", "terms"),
    [
        ("Spider-Man", {"spider", "man", "spiderman"}),
        ("S.W.A.T.", {"s", "w", "a", "t", "swat"}),
        ("The Man from U.N.C.L.E.", {"uncle"}),
        ("Rocky V", {"v", "5"}),
        ("Ocean's Eleven", {"oceans", "11"}),
        ("Twenty Eight Days", {"28"}),
        ("千と千尋", {"千", "千と", "と千", "千尋"}),
    ],
)
def test_title_has_terms(title: str, terms: set[str]) -> None:
    assert terms <= set(title_terms(title))


@pytest.mark.parametrize(
    ("title", "question"),
    [("The Godfather", "godfather"), ("Ocean's Eleven", "oceans 11"), ("Angels & Demons", "angels demons"),
     ("Se7en", "seven"), ("2001: A Space Odyssey", "two thousand and one a space odyssey")],
)  # fmt: skip
def test_whole_title_has_the_key_of_a_question(title: str, question: str) -> None:
    assert set(question_keys(question.split())) & set(title_keys(title))


def test_title_of_signs_is_its_own_key() -> None:
    assert title_keys("! ?") == ["!?"]
    assert title_keys("") == []


def test_names_have_terms_and_keys() -> None:
    assert {"jean", "claude", "van", "damme", "jeanclaude", "vandamme"} <= set(name_terms("Jean-Claude Van Damme"))
    assert person_keys("Robert Downey Jr.") == ("robertdowneyjr", "robertdowney")
    assert person_keys("Penélope Cruz") == ("penelopecruz",)
    assert person_keys("") == ()


def test_run_is_cut_into_neighbours() -> None:
    assert run_terms("神隠し") == ["神隠", "隠し"]
    assert run_terms("神") == ["神"]


def test_beginnings_are_short_and_unique() -> None:
    assert beginnings(["matrix", "man"]) == ["m", "ma", "mat", "man"]
