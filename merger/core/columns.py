"""Columns: many values of one kind in little memory, for the data that a process holds of all movies."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, MutableSequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


Floats: TypeAlias = NDArray[np.float64]


Integers: TypeAlias = NDArray[np.int64]


Small: TypeAlias = NDArray[np.int32]


Flags: TypeAlias = NDArray[np.bool_]


def encode(text: str) -> bytes:
    """Encodes text as UTF-8, which sorts as the text does; lone surrogates, which a store may hold, are kept."""
    return text.encode("utf-8", "surrogatepass")


class Texts:
    """A column of texts, stored one behind the other.

    Args:
        texts: one per row, in order.
    """

    __slots__ = ("_ends", "_stored")

    def __init__(self, texts: Iterable[str]) -> None:
        stored, ends = bytearray(), array("Q", [0])
        for text in texts:
            stored += encode(text)
            ends.append(len(stored))
        self._stored, self._ends = bytes(stored), ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, row: int) -> str:
        return self.raw(row).decode("utf-8", "surrogatepass")

    def raw(self, row: int) -> bytes:
        """The text of a row as UTF-8."""
        return self._stored[self._ends[row] : self._ends[row + 1]]

    def equal_to(self, text: str) -> tuple[int, int]:
        """The rows ``[first, after)`` with this text, of a sorted column."""
        wanted = encode(text)
        return self._first_from(wanted), self._first_from(wanted + b"\x00")

    def beginning_with(self, text: str) -> tuple[int, int]:
        """The rows ``[first, after)`` whose text begins with ``text``, of a sorted column; ``text`` is not empty."""
        wanted = encode(text)
        # UTF-8 never contains the byte 0xFF, so the last byte can be incremented.
        return self._first_from(wanted), self._first_from(wanted[:-1] + bytes([wanted[-1] + 1]))

    def _first_from(self, wanted: bytes) -> int:
        return bisect_left(range(len(self)), wanted, key=self.raw)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers.

    Args:
        values: NaN where the number is unknown; ``at`` returns ``None`` there.
        whole: which of them were stored as whole numbers, and are returned as such.
    """

    values: Floats
    whole: Flags

    def at(self, row: int) -> int | float | None:
        """The number of a row as it was stored; ``None`` if unknown."""
        value = float(self.values[row])
        if value != value:  # only NaN differs from itself; faster than a function call
            return None
        return int(value) if self.whole[row] else value


class GrowingNumbers:
    """A column of numbers while it is being filled."""

    def __init__(self) -> None:
        self._values, self._whole = array("d"), bytearray()

    def put(self, row: int, value: float | None) -> None:
        """Writes a row or appends one; ``value`` is an int, a float, or ``None`` if unknown."""
        put(self._values, row, float("nan") if value is None else value)
        put(self._whole, row, isinstance(value, int))

    def at(self, row: int) -> int | float | None:
        """The number of a row, as ``Numbers.at`` returns it."""
        value = self._values[row]
        if value != value:
            return None
        return int(value) if self._whole[row] else value

    def take(self, order: Integers) -> Numbers:
        """The finished column, with its rows in the given order."""
        whole = np.asarray(self._whole, dtype=np.bool_)
        return Numbers(np.asarray(self._values)[order], whole[order])


def put(column: MutableSequence[T], row: int, value: T) -> None:
    """Writes a row of a growing column or appends one."""
    if row == len(column):
        column.append(value)
    else:
        column[row] = value
