"""The questions of people, made before the search: right first for 95 of 100, among the first five for 99."""

from __future__ import annotations

from tests.unit.search.questions.rules import COLUMNS, FILE, make_questions
from tests.unit.search.sample_index import questions, sample_index

_FIRST, _FIRST_FIVE = 0.95, 0.99


def test_right_movies_come_first() -> None:
    index, asked = sample_index(), list(questions())
    found = [(each, index.find(each.text).ids[:5].tolist()) for each in asked]
    first = [each for each, ids in found if ids and ids[0] in each.right]
    first_five = [each for each, ids in found if each.right & set(ids)]
    assert len(asked) >= 300
    assert len(first) / len(asked) >= _FIRST
    assert len(first_five) / len(asked) >= _FIRST_FIVE


def test_questions_by_rule_are_as_the_rules_make_them() -> None:
    rows = FILE.read_text(encoding="utf-8").splitlines()
    assert rows[0] == ",".join(COLUMNS)
    assert len(rows) - 1 == len(list(make_questions()))
