"""The first rows of an order, without sorting all of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from merger.core.columns import Integers

Column: TypeAlias = NDArray[Any]


def first_rows(rows: Integers, columns: Sequence[Column], count: int) -> Integers:
    """The first ``count`` of some rows, in order.

    It takes time in proportion to the number of rows, and sorts only those that it returns.

    Args:
        rows: numbers of rows, ascending; equals stay in this order.
        columns: values by row, none of them NaN: what to sort by, the most important first, each ascending.
        count: how many, at most.
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
    # The last key is the most important one; its sort is stable.
    return together[np.lexsort([column[together] for column in reversed(columns)])]
