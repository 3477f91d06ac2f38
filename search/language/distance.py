"""Counts typing errors. Pure."""

from __future__ import annotations


def count_errors(left: str, right: str, most: int) -> int | None:
    """Returns how many letters were added, left out, replaced or swapped with their neighbour; ``None``: over ``most``.

    The time grows with the product of both lengths.
    """
    if abs(len(left) - len(right)) > most:
        return None
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
