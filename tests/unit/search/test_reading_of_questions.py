"""Two sets of questions as people type them: right first for 95 of 100, among the first five for 99."""

from __future__ import annotations

import pytest

from tests.unit.search.questions.rules import COLUMNS, FILE, make_questions
from tests.unit.search.questions.sample_index import BLIND, TUNED, questions, sample_index

_FIRST, _FIRST_FIVE = 0.95, 0.99


@pytest.mark.parametrize(("names", "least"), [(TUNED, 300), (BLIND, 60)])
def test_right_movies_come_first(names: tuple[str, ...], least: int) -> None:
    index, asked = sample_index(), list(questions(names))
    found = [(each, index.find(each.text).ids[:5].tolist()) for each in asked]
    first = [each for each, ids in found if ids and ids[0] in each.right]
    first_five = [each for each, ids in found if each.right & set(ids)]
    assert len(asked) >= least
    assert len(first) / len(asked) >= _FIRST
    assert len(first_five) / len(asked) >= _FIRST_FIVE


def test_questions_by_rule_are_as_the_rules_make_them() -> None:
    rows = FILE.read_text(encoding="utf-8").splitlines()
    assert rows[0] == ",".join(COLUMNS)
    assert len(rows) - 1 == len(list(make_questions()))
