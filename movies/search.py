"""Searches the catalogue of movies. Pure: no Django, no database, no clock.

The index names the movies that fit a question; everything else about them comes from the catalogue and the speed layer.
The ratings and the popularity of hits are those of ``movies/{id}``: the speed layer's newest bucket if it has one
(requirement M6). Filters, order and results use the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Catalogue, Movies
from merger.contract.documents import Documents
from merger.core.columns import Flags, Floats, Integers
from merger.views.freshness import Freshness, describe, source_of
from merger.views.holes import lost_until
from merger.views.reading import ViewInputs, ViewResult
from movies.numbers import Column, MergedNumbers, find_unseen, first_rows, merge_numbers
from search.reading import Found
from search.reasons import NO_REASON


class Direction(StrEnum):
    """Direction of an order; unknown values come last in both."""

    ASCENDING = "asc"
    DESCENDING = "desc"


class SortBy(StrEnum):
    """Orders of the hits; equal ones are ordered by popularity, then by id."""

    RELEVANCE = "relevance"
    POPULARITY = "popularity"
    RATING = "rating"
    RELEASE_DATE = "release_date"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class MovieSearch:
    """Parameters of ``search/movies``.

    Args:
        q: the question, folded to small letters and single blanks; ``None``: any movie.
        genre: case-folded; ``None``: any.
        year_from: first year of release; ``year_to`` is the last one.
        rating_min: least ``vote_average``; ``rating_max`` is the largest one.
        direction: of the order; ``None``: the usual one, best, largest or newest first, and titles from A to Z.
        limit: hits on a page.
        offset: hits before the page.
    """

    q: str | None = None
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    rating_min: float | None = None
    rating_max: float | None = None
    sort_by: SortBy = SortBy.RELEVANCE
    direction: Direction | None = None
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Hits:
    """The movies that the index found; without a question every movie.

    Args:
        rows: of the catalogue, ascending; ``scores`` and ``places`` among those found likewise.
    """

    rows: Integers
    scores: Floats
    places: Integers
    found: Found | None

    @classmethod
    def of(cls, found: Found | None, movies: Movies) -> _Hits:
        if found is None:
            return cls(np.arange(len(movies)), np.zeros(len(movies)), np.arange(len(movies)), None)
        places = np.argsort(found.ids)
        rows, known = movies.rows(found.ids[places])
        return cls(rows[known], found.scores[places[known]], places[known], found)

    def at(self, chosen: Flags | Integers) -> _Hits:
        """Some of these, chosen by flag or place."""
        return _Hits(self.rows[chosen], self.scores[chosen], self.places[chosen], self.found)

    def why(self) -> list[dict[str, Any]]:
        """Why each was found, as the API says it."""
        found = self.found
        return [(NO_REASON if found is None else found.why(place)).as_dict() for place in self.places.tolist()]


def movie_search(wanted: MovieSearch, inputs: ViewInputs) -> ViewResult:
    """Builds ``search/movies``: one page of hits and their total number.

    Args:
        wanted: the parameters.
        inputs: the catalogue, the movies that the question finds, and the ``stats`` of every movie since the cutoff.

    Raises:
        NotFound: the genre is unknown.
    """
    catalogue, movies = inputs.catalogue, inputs.catalogue.movies
    catalogue.known_genre(wanted.genre)
    numbers = merge_numbers(inputs)
    of_facts = _select_movies(wanted, movies, _Hits.of(inputs.found, movies))
    hits = _select_rated(wanted, numbers, of_facts)
    columns = _sort_columns(wanted, movies, numbers, hits)
    ordered = first_rows(np.arange(len(hits.rows)), columns, wanted.offset + wanted.limit)
    shown = hits.at(ordered[wanted.offset :])
    total, is_exact = _count(len(hits.rows), wanted, inputs.found)
    body = {
        "results": [
            {**_describe_movie(row, movies, numbers), **why}
            for row, why in zip(shown.rows.tolist(), shown.why(), strict=True)
        ],
        "total_results": total,
        "total_is_exact": is_exact,
        **_describe_question(inputs.found, movies),
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-total // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": source_of(["batch", *(["speed"] if len(numbers.newer) else [])]),
    }
    return ViewResult(body, _describe_freshness(of_facts, numbers, inputs))


def _describe_freshness(hits: _Hits, numbers: MergedNumbers, inputs: ViewInputs) -> Freshness:
    """The freshness of an answer that knows the ratings of some hits."""
    catalogue = inputs.catalogue
    matching = np.zeros(len(catalogue.movies), np.bool_)
    matching[hits.rows] = True
    unseen = find_unseen(matching, numbers.newer, inputs)
    return describe(
        inputs.boundary,
        inputs.layers,
        speed_types=("stats",),
        batch_as_of=catalogue.movies.as_of,
        missing=(
            *(each.missing for each in unseen),
            lost_until(catalogue.lost_of("movie_details"), None, inputs.boundary),
        ),
        assumed=(guess for each in unseen for guess in each.assumed),
        documents=skipped_documents(catalogue, inputs.hours.left_out(inputs.boundary)),
        warnings=inputs.index_warnings,
    )


def _count(rows: int, wanted: MovieSearch, found: Found | None) -> tuple[int, bool]:
    """The number of hits, and whether it is exact: the index names the best movies alone where very many fit."""
    if found is None or found.total <= len(found.ids):
        return rows, True
    filters = (wanted.genre, wanted.year_from, wanted.year_to, wanted.rating_min, wanted.rating_max)
    return (found.total, True) if all(each is None for each in filters) else (rows, False)


def _describe_question(found: Found | None, movies: Movies) -> dict[str, Any]:
    """What is shown instead of what was asked for, and which movies may have been meant."""
    rows = [] if found is None else [row for row in map(movies.row, found.suggestions) if row is not None]
    return {
        "showing_results_for": None if found is None else found.showing,
        "suggestions": [{"movie_id": movies.ids[row], "title": movies.titles[row] or None} for row in rows],
    }


def _select_movies(wanted: MovieSearch, movies: Movies, hits: _Hits) -> _Hits:
    """Selects hits by what the catalogue says of them."""
    if wanted.genre is not None:
        hits = hits.at(movies.genres.carrying(wanted.genre, hits.rows))
    released = movies.released_within(wanted.year_from, wanted.year_to)
    return hits if released is None else hits.at(released[hits.rows])


def _select_rated(wanted: MovieSearch, numbers: MergedNumbers, hits: _Hits) -> _Hits:
    """Selects hits by their rating; an unknown one is in no bounded interval."""
    if wanted.rating_min is not None:
        hits = hits.at(numbers.at("vote_average", hits.rows) >= wanted.rating_min)
    if wanted.rating_max is not None:
        hits = hits.at(numbers.at("vote_average", hits.rows) <= wanted.rating_max)
    return hits


def _sort_columns(wanted: MovieSearch, movies: Movies, numbers: MergedNumbers, hits: _Hits) -> list[Column]:
    """The values to sort hits by, each ascending, most important first; equal ones stay in their order."""
    rows = hits.rows
    order, popularity = wanted.sort_by, _descending(numbers.at("popularity", rows))
    usual = Direction.ASCENDING if order is SortBy.TITLE else Direction.DESCENDING
    turn = _ascending if (wanted.direction or usual) is Direction.ASCENDING else _descending
    if order is SortBy.RELEVANCE:
        return [turn(hits.scores), popularity]
    if order is SortBy.RATING:
        return [turn(numbers.at("vote_average", rows)), popularity]
    if order is SortBy.RELEASE_DATE:
        released = movies.released[rows]
        return [turn(np.where(released == 0, np.nan, released)), popularity]
    if order is SortBy.TITLE:
        return [turn(movies.place[rows].astype(np.float64)), popularity]
    return [turn(numbers.at("popularity", rows))]


def _describe_movie(row: int, movies: Movies, numbers: MergedNumbers) -> dict[str, Any]:
    facts = movies.facts(row)
    return {
        "movie_id": movies.ids[row],
        "title": facts.get("title"),
        "genres": list(facts["genres"]),
        "release_date": facts.get("release_date"),
        **numbers.of(row, facts),
    }


def skipped_documents(catalogue: Catalogue, hours: Documents) -> Documents:
    """The documents that this answer needs and that could not be read."""
    return Documents(skipped=catalogue.skipped_of("movie_details") + hours.skipped)


def _descending(values: Floats) -> Floats:
    """Values for sorting the largest first and unknown ones last."""
    return np.where(np.isnan(values), np.inf, -values)


def _ascending(values: Floats) -> Floats:
    """Values for sorting the smallest first and unknown ones last."""
    return np.where(np.isnan(values), np.inf, values)
