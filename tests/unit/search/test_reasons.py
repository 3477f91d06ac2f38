"""Each hit says why it was found."""

from __future__ import annotations

import pytest

from search.question import Question
from search.reasons import Shown, explain_hit, show_question

_MATRIX = Shown("The Matrix", "", ("Keanu Reeves",), ("Lana Wachowski",), 1999)
_CHIHIRO = Shown("Spirited Away", "千と千尋の神隠し", (), ("Hayao Miyazaki",))
_SPIDER = Shown("Spider-Man 2", "", ("Tobey Maguire",), ())


def why(text: str, shown: Shown) -> tuple[tuple[str, ...], list[str], tuple[str, ...]]:
    reason = explain_hit(Question.of(text), shown)
    marked = [shown.title[start:end] for start, end in reason.title]
    marked += [shown.original_title[start:end] for start, end in reason.original_title]
    return reason.matched, marked, reason.people


def test_word_of_the_title_is_marked() -> None:
    assert why("matrix", _MATRIX) == (("title",), ["Matrix"], ())


def test_beginning_is_no_correction() -> None:
    assert why("the mat", _MATRIX) == (("title",), ["The", "Matrix"], ())


def test_corrected_word_is_named() -> None:
    assert why("matirx", _MATRIX) == (("title", "corrected_word"), ["Matrix"], ())
    assert show_question(Question.of("matirx"), _MATRIX) == "matrix"


@pytest.mark.parametrize("text", ["mtari", "lana wahcow"])
def test_beginning_with_an_error_is_a_correction(text: str) -> None:
    matched, marked, people = why(text, _MATRIX)
    assert "corrected_word" in matched
    assert marked or people == ("Lana Wachowski",)


def test_only_the_last_word_is_a_beginning_with_an_error() -> None:
    assert why("mtari keanu", _MATRIX) == (("person",), [], ("Keanu Reeves",))


def test_person_is_named() -> None:
    assert why("matrix reeves", _MATRIX) == (("title", "person"), ["Matrix"], ("Keanu Reeves",))
    assert why("miyazaki", _CHIHIRO) == (("person",), [], ("Hayao Miyazaki",))


def test_original_title_is_marked_inside_a_run() -> None:
    assert why("神隠し", _CHIHIRO) == (("original_title",), ["神隠し"], ())


def test_joined_word_marks_its_parts() -> None:
    assert why("spiderman two", _SPIDER) == (("title",), ["Spider", "Man", "2"], ())


def test_year_is_a_reason() -> None:
    assert why("matrix 1999", _MATRIX)[0] == ("title", "year")
    assert why("matrix 2012", _MATRIX)[0] == ("title",)
    assert show_question(Question.of("matirx 2012"), _MATRIX) == "matrix"


def test_words_joined_and_misspelt_are_marked() -> None:
    shown = Shown("Ghostbusters", "", (), ())
    assert why("gost busters", shown) == (("title", "corrected_word"), ["Ghostbusters"], ())
    assert show_question(Question.of("gost busters"), shown) == "ghostbusters"
    assert why("e t", Shown("Gattaca", "", ("Ethan Hawke",), ())) == (("person",), [], ("Ethan Hawke",))


def test_nothing_met_is_nothing_said() -> None:
    assert why("!!", _MATRIX) == ((), [], ())
    assert show_question(Question.of("xyz matirx"), _MATRIX) == "matrix"


@pytest.mark.parametrize(
    ("text", "title", "marked"),
    [
        ("godfather 2", "The Godfather: Part II", ["Godfather", "II"]),
        ("seven", "Se7en", ["Se7en"]),
        ("lord of rings", "The Lord of the Ring and Rings", ["Lord", "of", "Rings"]),
        ("harrypottergoblet", "Harry Potter and the Goblet of Fire", ["Harry", "Potter", "Goblet"]),
        ("scoo by doo", "Scooby-Doo", ["Scooby", "Doo"]),
        ("et", "E.T. the Extra-Terrestrial", ["E", "T"]),
        ("amelie", "Ame\u0301lie", ["Ame\u0301lie"]),
        ("twenty one", "21 Grams", []),
        ("ガ", "\uff76\uff9e!", ["\uff76\uff9e"]),
    ],
)
def test_only_what_was_met_is_marked(text: str, title: str, marked: list[str]) -> None:
    reason = explain_hit(Question.of(text), Shown(title, "", (), ()))
    assert [title[start:end] for start, end in reason.title] == marked


def test_person_of_whom_more_words_were_met_is_named_alone() -> None:
    shown = Shown("Saving Private Ryan", "", ("Tom Sizemore", "Tom Hanks"), ("Steven Spielberg",))
    assert why("tom hanks", shown)[2] == ("Tom Hanks",)
    assert why("hanks spielberg", shown)[2] == ("Tom Hanks", "Steven Spielberg")
    assert why("tom", shown)[2] == ("Tom Sizemore", "Tom Hanks")


def test_numbers_written_out_are_marked() -> None:
    shown = Shown("Two Thousand and One Maniacs", "", (), ())
    assert why("2001", shown)[1] == ["Two", "Thousand", "and", "One"]


def test_words_are_marked_in_the_first_letters_of_a_title_alone() -> None:
    reason = explain_hit(Question.of("a"), Shown("a " * 10_000, "", (), ()))
    assert 100 < len(reason.title) < 500
