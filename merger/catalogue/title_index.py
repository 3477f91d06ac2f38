"""Finds titles by the beginnings of their words, among hundreds of thousands, without walking them. Pure.

Two sorted tables answer a query. The *words* of all titles, each with the rows that hold it, one behind the other: the
words that begin like a word of the query are neighbours, and so are their rows. And the folded *titles*: those that
begin like the whole query are neighbours.
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


_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class TitleIndex:
    """An index over titles.

    Args:
        words: every folded word of any title, sorted.
        starts: where the rows of each word start in ``rows``, and where the last ones end.
        rows: for each word, the rows of the titles that have it.
        folded: the folded titles, sorted.
        sorted_rows: for each of those, its row.
        place: for each row, where its title stands among all: by the folded title, then the title; equals share one.
    """

    words: Texts
    starts: Integers
    rows: Small
    folded: Texts
    sorted_rows: Small
    place: Small

    @classmethod
    def of(cls, titles: Sequence[str]) -> TitleIndex:
        """The index over titles, which are numbered from 0."""
        folded: list[str] = []
        numbers: dict[str, int] = {}
        word_of, row_of = array("i"), array("i")
        for row, title in enumerate(titles):
            words = normalise_words(title)
            folded.append(" ".join(words))
            for word in dict.fromkeys(words):
                word_of.append(numbers.setdefault(word, len(numbers)))
                row_of.append(row)
        vocabulary = list(_sorted(list(numbers), str))
        place_of = np.empty(len(numbers), np.int32)
        place_of[[numbers[word] for word in vocabulary]] = np.arange(len(numbers), dtype=np.int32)
        by_word = place_of[np.asarray(word_of)]
        order = np.argsort(by_word, kind="stable")
        in_order = array("i", _sorted(range(len(titles)), lambda row: (folded[row], titles[row])))
        return cls(
            words=Texts(vocabulary),
            starts=np.concatenate(([0], np.cumsum(np.bincount(by_word, minlength=len(numbers))))).astype(np.int64),
            rows=np.asarray(row_of)[order],
            folded=Texts(folded[row] for row in in_order),
            sorted_rows=np.asarray(in_order),
            place=_places(in_order, folded, titles),
        )

    def match(self, words: tuple[str, ...]) -> Ranks:
        """By row, how well its title matches a query's folded words; ``UNMATCHED`` where it does not."""
        ranks = np.full(len(self.place), UNMATCHED, np.int8)
        if not words:
            return ranks
        holding = self._holding(words[0])
        for word in words[1:]:
            holding &= self._holding(word)
        ranks[holding] = WORDS
        query = " ".join(words)
        for (first, after), rank in ((self.folded.beginning_with(query), PREFIX), (self.folded.equal_to(query), EXACT)):
            ranks[self.sorted_rows[first:after]] = rank
        return ranks

    def _holding(self, beginning: str) -> Flags:
        """Which rows have a word that begins so."""
        first, after = self.words.beginning_with(beginning)
        result = np.zeros(len(self.place), np.bool_)
        result[self.rows[self.starts[first] : self.starts[after]]] = True
        return result


def _sorted(items: Sequence[T], key: Callable[[T], Any]) -> Iterator[T]:
    """Sorted in pieces: sorting all at once would hold up every other thread of the process for a second and more."""
    pieces = [sorted(items[start : start + _AT_ONCE], key=key) for start in range(0, len(items), _AT_ONCE)]
    return heapq.merge(*pieces, key=key)


def _places(in_order: Sequence[int], folded: Sequence[str], titles: Sequence[str]) -> Small:
    result = np.empty(len(titles), np.int32)
    place, before = 0, None
    for row in in_order:
        here = (folded[row], titles[row])
        if before is not None and here != before:
            place += 1
        result[row], before = place, here
    return result
