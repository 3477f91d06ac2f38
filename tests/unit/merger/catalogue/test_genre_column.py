"""The genre column answers as a list of genres per row does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from merger.catalogue.genre_column import Genres

LISTS = st.lists(st.lists(st.sampled_from(["Drama", "drama", "War", "Sci-Fi"]), max_size=3).map(tuple), min_size=1)


@given(LISTS, st.data())
def test_column_holds_each_row_s_genres(lists: list[tuple[str, ...]], data: st.DataObject) -> None:
    list_of = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=8))
    rows = [lists[number] for number in list_of]
    column = Genres.of(lists, list_of)
    assert [column.at(row) for row in range(len(rows))] == rows
    for key in ("drama", "war", "western"):
        expected = [key in map(str.casefold, names) for names in rows]
        assert column.carrying(key).tolist() == expected
        assert [column.holds(row, key) for row in range(len(rows))] == expected
        backwards = np.arange(len(rows))[::-1]
        assert column.carrying(key, backwards).tolist() == expected[::-1]
        found = column.rows_by_key().get(key, np.empty(0, np.int64))
        assert sorted(found.tolist()) == [row for row, holds in enumerate(expected) if holds]
    used = [name for names in rows for name in names]
    assert column.uses() == {name: used.count(name) for name in used}


def test_equal_lists_share_one_object() -> None:
    column = Genres.of([("Drama", "War")], [0] * 1000)
    assert len(column.items) == 2
