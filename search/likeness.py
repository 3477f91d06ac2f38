"""Finds movies that are like some others: by genres, people, rare words of the overview, and years.

A trait weighs the more, the fewer movies have it (TF-IDF). A movie's likeness is the sum of the weights of the traits
that it shares with the liked ones, times the level of its votes.

Cost stays bounded however large the index is: a movie is looked at only if it has a trait that few movies have, or a
genre and a year of the liked ones, and these together name at most ``_MOST_LOOKED_AT`` movies for each.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import Occur, Query

from search.schema import MOVIE_ID, STORED, TRAITS
from search.trait_table import YEARS, Field, Integers, TraitTable, names_of
from search.traits import Traits

MOST_ALIKE = 400
"""Movies that are named, the most alike ones."""

_WEIGHTS: Final = {Field.GENRE: 1.0, Field.WHO: 1.0, Field.DIRECTOR: 1.5, Field.OVERVIEW: 0.5}
_WEIGHT_OF_FIELD: Final = np.array([_WEIGHTS[field] for field in Field])
_YEAR_WEIGHT, _YEAR_REACH, _YEAR_SPREAD = 0.35, 8, 4.0
"""Weight of the same year beside a whole movie's traits, most years apart, and how fast nearness fades."""
_NEARNESS: Final = np.exp(-((np.arange(-_YEAR_REACH, _YEAR_REACH + 1) / _YEAR_SPREAD) ** 2) / 2)

_MOST_TERMS, _MOST_LOOKED_AT, _MOST_GENRES = 40, 20_000, 4

Floats = NDArray[np.float64]


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
    scores: Floats
    liked: tuple[int, ...]
    _rows: Integers
    _profile: _Profile
    _index: LikenessIndex

    def why(self, places: Sequence[int]) -> list[Shared]:
        """Says what the movies at some places in ``ids`` share with the liked ones."""
        rows, movie_ids = self._rows[list(places)].tolist(), self.ids[list(places)].tolist()
        traits = self._index.traits_of(movie_ids)
        return [self._profile.compare(row, traits[each]) for row, each in zip(rows, movie_ids, strict=True)]


class _Profile:
    """What the liked movies are like together.

    Args:
        table: of all movies.
        liked: rows of the liked ones, ascending.
    """

    def __init__(self, table: TraitTable, liked: Integers) -> None:
        self._table, self.liked = table, liked
        own = [table.numbers_of(row, own=True) for row in liked.tolist()]
        numbers = np.concatenate([np.empty(0, np.uint32), *own])
        having = np.repeat(np.arange(len(liked)), [len(each) for each in own])
        is_trait = numbers < table.none
        # A hundred likes have thousands of traits, so each is looked at once.
        self._traits, places = np.unique(numbers[is_trait], return_inverse=True)
        self._having, having = having[is_trait][np.argsort(places, kind="stable")], having[is_trait]
        self._ends = [0, *np.cumsum(np.bincount(places, minlength=len(self._traits))).tolist()]
        self._places = dict(zip(self._traits.tolist(), range(len(self._traits)), strict=True))
        self._bounds, self._liked_years = table.bounds.tolist(), table.years[liked].tolist()
        rarity = np.log(len(table.ids) / np.maximum(1, table.frequencies(self._traits)))
        self._weights = _WEIGHT_OF_FIELD[table.fields_of(self._traits)] * rarity
        # Each liked movie has the same sum of squares.
        squares = np.bincount(having, self._weights[places] ** 2, len(liked))
        shares = 1 / np.sqrt(np.where(squares > 0, squares, 1.0)) / max(1, len(liked))
        self._summed = self._weights * np.bincount(places, shares[having], len(self._traits))

    @cached_property
    def terms(self) -> tuple[list[int], list[float]]:
        """The heaviest traits, the heaviest first, and their weights."""
        best = np.argsort(-self._summed, kind="stable")[:_MOST_TERMS]
        best = best[self._summed[best] > 0]
        return self._traits[best].tolist(), self._summed[best].tolist()

    @cached_property
    def years(self) -> Floats:
        """The weight of each year; 0 but for the heaviest ones."""
        padded = np.zeros(YEARS + 2 * _YEAR_REACH)
        for year in filter(None, self._liked_years):
            padded[year : year + len(_NEARNESS)] += _YEAR_WEIGHT / len(self.liked) * _NEARNESS
        weights = padded[_YEAR_REACH:-_YEAR_REACH]
        weights[0] = 0.0
        weights[np.argsort(-weights, kind="stable")[_MOST_TERMS:]] = 0.0
        return weights

    @property
    def weight(self) -> float:
        """The most that a movie can share."""
        return sum(self.terms[1]) + float(self.years.max())

    def compare(self, row: int, other: Traits) -> Shared:
        """Says what the movie in a row shares with the liked ones; a liked actor may be its director."""
        table, names = self._table, names_of(other)
        numbers = table.numbers_of(row, own=False).tolist()
        places = [place for place, number in enumerate(numbers) if number in self._places]
        traits = [self._places[numbers[place]] for place in places]
        liked = [self._having[self._ends[trait] : self._ends[trait + 1]] for trait in traits]
        weights = np.bincount(
            np.concatenate([np.empty(0, np.int64), *liked]),
            np.repeat(self._weights[traits], [len(each) for each in liked]),
            len(self.liked),
        )
        by_field: dict[int, dict[str, int]] = {field: {} for field in Field}
        for place, having in zip(places, liked, strict=True):
            by_field[bisect_right(self._bounds, numbers[place]) - 1][names[place]] = int(having[0])
        # By the first liked movie that has it.
        shared = {field: tuple(sorted(found, key=found.__getitem__)) for field, found in by_field.items()}
        likes = np.flatnonzero(weights)
        likes = likes[np.argsort(-weights[likes], kind="stable")]
        return Shared(
            directors=shared[Field.DIRECTOR],
            people=shared[Field.WHO],
            genres=shared[Field.GENRE],
            words=shared[Field.OVERVIEW],
            years=(other.year,) if other.year and other.year in self._liked_years else (),
            likes=tuple(table.ids[self.liked[likes]].tolist()),
        )


