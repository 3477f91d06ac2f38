"""Finds movies that are like some others: by genres, people, rare words of the overview, and years.

A trait weighs the more, the fewer movies have it (TF-IDF). A movie's likeness is the sum of the weights of the traits
that it shares with the liked ones, times the level of its votes.

Cost stays bounded however large the index is: a movie is looked at only if it has a trait that few movies have, or a
genre and a year of the liked ones, and these together name at most ``_MOST_LOOKED_AT`` movies for each.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from search.language.names import fold_name
from search.schema import DIRECTOR, GENRE, LEVEL, MOVIE_ID, OVERVIEW, STORED, TRAITS, WHO, YEAR
from search.traits import Traits

MOST_ALIKE = 400
"""Movies that are named, the most alike ones."""

_WEIGHTS: Final[Mapping[str, float]] = {GENRE: 1.0, WHO: 1.0, DIRECTOR: 1.5, OVERVIEW: 0.5}
_YEAR_WEIGHT, _YEAR_REACH, _YEAR_SPREAD = 0.35, 8, 4.0
"""Weight of the same year beside a whole movie's traits, most years apart, and how fast nearness fades."""
_NEARNESS: Final = {
    apart: math.exp(-((apart / _YEAR_SPREAD) ** 2) / 2) for apart in range(-_YEAR_REACH, _YEAR_REACH + 1)
}

_MOST_TERMS, _MOST_LOOKED_AT, _MOST_GENRES = 64, 20_000, 4

