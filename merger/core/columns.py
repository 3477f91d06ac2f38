"""Columns: many values of one kind in little memory, for what a process holds of all movies."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


Integers: TypeAlias = NDArray[np.int64]


Small: TypeAlias = NDArray[np.int32]


Flags: TypeAlias = NDArray[np.bool_]


def encoded(text: str) -> bytes:
    """UTF-8, which sorts as the text does; lone surrogates, which a store may hold, are kept."""
    return text.encode("utf-8", "surrogatepass")


class Texts:
    """Texts by row, stored one behind the other.

    Args:
        texts: in the order of the rows.
    """

    __slots__ = ("_ends", "_stored")

    def __init__(self, texts: Iterable[str]) -> None:
        stored, ends = bytearray(), array("Q", [0])
        for text in texts:
            stored += encoded(text)
            ends.append(len(stored))
        self._stored, self._ends = bytes(stored), ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode("utf-8", "surrogatepass")

    def raw(self, row: int) -> bytes:
        """The text's UTF-8."""
        return self._stored[self._ends[row] : self._ends[row + 1]]

    def equal_to(self, text: str) -> tuple[int, int]:
        """The rows ``[first, after)`` with this text, where the rows are sorted."""
        wanted = encoded(text)
        return self._first_from(wanted), self._first_from(wanted + b"\x00")

    def beginning_with(self, text: str) -> tuple[int, int]:
        """The rows ``[first, after)`` whose text begins so, where the rows are sorted; ``text`` is not empty."""
        wanted = encoded(text)
        # No UTF-8 has the byte 0xFF, so the last one can be counted up.
        return self._first_from(wanted), self._first_from(wanted[:-1] + bytes([wanted[-1] + 1]))

    def _first_from(self, wanted: bytes) -> int:
        return bisect_left(range(len(self)), wanted, key=self.raw)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers by row.

    Args:
        values: NaN where nobody knows the number; that NaN never leaves by ``at``.
        whole: which of them were stored as whole numbers, and are shown so.
    """

    values: Floats
    whole: Flags

    def at(self, row: int) -> int | float | None:
        """The number as it was stored, ``None`` for an unknown one."""
        value = float(self.values[row])
        if value != value:  # that is what tells a NaN, and faster than a function
            return None
        return int(value) if self.whole[row] else value


class GrowingNumbers:
    """``Numbers`` while they are collected."""

    def __init__(self) -> None:
        self._values, self._whole = array("d"), bytearray()

    def put(self, row: int, value: float | None) -> None:
        """Writes a row, or the one behind the last; ``value`` may be an int or a float, ``None`` for an unknown one."""
        put(self._values, row, float("nan") if value is None else value)
        put(self._whole, row, isinstance(value, int))

    def at(self, row: int) -> int | float | None:
        """As ``Numbers.at``."""
        value = self._values[row]
        if value != value:
            return None
        return int(value) if self._whole[row] else value

    def ordered(self, order: Integers) -> Numbers:
        """The rows in another order."""
        whole = np.asarray(self._whole, dtype=np.bool_)
        return Numbers(np.asarray(self._values)[order], whole[order])


def put(column: array[float] | array[int] | bytearray, row: int, value: float) -> None:
    """Writes a row of a growing column, or the one behind its last."""
    if row == len(column):
        column.append(value)  # type: ignore[arg-type]  # who fills a column of whole numbers passes whole ones
    else:
        column[row] = value  # type: ignore[call-overload]  # as above
