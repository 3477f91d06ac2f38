"""A question is read in the ways that people may mean it."""

from __future__ import annotations

import pytest

from search.question import LONGEST_WORD, MOST_WORDS, Question, allowed_errors, split_word

_KNOWN = {"spiderman", "spider", "man", "lord", "of", "the", "rings", "iron", "terminator", "2"}


def readings(text: str) -> list[list[str]]:
    return [[unit.word for unit in reading] for reading in Question.of(text).readings(_KNOWN.__contains__)]


def test_neighbours_are_joined_where_the_word_is_known() -> None:
    assert readings("spider man") == [["spider", "man"], ["spiderman"]]
    assert readings("iron man") == [["iron", "man"]]


def test_unknown_words_are_split_into_known_ones() -> None:
    assert readings("lordoftherings")[1:] == [["lord", "of", "the", "rings"]]
    assert readings("terminator2")[1:] == [["terminator", "2"]]
    assert split_word("xyz", _KNOWN.__contains__) == ["xyz"]


def test_number_of_several_words_is_read_in_digits() -> None:
    assert readings("twenty one men")[-1] == ["21", "men"]


def test_last_word_may_be_a_beginning() -> None:
    assert [unit.is_last for unit in Question.of("the god").first_reading()] == [False, True]


def test_long_questions_are_cut() -> None:
    question = Question.of(f"{'a' * 10_000} " + "b " * 10_000)
    assert len(question.words) == MOST_WORDS
    assert len(question.words[0]) == LONGEST_WORD


def test_question_of_signs_is_its_own_key() -> None:
    assert Question.of("! ?").key == "!?"
    assert Question.of("!").first_reading() == ()


def test_fillers_are_left_out_unless_there_are_no_other_words() -> None:
    assert Question.of("watch the Matrix movie").without_fillers().words == ("the", "matrix")
    assert Question.of("full movie").without_fillers().words == ("full", "movie")


@pytest.mark.parametrize(
    ("word", "errors"), [("abc", 0), ("abcd", 1), ("abcdefg", 1), ("abcdefgh", 2), ("20012001", 0)]
)
def test_errors_are_allowed_by_length(word: str, errors: int) -> None:
    assert allowed_errors(word) == errors