class LikenessIndex:
    """The movies of an index by what they are like. Any number of threads may ask.

    Args:
        table: of their traits.
        schema: of the index.
        searcher: its present state.
    """

    def __init__(self, table: TraitTable, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._table, self._schema, self._searcher = table, schema, searcher

    @cached_property
    def _of_year(self) -> Integers:
        """How many movies each year has."""
        return np.bincount(self._table.years, minlength=YEARS)

    def find(self, liked: Iterable[int], *, most: int = MOST_ALIKE, by_votes: bool = True) -> Alike:
        """Finds the movies that are like some others.

        Args:
            liked: ids; unknown ones are left out.
            most: movies to name.
            by_votes: whether many votes bring a movie among those that are named.
        """
        table = self._table
        profile = _Profile(table, table.rows_of(list(liked)))
        rows = self._rows_to_look_at(profile)
        summed = np.zeros(len(table.ids))
        for trait, weight in zip(*profile.terms, strict=True):
            np.add.at(summed, table.movies_with(trait), weight)  # three times as fast as an index
        # Rounded, so that equal ones are equal in whatever order their parts were added.
        scores = ((summed[rows] + profile.years[table.years[rows]]) / (profile.weight or 1.0)).round(6)
        ranked = scores * table.levels[rows] if by_votes else scores
        best = np.argpartition(-ranked, most)[:most] if len(rows) > most else np.arange(len(rows))
        best = best[np.lexsort([rows[best], -ranked[best]])]
        return Alike(
            ids=table.ids[rows[best]],
            scores=scores[best],
            liked=tuple(table.ids[profile.liked].tolist()),
            _rows=rows[best],
            _profile=profile,
            _index=self,
        )

    def traits_of(self, movie_ids: Sequence[int]) -> dict[int, Traits]:
        """The traits of movies of the index, by id."""
        if not movie_ids:
            return {}
        # Five times as fast as a query for the set.
        queries = [Query.term_query(self._schema, MOVIE_ID, each, "basic") for each in movie_ids]
        query = Query.boolean_query([(Occur.Should, Query.const_score_query(each, 1.0)) for each in queries])
        result: Any = self._searcher.search(query, len(movie_ids), False)
        addresses = [address for _, address in result.hits]
        ids: list[Any] = self._searcher.fast_field_values(MOVIE_ID, addresses)
        return {movie_id: self._load(address) for movie_id, address in zip(ids, addresses, strict=True)}

    def _load(self, address: tantivy.DocAddress) -> Traits:
        document = self._searcher.doc(address)
        shown: Any = document.get_first(STORED)
        rest: Any = document.get_first(TRAITS)
        return Traits.load(bytes(shown), bytes(rest))

    def _rows_to_look_at(self, profile: _Profile) -> Integers:
        """Few movies, but at least those that are most alike."""
        table, (traits, _) = self._table, profile.terms
        is_near = np.zeros(len(table.ids), np.bool_)
        left = _MOST_LOOKED_AT
        for trait, movies in zip(traits, table.frequencies(np.array(traits, np.int64)).tolist(), strict=True):
            if movies <= left:
                left -= movies
                is_near[table.movies_with(trait)] = True
        years = np.flatnonzero(profile.years)
        years = years[np.argsort(-profile.years[years], kind="stable")]
        years = years[np.cumsum(self._of_year[years]) <= _MOST_LOOKED_AT]
        is_wanted = np.zeros(YEARS, np.bool_)
        is_wanted[years] = True
        is_of_years = is_wanted.take(table.years)  # three times as fast as an index
        for genre in [trait for trait in traits if trait < table.bounds[Field.WHO]][:_MOST_GENRES]:
            rows = table.movies_with(genre)
            is_near[rows[is_of_years.take(rows)]] = True
        is_near[profile.liked] = False
        return np.flatnonzero(is_near)