Term = tuple[str, str]
"""A field of the index, and what stands in it."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What a movie shares with liked ones; names as stored.

    Args:
        years: which of its own year and those of the liked movies are equal.
        likes: ids of the liked movies that it shares something with, the most alike first.
    """

    directors: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    likes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Alike:
    """The movies that are like some others, the best ones first: most alike, and with many votes if these count.

    Args:
        ids: theirs; never one of the liked movies.
        scores: how alike each is, by traits and years alone: the share of the liked movies' weights, 0 to 1.
        liked: ids of the liked movies that the index knows.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float64]
    liked: tuple[int, ...]
    _profile: _Profile
    _searcher: tantivy.Searcher
    _addresses: Sequence[tantivy.DocAddress]

    def why(self, place: int) -> Shared:
        """Says what the movie at a place in ``ids`` shares with the liked ones."""
        return self._profile.compare(_load(self._searcher, self._addresses[place]))


class _Profile:
    """What the liked movies are like together.

    Args:
        liked: their traits by id, ascending.
        rarity: returns that of a term: 0 where every movie has it or at most one.
    """

    def __init__(self, liked: Mapping[int, Traits], rarity: Callable[[Term], float]) -> None:
        self.liked = liked
        # The liked movies that have each term: of a hundred likes there are thousands, so each is looked at once.
        self._having: dict[Term, list[int]] = {}
        for movie_id, traits in liked.items():
            for term in _terms_of(traits):
                self._having.setdefault(term, []).append(movie_id)
        self._weights = {term: _WEIGHTS[term[0]] * rarity(term) for term in self._having}
        self._years = {traits.year for traits in liked.values() if traits.year}

    @cached_property
    def terms(self) -> dict[Term, float]:
        """The weights of the heaviest terms; each liked movie has the same sum of squares."""
        squares = dict.fromkeys(self.liked, 0.0)
        for term, movie_ids in self._having.items():
            for movie_id in movie_ids:
                squares[movie_id] += self._weights[term] ** 2
        shares = {movie_id: 1 / len(self.liked) / (math.sqrt(square) or 1.0) for movie_id, square in squares.items()}
        weighed = (
            (weight * sum(shares[movie_id] for movie_id in movie_ids), term)
            for (term, movie_ids), weight in zip(self._having.items(), self._weights.values(), strict=True)
            if weight
        )
        return {term: weight for weight, term in heapq.nlargest(_MOST_TERMS, weighed)}

    @cached_property
    def weight(self) -> float:
        """The most that a movie can share."""
        return sum(self.terms.values()) + max(self.years.values(), default=0.0)

    @cached_property
    def years(self) -> dict[int, float]:
        """The weights of years."""
        weights: dict[int, float] = defaultdict(float)
        for year, movies in Counter(traits.year for traits in self.liked.values() if traits.year).items():
            for apart, nearness in _NEARNESS.items():
                weights[year + apart] += _YEAR_WEIGHT * nearness * movies / len(self.liked)
        heaviest = sorted(weights.items(), key=lambda each: (-each[1], each[0]))
        return dict(heaviest[:_MOST_TERMS])

    def compare(self, other: Traits) -> Shared:
        """Says what a movie shares with the liked ones; a liked actor may be its director."""
        terms = {**{(WHO, fold_name(name)): name for name in other.directors}, **_terms_of(other)}
        shared = [(term, name, self._having[term]) for term, name in terms.items() if term in self._having]
        weights: dict[int, float] = defaultdict(float)
        for term, _, movie_ids in shared:
            for movie_id in movie_ids:
                weights[movie_id] += self._weights[term]
        by_field: dict[str, dict[str, None]] = defaultdict(dict)
        for (field, _), name, _ in sorted(shared, key=lambda each: each[2][0]):  # by the first liked movie that has it
            by_field[field][name] = None
        ordered = sorted((-weight, movie_id) for movie_id, weight in weights.items() if weight)
        return Shared(
            directors=tuple(by_field[DIRECTOR]),
            people=tuple(by_field[WHO]),
            genres=tuple(by_field[GENRE]),
            words=tuple(by_field[OVERVIEW]),
            years=(other.year,) if other.year in self._years else (),
            likes=tuple(movie_id for _, movie_id in ordered),
        )


class LikenessIndex:
    """The movies of an index by what they are like. Any number of threads may ask.

    Args:
        schema: of the index.
        searcher: its present state.
    """

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema, self._searcher = schema, searcher

    @cached_property
    def _movies(self) -> int:
        found: Any = self._searcher.search(Query.exists_query(LEVEL), 1, True)
        count: int = found.count
        return max(1, count)

    def find(self, liked: Iterable[int], *, most: int = MOST_ALIKE, by_votes: bool = True) -> Alike:
        """Finds the movies that are like some others.

        Args:
            liked: ids; unknown ones are left out.
            most: movies to name.
            by_votes: whether many votes bring a movie among those that are named.
        """
        wanted = sorted(set(liked))
        traits = self._traits_of(wanted)
        profile = _Profile(traits, self._rarity)
        query = self._query(profile)
        result: Any = self._searcher.search(
            query, most + len(traits), False, weight_by_field=LEVEL if by_votes else None
        )
        addresses = [address for _, address in result.hits]
        ids = np.array(self._searcher.fast_field_values(MOVIE_ID, addresses), np.int64)
        others = np.flatnonzero(~np.isin(ids, list(traits)))[:most]
        scores = np.array([score for score, _ in result.hits], np.float64) / profile.weight
        if by_votes:
            scores /= np.log2(2 + np.array(self._searcher.fast_field_values(LEVEL, addresses), np.float64))
        scores = scores.round(6)  # so that equal ones are equal in whatever order their parts were added
        return Alike(
            ids=ids[others],
            scores=scores[others],
            liked=tuple(traits),
            _profile=profile,
            _searcher=self._searcher,
            _addresses=[addresses[place] for place in others],
        )

    def _traits_of(self, movie_ids: Sequence[int]) -> dict[int, Traits]:
        """The traits of those movies that the index knows, by id."""
        if not movie_ids:
            return {}
        query = Query.term_set_query(self._schema, MOVIE_ID, list(movie_ids))
        result: Any = self._searcher.search(query, len(movie_ids), False)
        addresses = [address for _, address in result.hits]
        ids: list[Any] = self._searcher.fast_field_values(MOVIE_ID, addresses)
        found = dict(zip(ids, addresses, strict=True))
        return {movie_id: _load(self._searcher, found[movie_id]) for movie_id in sorted(found)}

    def _rarity(self, term: Term) -> float:
        movies = self._searcher.doc_freq(*term)
        return math.log(self._movies / movies) if movies > 1 else 0.0

    def _query(self, profile: _Profile) -> Query:
        """Movies that have a narrowing trait, by all traits and years together."""
        narrowing = self._narrow(profile)
        if not narrowing:
            return Query.empty_query()
        parts = [(Occur.Should, self._term(*term, weight)) for term, weight in profile.terms.items()]
        parts += [(Occur.Should, self._term(YEAR, year, weight)) for year, weight in profile.years.items()]
        looked_at = Query.boolean_query([(Occur.Should, each) for each in narrowing])
        return Query.boolean_query([(Occur.Must, Query.const_score_query(looked_at, 0.0)), *parts])

    def _narrow(self, profile: _Profile) -> list[Query]:
        """Queries that each name few movies, and together at least those that are most alike."""
        result, left = [], _MOST_LOOKED_AT
        for term in profile.terms:
            movies = self._searcher.doc_freq(*term)
            if movies <= left:
                left -= movies
                result.append(self._term(*term, 0.0))
        years, left = [], _MOST_LOOKED_AT
        for year in profile.years:
            left -= self._searcher.doc_freq(YEAR, year)
            if left < 0:
                break
            years.append((Occur.Should, self._term(YEAR, year, 0.0)))
        genres = [term for term in profile.terms if term[0] == GENRE][:_MOST_GENRES]
        if years and genres:
            of_genres = Query.boolean_query([(Occur.Should, self._term(*term, 0.0)) for term in genres])
            result.append(Query.boolean_query([(Occur.Must, of_genres), (Occur.Must, Query.boolean_query(years))]))
        return result

    def _term(self, field: str, value: str | int, score: float) -> Query:
        return Query.const_score_query(Query.term_query(self._schema, field, value, "basic"), score)


def _terms_of(traits: Traits) -> dict[Term, str]:
    """The terms of a movie's traits, each with its name as stored."""
    return {
        **{(GENRE, name.casefold()): name for name in traits.genres},
        **{(WHO, fold_name(name)): name for name in traits.cast},
        **{(DIRECTOR, name): name for name in traits.directors},
        **{(OVERVIEW, word): word for word in traits.words},
    }


def _load(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Traits:
    document = searcher.doc(address)
    shown: Any = document.get_first(STORED)
    rest: Any = document.get_first(TRAITS)
    return Traits.load(bytes(shown), bytes(rest))
