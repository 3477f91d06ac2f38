"""An index that finds titles by the beginnings of their words, without a scan of hundreds of thousands. Pure.

Two sorted tables answer a query. The first holds the *words* of all titles with the rows that contain them: words with
the same beginning are neighbours, and so are their rows. The second holds the normalised *titles*: those that begin
with the whole query are neighbours.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from merger.catalogue.title_text import EXACT, PREFIX, WORDS, normalise_words
from merger.core.columns import Flags, Integers, Small, Texts

Ranks: TypeAlias = NDArray[np.int8]


T = TypeVar("T")


UNMATCHED = 100
"""The rank of a title that does not match."""


_PIECE_SIZE = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class TitleIndex:
    """An index over titles.

    Args:
        words: every normalised word of any title, sorted.
        starts: where the rows of each word start in ``rows``, and where the last ones end.
        rows: for each word, the rows of the titles that contain it.
        normalised: the normalised titles, sorted.
        sorted_rows: the row of each of those.
        place: the rank of each row's title among all, by normalised title, then title; equal titles share one.
    """

    words: Texts
    starts: Integers
    rows: Small
    normalised: Texts
    sorted_rows: Small
    place: Small

    @classmethod
    def of(cls, titles: Sequence[str]) -> TitleIndex:
        """Builds the index over titles, whose rows count from 0."""
        normalised: list[str] = []
        numbers: dict[str, int] = {}
        word_of, row_of = array("i"), array("i")
        for row, title in enumerate(titles):
            words = normalise_words(title)
            normalised.append(" ".join(words))
            for word in dict.fromkeys(words):
                word_of.append(numbers.setdefault(word, len(numbers)))
                row_of.append(row)
        vocabulary = list(_sort(list(numbers), str))
        place_of = np.empty(len(numbers), np.int32)
        place_of[[numbers[word] for word in vocabulary]] = np.arange(len(numbers), dtype=np.int32)
        by_word = place_of[np.asarray(word_of)]
        order = np.argsort(by_word, kind="stable")
        in_order = array("i", _sort(range(len(titles)), lambda row: (normalised[row], titles[row])))
        return cls(
            words=Texts(vocabulary),
            starts=np.concatenate(([0], np.cumsum(np.bincount(by_word, minlength=len(numbers))))).astype(np.int64),
            rows=np.asarray(row_of)[order],
            normalised=Texts(normalised[row] for row in in_order),
            sorted_rows=np.asarray(in_order),
            place=_rank_titles(in_order, normalised, titles),
        )

    def match(self, words: tuple[str, ...]) -> Ranks:
        """Returns by row how well its title matches a query's normalised words; ``UNMATCHED`` if it does not."""
        ranks = np.full(len(self.place), UNMATCHED, np.int8)
        if not words:
            return ranks
        containing = self._containing(words[0])
        for word in words[1:]:
            containing &= self._containing(word)
        ranks[containing] = WORDS
        query = " ".join(words)
        starting, equal = self.normalised.beginning_with(query), self.normalised.equal_to(query)
        for (first, after), rank in ((starting, PREFIX), (equal, EXACT)):
            ranks[self.sorted_rows[first:after]] = rank
        return ranks

    def _containing(self, beginning: str) -> Flags:
        """Says which rows have a word with this beginning."""
        first, after = self.words.beginning_with(beginning)
        result = np.zeros(len(self.place), np.bool_)
        result[self.rows[self.starts[first] : self.starts[after]]] = True
        return result


def _sort(items: Sequence[T], key: Callable[[T], Any]) -> Iterator[T]:
    """Sorts in pieces, since one sort of everything would block the process's other threads for over a second."""
    pieces = [sorted(items[start : start + _PIECE_SIZE], key=key) for start in range(0, len(items), _PIECE_SIZE)]
    return heapq.merge(*pieces, key=key)


def _rank_titles(in_order: Sequence[int], normalised: Sequence[str], titles: Sequence[str]) -> Small:
    result = np.empty(len(titles), np.int32)
    place, before = 0, None
    for row in in_order:
        here = (normalised[row], titles[row])
        if before is not None and here != before:
            place += 1
        result[row], before = place, here
    return result
