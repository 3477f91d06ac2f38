"""Numbers are the same in digits, words and Roman numerals."""

from __future__ import annotations

import pytest

from search.language.numbers import in_digits, number_forms, number_spans


@pytest.mark.parametrize(
    ("word", "forms"),
    [("four", ("4",)), ("iv", ("4",)), ("xiii", ("13",)), ("sixth", ("6th",)), ("second", ("2nd",)), ("matrix", ()),
     ("mix", ()), ("x", ()), ("forty", ("40",)), ("se7en", ("seten", "seven")), ("", ())],
)  # fmt: skip
def test_word_has_other_forms(word: str, forms: tuple[str, ...]) -> None:
    assert number_forms(word) == forms


def test_single_letter_is_a_numeral_only_at_the_end() -> None:
    assert number_forms("v", is_last=True) == ("5",)
    assert number_forms("v") == ()


@pytest.mark.parametrize(("word", "digits"), [("seven", "7"), ("vii", "7"), ("se7en", "7"), ("7", "7"), ("car", "car")])
def test_number_is_written_in_digits(word: str, digits: str) -> None:
    assert in_digits(word) == digits


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("two thousand and one a space odyssey", [(0, 4, "2001")]),
        ("twenty eight days later", [(0, 2, "28")]),
        ("a hundred foot journey", [(0, 2, "100")]),
        ("one hundred and one dalmatians", [(0, 4, "101")]),
        ("three hundred", [(0, 2, "300")]),
        ("one two three", []),
        ("twenty and one", []),
        ("hundred", []),
        ("", []),
    ],
)
def test_several_words_are_one_number(text: str, spans: list[tuple[int, int, str]]) -> None:
    assert list(number_spans(text.split())) == spans
