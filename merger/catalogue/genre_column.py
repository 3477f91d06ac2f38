"""The genres of all movies, as a column."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from merger.core.columns import Flags, Integers, Small


@dataclass(frozen=True, slots=True, eq=False)
class Genres:
    """Lists of genres by row; equal lists are held once.

    Args:
        names: every spelling of any genre.
        keys: each of them casefolded (A3).
        items: the lists, one behind the other, as places in ``names``.
        starts: where each list starts in ``items``, and where the last one ends.
        list_of: by row, which list.
    """

    names: tuple[str, ...]
    keys: tuple[str, ...]
    items: array[int]
    starts: array[int]
    list_of: array[int]

    @classmethod
    def of(cls, lists: Iterable[tuple[str, ...]], list_of: Iterable[int] = ()) -> Genres:
        """From the lists and, by row, the number of one."""
        places: dict[str, int] = {}
        items, starts = array("i"), array("i", [0])
        for names in lists:
            items.extend(places.setdefault(name, len(places)) for name in names)
            starts.append(len(items))
        return cls(tuple(places), tuple(name.casefold() for name in places), items, starts, array("i", list_of))

    def at(self, row: int) -> tuple[str, ...]:
        return tuple(self.names[item] for item in self._items(row))

    def holds(self, row: int, key: str) -> bool:
        """Whether a genre, given casefolded, is among a row's."""
        return any(self.keys[item] == key for item in self._items(row))

    def carrying(self, key: str, rows: Integers | None = None) -> Flags:
        """Whether rows, or all of them in their order, hold a genre, given casefolded."""
        meant = np.fromiter((known == key for known in self.keys), np.bool_, len(self.keys))
        lists = np.zeros(len(self.starts) - 1, np.bool_)
        lists[self._lists_of_items()[meant[np.asarray(self.items)]]] = True
        list_of = np.asarray(self.list_of)
        carrying: Flags = lists[list_of if rows is None else list_of[rows]]
        return carrying

    def uses(self) -> dict[str, int]:
        """How often rows use each spelling; those that none uses are left out."""
        times = np.bincount(np.asarray(self.list_of), minlength=len(self.starts) - 1)
        counts = np.zeros(len(self.names), np.int64)
        np.add.at(counts, np.asarray(self.items), times[self._lists_of_items()])
        return {name: count for name, count in zip(self.names, counts.tolist(), strict=True) if count}

    def rows_by_key(self) -> dict[str, Integers]:
        """The rows that hold each genre, each once, by casefolded genre."""
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
        """Which list each item is of."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(np.asarray(self.starts)))
