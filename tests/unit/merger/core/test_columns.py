"""Columns of texts and numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merger.core.columns import GrowingNumbers, Texts


@given(st.lists(st.one_of(st.text(max_size=5), st.sampled_from(["\ud800", "\uffff", "\U0001f600", "\x00"]))))
def test_texts_are_returned_unchanged(texts: list[str]) -> None:
    column = Texts(texts)
    assert [column[row] for row in range(len(column))] == texts


@given(st.lists(st.text(max_size=3)), st.text(min_size=1, max_size=2))
def test_sorted_texts_are_found_by_prefix(texts: list[str], wanted: str) -> None:
    texts = sorted(texts)
    first, after = Texts(texts).beginning_with(wanted)
    assert texts[first:after] == [text for text in texts if text.startswith(wanted)]


@given(st.lists(st.text("abc", max_size=3)), st.text("abc", min_size=1, max_size=2))
def test_sorted_texts_are_found_by_equality(texts: list[str], wanted: str) -> None:
    texts = sorted(texts)
    first, after = Texts(texts).equal_to(wanted)
    assert texts[first:after] == [text for text in texts if text == wanted]


@pytest.mark.parametrize("value", [None, 0, 0.0, -0.0, 7, 7.0, -(10**15), 10.0**15, 0.1])
def test_a_number_keeps_its_kind_or_stays_unknown(value: float | None) -> None:
    growing = GrowingNumbers()
    growing.put(0, 1.5)
    growing.put(1, 3)
    growing.put(0, value)
    column = growing.take(np.array([1, 0]))
    assert json.dumps([growing.at(0), column.at(0), column.at(1)]) == json.dumps([value, 3, value])
