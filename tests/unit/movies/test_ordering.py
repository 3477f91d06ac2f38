"""The first rows of an order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from movies.ordering import first_rows

_VALUES = st.sampled_from([0.0, -0.0, 1.0, 2.0, float("inf"), float("-inf")])
_TABLES = st.lists(st.tuples(st.booleans(), _VALUES, st.integers(0, 2)), max_size=30)


@given(_TABLES, st.integers(1, 35))
def test_first_rows_equal_those_of_a_full_sort(table: list[tuple[bool, float, int]], count: int) -> None:
    rows = [row for row, (chosen, _, _) in enumerate(table) if chosen]
    columns = [np.array([value for _, value, _ in table]), np.array([number for _, _, number in table])]
    expected = sorted(rows, key=lambda row: (table[row][1], table[row][2], row))[:count]
    assert first_rows(np.array(rows, dtype=np.int64), columns, count).tolist() == expected
