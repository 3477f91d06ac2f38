"""Finds the first rows of an order without sorting all rows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from merger.core.columns import Integers

Column: TypeAlias = NDArray[Any]


def first_rows(rows: Integers, columns: Sequence[Column], count: int) -> Integers:
    """Returns the first ``count`` rows, in order.

    It takes time proportional to the number of rows, and sorts only those that it returns.

    Args:
        rows: row numbers, ascending; equal rows stay in this order.
        columns: values by row to sort by, ascending and without NaN, most important first.
        count: most rows to return.
    """
    chosen: list[Integers] = []
    ties, wanted = rows, count
    for column in columns:
        if len(ties) <= wanted:
            break
        values = column[ties]
        border = np.partition(values, wanted - 1)[wanted - 1]
        chosen.append(ties[values < border])
        ties = ties[values == border]
        wanted -= len(chosen[-1])
    together = np.sort(np.concatenate([*chosen, ties[:wanted]]))
    # ``lexsort`` is stable and sorts by the last key first.
    return together[np.lexsort([column[together] for column in reversed(columns)])]
