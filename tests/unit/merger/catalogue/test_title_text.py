"""Titles are normalised into words, and matched by the beginnings of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.catalogue.title_text import EXACT, PREFIX, WORDS, join_words, normalise_words, title_matcher


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Matrix", ("the", "matrix")),
        ("AMÉLIE", ("amelie",)),
        ("Schindler’s List", ("schindlers", "list")),
        ("Ocean's 11", ("oceans", "11")),
        ("WALL·E", ("wall", "e")),
        ("Straße", ("strasse",)),
        ("Smørrebrød & Łódź", ("smorrebrod", "lodz")),
        ("Æon Flux", ("aeon", "flux")),
        ("İstanbul", ("istanbul",)),
        ("ﬁne", ("fine",)),
        ("千と千尋の神隠し", ("千と千尋の神隠し",)),
        ("under_score", ("under", "score")),
        ("!!! ???", ()),
        ("", ()),
    ],
)
def test_text_is_normalised_into_words(text: str, words: tuple[str, ...]) -> None:
    assert normalise_words(text) == words


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise_words(" ".join(normalise_words(text))) == normalise_words(text)


@given(st.text(max_size=60))
def test_case_does_not_matter(text: str) -> None:
    assert normalise_words(text.casefold()) == normalise_words(text)


@given(st.text(min_size=1, max_size=60))
def test_title_matches_itself_exactly(text: str) -> None:
    words = normalise_words(text)
    assert title_matcher(words)(join_words(words)) == (EXACT if words else None)


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        ("alien", "Alien", EXACT),
        ("alien", "Aliens", PREFIX),
        ("my al", "My Alien Friend", PREFIX),
        ("friend my", "My Alien Friend", WORDS),
        ("alien", "My Alien Friend", WORDS),
        ("y alien", "My Alien Friend", None),
        ("alien ripley", "Alien", None),
        ("aliens", "Alien", None),
    ],
)
def test_better_matches_have_smaller_ranks(query: str, title: str, expected: int | None) -> None:
    assert title_matcher(normalise_words(query))(join_words(normalise_words(title))) == expected


@given(st.lists(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4), st.text("ab ", max_size=8))
def test_title_matches_if_every_query_word_begins_one_of_its_words(title: list[str], query: str) -> None:
    words = tuple(query.split())
    expected = bool(words) and all(any(name.startswith(word) for name in title) for word in words)
    assert (title_matcher(words)(join_words(tuple(title))) is not None) == expected
