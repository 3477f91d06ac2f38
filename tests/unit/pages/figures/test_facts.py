"""Facts in words: languages, decades, and overviews that say something."""

from __future__ import annotations

from typing import Any

import pytest

from pages.figures.facts import decade_of, language, story_of

FACTS = {
    "title": "Amélie",
    "release_date": "2001-04-25",
    "genres": ["Comedy", "Science Fiction"],
    "directors": ["Jean-Pierre Jeunet"],
    "cast": ["Audrey Tautou"],
}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en", "English"),
        ("DE", "German"),
        ("ja", "Japanese"),
        ("cn", "Cantonese"),
        ("zh", "Chinese"),
        ("nb", "Norwegian Bokmal"),
        ("xx", None),
        ("", None),
        (None, None),
        ("<b>", None),
    ],
)
def test_language_has_its_english_name(code: str | None, name: str | None) -> None:
    assert language(code) == name


@pytest.mark.parametrize(("date", "decade"), [("1999-12-31", 1990), ("2000-01-01", 2000), (None, None), ("", None)])
def test_decade_begins_with_a_nought(date: str | None, decade: int | None) -> None:
    assert decade_of(date) == decade


@pytest.mark.parametrize(
    ("overview", "is_shown"),
    [
        ("A Comedy / Science Fiction film from 2001, directed by Jean-Pierre Jeunet, with Audrey Tautou.", False),
        ("A Comedy film from 2001.", False),
        ("A film.", False),
        ("", False),
        (None, False),
        ("A shy waitress helps those around her.", True),
        ("A Drama film from 2001.", True),
    ],
)
def test_overview_that_repeats_facts_is_no_story(overview: str | None, *, is_shown: bool) -> None:
    details: dict[str, Any] = {**FACTS, "overview": overview}
    assert story_of(details) == (overview if is_shown else None)


def test_story_needs_no_other_facts() -> None:
    assert story_of({"overview": "Once upon a time."}) == "Once upon a time."
    assert story_of({}) is None
