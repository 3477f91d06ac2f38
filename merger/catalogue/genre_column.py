"""The genres of all movies as a column, which holds equal lists once. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from merger.core.columns import Flags, Integers, Small


@dataclass(frozen=True, slots=True, eq=False)
class Genres:
    """Lists of genres by row.

    Args:
        names: every spelling of any genre.
        keys: each of them case-folded.
        items: all lists, one after the other, as positions in ``names``.
        starts: where each list starts in ``items``, and where the last one ends.
        list_of: the number of each row's list.
    """

    names: tuple[str, ...]
    keys: tuple[str, ...]
    items: array[int]
    starts: array[int]
    list_of: array[int]

    @classmethod
    def of(cls, lists: Iterable[tuple[str, ...]], list_of: Iterable[int] = ()) -> Genres:
        """Builds the column from lists and the number of each row's list."""
        places: dict[str, int] = {}
        items, starts = array("i"), array("i", [0])
        for names in lists:
            items.extend(places.setdefault(name, len(places)) for name in names)
            starts.append(len(items))
        return cls(tuple(places), tuple(name.casefold() for name in places), items, starts, array("i", list_of))

    def at(self, row: int) -> tuple[str, ...]:
        return tuple(self.names[item] for item in self._items(row))

    def holds(self, row: int, key: str) -> bool:
        """Whether a row has the genre with this key."""
        return any(self.keys[item] == key for item in self._items(row))

    def carrying(self, key: str, rows: Integers | None = None) -> Flags:
        """Says which of some rows, or of all in their order, have the genre with this key."""
        is_meant = np.fromiter((known == key for known in self.keys), np.bool_, len(self.keys))
        lists = np.zeros(len(self.starts) - 1, np.bool_)
        lists[self._lists_of_items()[is_meant[np.asarray(self.items)]]] = True
        list_of = np.asarray(self.list_of)
        carrying: Flags = lists[list_of if rows is None else list_of[rows]]
        return carrying

    def uses(self) -> dict[str, int]:
        """Returns how many rows use each spelling, without unused spellings."""
        times = np.bincount(np.asarray(self.list_of), minlength=len(self.starts) - 1)
        counts = np.zeros(len(self.names), np.int64)
        np.add.at(counts, np.asarray(self.items), times[self._lists_of_items()])
        return {name: count for name, count in zip(self.names, counts.tolist(), strict=True) if count}

    def rows_by_key(self) -> dict[str, Integers]:
        """Returns the rows that have each genre, each once, by genre key."""
        lists_by_key: dict[str, list[int]] = {}
        for number, (start, end) in enumerate(pairwise(self.starts)):
            for key in {self.keys[item] for item in self.items[start:end]}:
                lists_by_key.setdefault(key, []).append(number)
        list_of = np.asarray(self.list_of)
        by_list = np.argsort(list_of, kind="stable")
        starts = np.searchsorted(list_of[by_list], np.arange(len(self.starts)))
        return {
            key: np.concatenate([by_list[starts[number] : starts[number + 1]] for number in numbers])
            for key, numbers in lists_by_key.items()
        }

    def _items(self, row: int) -> array[int]:
        number = self.list_of[row]
        return self.items[self.starts[number] : self.starts[number + 1]]

    def _lists_of_items(self) -> Small | Integers:
        """Returns the number of the list that each item belongs to."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(np.asarray(self.starts)))
