"""Finds movies in an index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray

from search.asking import Asker, Strictness, steps
from search.likeness import LikenessIndex
from search.people import PeopleIndex
from search.question import Question
from search.reasons import CORRECTED, Reason, explain_hit, is_near, show_question
from search.schema import LEVEL, MOVIE_ID
from search.stored import read_movie
from search.trait_table import TraitTable

MOST_HITS = 10_100
"""Most movies that are named for one question, the best ones. Their number is counted all the same."""

_FEW = 3
"""Hits below which others are suggested."""

_REMEMBERED = 32


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The movies found for a question, best first.

    Args:
        ids: their ids.
        scores: how well each fits; larger is better.
        total: how many fit; more than ``ids`` if these are the best ones alone.
        showing: what is shown instead, where the question finds nothing as it is.
        suggestions: ids of other movies whose whole title is much like the question, where few are found.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    total: int
    showing: str | None
    suggestions: tuple[int, ...]
    _question: Question
    _searcher: tantivy.Searcher
    _addresses: Sequence[tantivy.DocAddress]

    def why(self, place: int) -> Reason:
        """Says why the movie at a place in ``ids`` was found."""
        return explain_hit(self._question, read_movie(self._searcher, self._addresses[place]))


class SearchIndex:
    """An index that answers questions. Any number of threads may ask; one search for movies runs at a time.

    Args:
        index: of texts, as ``building.build`` returns it; ``traits`` likewise.

    Attributes:
        people: the people in the movies.
        likeness: the movies by what they are like.
    """

    def __init__(self, index: tantivy.Index, traits: TraitTable) -> None:
        self._index = index
        index.config_reader("manual")
        self._searcher = index.searcher()
        self._asker = Asker(index.schema, self._searcher)
        self.people = PeopleIndex(index.schema, self._searcher)
        self.likeness = LikenessIndex(traits, index.schema, self._searcher)
        # A misspelt word takes megabytes while it is looked for, and the process keeps what all threads take at once.
        self._one_at_a_time = threading.Lock()
        # The pages of one question, and its other orders, ask again.
        self.find: Callable[[str], Found] = lru_cache(_REMEMBERED)(self._find)

    @classmethod
    def open(cls, folder: Path) -> SearchIndex:
        """Opens the index in a folder.

        Raises:
            OSError: there is none, or none that can be read.
        """
        try:
            return cls(tantivy.Index.open(str(folder)), TraitTable.open(folder))
        except ValueError as error:
            raise OSError(f"the index in {folder} can't be read: {error}") from error

    def _find(self, text: str) -> Found:
        """Finds movies by the words of a question: of their titles, of people in them, and their years.

        Args:
            text: as typed.
        """
        question = Question.of(text)
        strictness, result = self._search_closest(question)
        hits = result.hits  # made at each access
        addresses = [address for _, address in hits]
        ids = np.array(self._searcher.fast_field_values(MOVIE_ID, addresses), np.int64)
        return Found(
            ids=ids,
            # Rounded, so that equal hits are equal in whatever order their parts were added.
            scores=np.array([score for score, _ in hits], np.float64).round(3),
            total=result.count,
            showing=self._show_instead(question, strictness, addresses),
            suggestions=self._suggest(question, set(ids.tolist())) if len(ids) < _FEW else (),
            _question=question,
            _searcher=self._searcher,
            _addresses=addresses,
        )

    def _show_instead(
        self, question: Question, strictness: Strictness, addresses: Sequence[tantivy.DocAddress]
    ) -> str | None:
        """What is shown instead of the question, if the best movie was not found by the words as they are."""
        if not addresses:
            return None
        best = read_movie(self._searcher, addresses[0])
        if strictness is Strictness.AS_IT_IS and CORRECTED not in explain_hit(question, best).matched:
            return None
        return show_question(question, best) or None

    def _search_closest(self, question: Question) -> tuple[Strictness, Any]:
        """Searches as strictly as finds anything."""
        strictness, *looser = steps(question)
        result = self._search(self._asker.query(question, strictness), MOST_HITS)
        while looser and not result.count:
            strictness = looser.pop(0)
            result = self._search(self._asker.query(question, strictness), MOST_HITS)
        return strictness, result

    def _search(self, query: tantivy.Query, most: int) -> Any:
        """Searches; the engine's type stubs don't know the fields of its result."""
        most = min(most, self._searcher.num_docs + 1)  # the engine takes memory for each, found or not
        with self._one_at_a_time:
            return self._searcher.search(query, most, True, weight_by_field=LEVEL)

    def _suggest(self, question: Question, known: set[int]) -> tuple[int, ...]:
        """Other movies whose title is near. Original titles don't count: a reader would not see why."""
        if not question.words:
            return ()
        hits = self._search(self._asker.near_titles(question), 4 * _FEW).hits
        near = [address for _, address in hits if is_near(question, read_movie(self._searcher, address).title)]
        ids: list[Any] = self._searcher.fast_field_values(MOVIE_ID, near)
        return tuple([each for each in ids if each not in known][:_FEW])
