"""Texts are folded and split the same way however they are spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.words import is_unspaced, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Matrix", ["the", "matrix"]),
        ("Ｍａｔｒｉｘ", ["matrix"]),
        ("WALL·E", ["wall", "e"]),
        ("Amélie", ["amelie"]),
        ("Das weiße Band", ["das", "weisse", "band"]),
        ("Schindler's List", ["schindlers", "list"]),
        ("Mr. & Mrs. Smith", ["mr", "and", "mrs", "smith"]),
        ("Romeo + Juliet", ["romeo", "and", "juliet"]),
        ("Ca$h", ["cash"]),
        ("Alien³", ["alien", "3"]),
        ("33⅓", ["33", "1", "3"]),
        ("Солярис", ["солярис"]),
        ("दंगल", ["दंगल"]),
        ("千と千尋の神隠し", ["千と千尋の神隠し"]),
        ("新世紀EVANGELION", ["新世紀", "evangelion"]),
        ("ガンダム", ["ガンダム"]),
        ("🤖🤖", ["🤖", "🤖"]),
        ("a\u202eb\u200dc\u2066", ["abc"]),
        ("tab\tand\x00zero", ["tab", "and", "zero"]),
        ("!?*()[]{}\\^~:", []),
        ("", []),
    ],
)
def test_text_is_split_into_folded_words(text: str, words: list[str]) -> None:
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("word", "expected"), [("千と", True), ("기생", True), ("ต้ม", True), ("wall", False), ("", False)]
)
def test_scripts_without_blanks_are_known(word: str, *, expected: bool) -> None:
    assert is_unspaced(word) is expected


@given(st.text())
def test_folded_words_stay_as_they_are(text: str) -> None:
    words = split_words(text)
    assert split_words(" ".join(words)) == words


@given(st.text())
def test_words_hold_neither_blanks_nor_signs_of_a_query(text: str) -> None:
    assert not set("".join(split_words(text))) & set(" \t\n\"'()[]{}*?:^~\\/|&+-!\x00")
