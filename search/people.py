"""Finds people by name in an index, and their movies.

A person is a name: two people of one name can't be told apart. Spellings of one name differ in case, accents, dots and
hyphens.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from search.language.names import fold_name
from search.language.terms import LONGEST_BEGINNING
from search.language.words import split_words
from search.question import LONGEST_WORD, Question, allowed_errors, may_begin_with_error
from search.schema import FILMS, LEVEL, MOVIE_ID, NAME, NAME_BEGINNINGS, NAME_KEY, NAMED, WHO
from search.stored import read_movie, read_spellings

_MOST_OF_ONE_NAME, _MOST_ALIKE, _REMEMBERED = 100, 200, 256
_LEAST_LIKENESS = 0.6
_MOST_CORRECTED = 6
"""Most words in which errors are looked for, since that takes long."""

LONGEST_NAME = 500
"""Letters of a name. No document has a longer one."""

MOST_MOVIES = 10_100
"""Most movies of one person that are named, those with most votes. Their number is counted all the same."""

MOST_READ = 500
"""Most movies of one person in which other people are counted, those with most votes."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the index.

    Args:
        spellings: of the name, the one that most movies have first.
        movies: number of movies that have any of them.
    """

    spellings: tuple[str, ...]
    movies: int

    @property
    def name(self) -> str:
        """The usual spelling."""
        return self.spellings[0]


@dataclass(frozen=True, slots=True)
class FoundPeople:
    """People found by name.

    Args:
        people: those asked for, best first.
        total: how many fit.
        is_corrected: whether their names differ from the question by typing errors.
    """

    people: tuple[Person, ...] = ()
    total: int = 0
    is_corrected: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Works:
    """The movies of a person, those with most votes first.

    Args:
        person: whose they are.
        ids: of the movies.
    """

    person: Person
    ids: NDArray[np.int64]
    _searcher: tantivy.Searcher
    _addresses: Sequence[tantivy.DocAddress]

    def credits(self, place: int) -> tuple[list[str], list[str]]:
        """Returns the names of the cast and of the directors of the movie at a place in ``ids``."""
        shown = read_movie(self._searcher, self._addresses[place])
        return list(shown.cast), list(shown.directors)


class PeopleIndex:
    """The people of an index. Any number of threads may ask.

    Args:
        schema: of the index.
        searcher: its present state.
    """

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema, self._searcher = schema, searcher
        # Every request for an actor asks it, also one that is answered from the cache.
        self._person = lru_cache(_REMEMBERED)(self._look_up)

    def person(self, name: str) -> Person | None:
        """Returns the person of a name in any spelling; ``None`` for an unknown name."""
        return self._person(_fold(name)) if len(name) <= LONGEST_NAME else None

    def spellings(self, name: str) -> tuple[str, ...]:
        """Returns the stored spellings of a name, the one with most movies first; empty for an unknown name."""
        person = self.person(name)
        return () if person is None else person.spellings

    def find(self, text: str | None, limit: int = 20, offset: int = 0) -> FoundPeople:
        """Finds people by their names: every word of a text begins a word of the name.

        A whole name comes first, then the people with most movies. Where no name fits, words such as "movies" are left
        out; then up to six words may have typing errors: one from four letters, two from eight.

        Args:
            text: as typed; ``None``: everybody who is in a movie.
            limit: most people to return.
            offset: people to skip.
        """
        if text is None:
            in_movies = Query.range_query(self._schema, FILMS, tantivy.FieldType.Unsigned, 1)
            return FoundPeople(*self._page(in_movies, limit, offset))
        question = Question.of(text)
        if not question.words:
            person = self.person(text)
            return FoundPeople() if person is None else FoundPeople((person,)[offset:][:limit], 1)
        short = question.without_fillers()
        for asked in dict.fromkeys((question, short)):
            whole = self._sorted(self._term(NAME_KEY, asked.key), _MOST_OF_ONE_NAME)
            others = [(Occur.Must, self._begun(asked)), (Occur.MustNot, self._term(NAME_KEY, asked.key))]
            people, total = self._page(Query.boolean_query(others), limit, max(0, offset - len(whole)))
            if total or whole:
                return FoundPeople((*whole[offset:], *people)[:limit], total + len(whole))
        units = short.first_reading()
        if len(units) > _MOST_CORRECTED:
            return FoundPeople()
        alike = [(Occur.Must, self._alike(unit.word, may_go_on=True, is_last=unit.is_last)) for unit in units]
        people, total = self._page(Query.boolean_query(alike), limit, offset)
        return FoundPeople(people, total, is_corrected=total > 0)

    def near(self, name: str, most: int = 3) -> list[str]:
        """Returns the most similar names: first those of which every word begins a word, then by their letters."""
        words = [word[:LONGEST_WORD] for word in split_words(name)[:_MOST_CORRECTED]]
        if not words:
            return []
        parts = [(Occur.Should, self._alike(word)) for word in words]
        query = Query.boolean_query(parts, minimum_number_should_match=(len(parts) + 1) // 2)
        begun = [person.name for person in self.find(name[:LONGEST_NAME], most).people]
        by_key: dict[str, str] = {}
        for each in self._sorted(query, _MOST_ALIKE):
            by_key.setdefault(fold_name(each.name), each.name)
        folded = fold_name(name[:LONGEST_NAME])[: 2 * LONGEST_WORD]
        close = difflib.get_close_matches(folded, by_key, n=most, cutoff=_LEAST_LIKENESS)
        return list(dict.fromkeys((*begun, *(by_key[key] for key in close))))[:most]

    def works(self, name: str) -> Works | None:
        """Returns the movies of a person; ``None`` for an unknown name."""
        person = self.person(name)
        if person is None:
            return None
        query = self._term(WHO, _fold(name))
        most = min(MOST_MOVIES, self._searcher.num_docs + 1)
        found: Any = self._searcher.search(query, most, False, weight_by_field=LEVEL)
        addresses = [address for _, address in found.hits]
        ids = np.array(self._searcher.fast_field_values(MOVIE_ID, addresses), np.int64)
        return Works(person, ids, self._searcher, addresses)

    def partners(self, works: Works, most: int = 20) -> list[tuple[str, int]]:
        """Returns the names that share most movies with a person, each with how many: of ``MOST_READ`` movies."""
        own, counts = _fold(works.person.name), Counter[str]()
        for place in range(min(len(works.ids), MOST_READ)):
            cast, directors = works.credits(place)
            counts.update({_fold(name) for name in (*cast, *directors)} - {own, ""})
        best = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most]
        return [(person.name, number) for name, number in best if (person := self._person(name)) is not None]

    def _look_up(self, folded: str) -> Person | None:
        found = self._sorted(self._term(NAMED, folded), 1) if folded else ()
        return found[0] if found else None

    def _begun(self, question: Question) -> Query:
        """Names of which every word of a reading begins a word: "di caprio" may be "dicaprio"."""
        readings = question.readings(lambda word: self._searcher.doc_freq(NAME, word) > 0)
        return Query.disjunction_max_query(
            [
                Query.boolean_query([(Occur.Must, self._beginning(unit.word)) for unit in reading])
                for reading in readings
            ]
        )

    def _beginning(self, word: str) -> Query:
        if len(word) <= LONGEST_BEGINNING:
            return self._term(NAME_BEGINNINGS, word)
        return Query.const_score_query(Query.fuzzy_term_query(self._schema, NAME, word, 0, True, True), 1.0)

    def _alike(self, word: str, *, may_go_on: bool = False, is_last: bool = False) -> Query:
        found = [self._term(NAME, word)]
        if errors := allowed_errors(word):
            fuzzy = Query.fuzzy_term_query(
                self._schema, NAME, word, errors, True, is_last and may_begin_with_error(word)
            )
            found.append(Query.const_score_query(fuzzy, 0.5))
        if may_go_on:
            found.append(self._beginning(word))
        return Query.disjunction_max_query(found)

    def _term(self, field: str, text: str) -> Query:
        return Query.const_score_query(Query.term_query(self._schema, field, text, "basic"), 1.0)

    def _sorted(self, query: Query, most: int) -> tuple[Person, ...]:
        """The people whom a query finds, best first; among equally good ones those with most movies."""
        result: Any = self._searcher.search(query, most, False)
        found = list(zip(result.hits, self._people([address for _, address in result.hits]), strict=True))
        return tuple(person for _, person in sorted(found, key=lambda each: (-each[0][0], -each[1].movies)))

    def _page(self, query: Query, limit: int, offset: int) -> tuple[tuple[Person, ...], int]:
        """Some of the people whom a query finds, those with most movies first, and the number of all."""
        result: Any = self._searcher.search(query, limit, True, order_by_field=FILMS, offset=offset)
        return tuple(self._people([address for _, address in result.hits])), result.count

    def _people(self, addresses: Sequence[tantivy.DocAddress]) -> Iterator[Person]:
        movies: list[Any] = self._searcher.fast_field_values(FILMS, list(addresses))
        for address, number in zip(addresses, movies, strict=True):
            yield Person(read_spellings(self._searcher, address), number)


def _fold(name: str) -> str:
    """A folded name that UTF-8 can hold: halves of letters are replaced."""
    return fold_name(name.encode("utf-8", "replace").decode())
