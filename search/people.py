"""Finds people by name in an index.

A person is a name: two people of one name can't be told apart. Spellings of one name differ in case, accents, dots and
hyphens.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson
import tantivy
from tantivy import Occur, Query

from search.language.names import fold_name
from search.language.terms import person_keys
from search.language.words import split_words
from search.question import LONGEST_WORD, MOST_WORDS, allowed_errors
from search.schema import FILMS, NAME, NAME_KEY, STORED

_MOST_SPELLINGS, _MOST_ALIKE, _REMEMBERED = 1_000, 200, 1_024
_LEAST_LIKENESS = 0.6


class PeopleIndex:
    """The people of an index. Any number of threads may ask.

    Args:
        schema: of the index.
        searcher: its present state.
    """

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema, self._searcher = schema, searcher
        # Every request for an actor asks it, also one that is answered from the cache.
        self.spellings = lru_cache(_REMEMBERED)(self._spellings)

    def _spellings(self, name: str) -> tuple[str, ...]:
        """Returns the stored spellings of a name, the one with most movies first; empty for an unknown name."""
        folded = fold_name(name)
        keys = person_keys(name)
        if not keys:
            return ()
        query = Query.term_query(self._schema, NAME_KEY, keys[0], "basic")
        return tuple(each for each in self._names(query, _MOST_SPELLINGS) if fold_name(each) == folded)

    def near(self, name: str, most: int = 3) -> list[str]:
        """Returns the most similar names, best first."""
        words = [word[:LONGEST_WORD] for word in split_words(name)[:MOST_WORDS]]
        if not words:
            return []
        parts = [(Occur.Should, self._alike(word)) for word in words]
        query = Query.boolean_query(parts, minimum_number_should_match=(len(parts) + 1) // 2)
        by_key: dict[str, str] = {}
        for each in self._names(query, _MOST_ALIKE):
            by_key.setdefault(fold_name(each), each)
        folded = fold_name(name)[: 2 * LONGEST_WORD]
        return [by_key[key] for key in difflib.get_close_matches(folded, by_key, n=most, cutoff=_LEAST_LIKENESS)]

    def _alike(self, word: str) -> Query:
        found = [Query.const_score_query(Query.term_query(self._schema, NAME, word, "basic"), 1.0)]
        if errors := allowed_errors(word):
            fuzzy = Query.fuzzy_term_query(self._schema, NAME, word, errors, True, False)
            found.append(Query.const_score_query(fuzzy, 0.5))
        return Query.disjunction_max_query(found)

    def _names(self, query: Query, most: int) -> Iterator[str]:
        """The names that a query finds, best first; among equally good ones those with most movies."""
        result: Any = self._searcher.search(query, most, False)
        addresses = [address for _, address in result.hits]
        films: list[Any] = self._searcher.fast_field_values(FILMS, addresses)
        order = sorted(range(len(addresses)), key=lambda place: (-result.hits[place][0], -films[place]))
        for place in order:
            stored: Any = self._searcher.doc(addresses[place]).get_first(STORED)
            yield orjson.loads(bytes(stored))
