"""The place of every title in the order from A to Z. Pure."""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from merger.catalogue.title_text import normalise_words
from merger.core.columns import Small

T = TypeVar("T")

_PIECE_SIZE = 2_000


def rank_titles(titles: Sequence[str]) -> Small:
    """Returns each title's place among all, by its normalised words, then as it is; equal titles share one."""
    normalised = [" ".join(normalise_words(title)) for title in titles]
    in_order = array("i", _sort(range(len(titles)), lambda row: (normalised[row], titles[row])))
    result = np.empty(len(titles), np.int32)
    place, before = 0, None
    for row in in_order:
        here = (normalised[row], titles[row])
        if before is not None and here != before:
            place += 1
        result[row], before = place, here
    return result


def _sort(items: Sequence[T], key: Callable[[T], Any]) -> Iterator[T]:
    """Sorts in pieces, since one sort of everything would block the process's other threads for over a second."""
    pieces = [sorted(items[start : start + _PIECE_SIZE], key=key) for start in range(0, len(items), _PIECE_SIZE)]
    return heapq.merge(*pieces, key=key)
