"""Searches the catalogue of movies. Pure: no Django, no database, no clock.

The index names the movies that fit a question; everything else about them comes from the catalogue and the speed layer.
The ratings and the popularity of hits are those of ``movies/{id}``: the speed layer's newest bucket if it has one
(requirement M6). Filters, order and results use the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Catalogue, Movies
from merger.contract.documents import Documents
from merger.core.columns import Flags, Floats, Integers
from merger.views.freshness import describe, source_of
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


@dataclass(frozen=True, slots=True)
class _Hits:
    """The movies that the index found, by row of the catalogue; without a question every movie.

    Args:
        matching: whether each was found.
        scores: how well each fits, 0 without a question.
        places: the place of each found row in the index's answer.
    """

    matching: Flags
    scores: Floats
    places: Mapping[int, int]
    found: Found | None

    @classmethod
    def of(cls, found: Found | None, movies: Movies) -> _Hits:
        number = len(movies)
        if found is None:
            return cls(np.ones(number, np.bool_), np.zeros(number), {}, None)
        rows, known = movies.rows(found.ids)
        matching, scores = np.zeros(number, np.bool_), np.zeros(number)
        matching[rows[known]] = True
        scores[rows[known]] = found.scores[known]
        return cls(
            matching, scores, dict(zip(rows[known].tolist(), np.flatnonzero(known).tolist(), strict=True)), found
        )

    def why(self, row: int) -> dict[str, Any]:
        """Why a movie was found, as the API says it."""
        return (NO_REASON if self.found is None else self.found.why(self.places[row])).as_dict()


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
    hits = _Hits.of(inputs.found, movies)
    matching = _select_movies(wanted, movies, hits)
    rows = _select_rated(np.flatnonzero(matching), wanted, numbers)
    columns = _sort_columns(wanted, movies, numbers, hits, rows)
    ordered = rows[first_rows(np.arange(len(rows)), columns, wanted.offset + wanted.limit)]
    total, is_exact = _count(len(rows), wanted, inputs.found)
    body = {
        "results": [_describe_hit(int(row), movies, numbers, hits) for row in ordered[wanted.offset :]],
        "total_results": total,
        "total_is_exact": is_exact,
        **_describe_question(inputs.found, movies),
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-total // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": source_of(["batch", *(["speed"] if len(numbers.newer) else [])]),
    }
    unseen = find_unseen(matching, numbers.newer, inputs)
    freshness = describe(
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
    return ViewResult(body, freshness)


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


def _select_movies(wanted: MovieSearch, movies: Movies, found: _Hits) -> Flags:
    """Selects the rows of movies that are hits, if their numbers are too."""
    hits = found.matching.copy()
    if wanted.genre is not None:
        hits &= movies.genres.carrying(wanted.genre)
    released = movies.released_within(wanted.year_from, wanted.year_to)
    if released is not None:
        hits &= released
    return hits


def _select_rated(rows: Integers, wanted: MovieSearch, numbers: MergedNumbers) -> Integers:
    """Selects rows of movies by their rating; an unknown one is in no bounded interval."""
    if wanted.rating_min is not None:
        rows = rows[numbers.at("vote_average", rows) >= wanted.rating_min]
    if wanted.rating_max is not None:
        rows = rows[numbers.at("vote_average", rows) <= wanted.rating_max]
    return rows


def _sort_columns(
    wanted: MovieSearch, movies: Movies, numbers: MergedNumbers, hits: _Hits, rows: Integers
) -> list[Column]:
    """The values of some rows to sort them by, each ascending, most important first; equal rows stay in their order."""
    order, popularity = wanted.sort_by, _descending(numbers.at("popularity", rows))
    usual = Direction.ASCENDING if order is SortBy.TITLE else Direction.DESCENDING
    turn = _ascending if (wanted.direction or usual) is Direction.ASCENDING else _descending
    if order is SortBy.RELEVANCE:
        return [turn(hits.scores[rows]), popularity]
    if order is SortBy.RATING:
        return [turn(numbers.at("vote_average", rows)), popularity]
    if order is SortBy.RELEASE_DATE:
        released = movies.released[rows]
        return [turn(np.where(released == 0, np.nan, released)), popularity]
    if order is SortBy.TITLE:
        return [turn(movies.place[rows].astype(np.float64)), popularity]
    return [turn(numbers.at("popularity", rows))]


def _describe_hit(row: int, movies: Movies, numbers: MergedNumbers, hits: _Hits) -> dict[str, Any]:
    facts = movies.facts(row)
    return {
        "movie_id": movies.ids[row],
        "title": facts.get("title"),
        "genres": list(facts["genres"]),
        "release_date": facts.get("release_date"),
        **numbers.of(row, facts),
        **hits.why(row),
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
