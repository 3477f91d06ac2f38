"""Answers are read strictly, and their text is shown on one bounded line."""

from __future__ import annotations

import pytest

from merger.hooks.answers import LARGEST_ANSWER, LONGEST_REASON, Answer, HookFault, Word, one_line, read_answer


@pytest.mark.parametrize("body", [b"", b" \n"])
def test_nothing_is_proceed(body: bytes) -> None:
    assert read_answer(body) == Answer(Word.PROCEED)


@pytest.mark.parametrize("word", list(Word))
def test_each_word_is_read_with_its_reason(word: Word) -> None:
    answer = read_answer(f'{{"answer": "{word}", "reason": "night", "seconds": 2.5}}'.encode())
    assert answer == Answer(word, "night", 2.5)
    assert str(answer) == f"{word}: night"


@pytest.mark.parametrize(
    "body",
    [
        b"ok",
        b"[]",
        b"null",
        b"{}",
        b'{"answer": "Proceed"}',
        b'{"answer": ["abort"]}',
        b'{"answer": "abort", "reason": 3}',
        b'{"answer": "wait", "seconds": -1}',
        b'{"answer": "wait", "seconds": "5"}',
        b'{"answer": "wait", "seconds": true}',
        b'{"answer": "wait", "seconds": NaN}',
        b'{"answer": "wait", "seconds": Infinity}',
        b'{"answer": "proceed"} {"answer": "abort"}',
        b"\xff\xfe\xff",
        b"[" * 60_000,
    ],
)
def test_another_form_is_a_fault(body: bytes) -> None:
    with pytest.raises(HookFault, match="its answer is not a JSON object such as"):
        read_answer(body)


def test_an_answer_that_is_too_long_is_a_fault() -> None:
    with pytest.raises(HookFault, match="longer than 65,536 bytes"):
        read_answer(b" " * (LARGEST_ANSWER + 1))


def test_text_is_one_line_without_control_characters() -> None:
    assert one_line("a\x1b[31m\r\nb\x00\u202ec\u2028d") == "a [31m b c d"
    assert len(one_line("x" * 5000)) == LONGEST_REASON
