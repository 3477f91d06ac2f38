"""Searching the catalogue of movies. Pure: no Django, no database, no clock.

Ratings and popularity of hits are those of ``movies/{id}``: the speed layer's newest bucket where it has one (M6). The
same numbers filter, sort and show.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Catalogue, Movies
from merger.catalogue.title_index import UNMATCHED, Ranks
from merger.catalogue.title_text import EXACT
from merger.contract.documents import Documents
from merger.core.columns import Flags, Floats
from merger.errors import NotFound
from merger.speed.rows import Rows
from merger.views.freshness import describe, source_of
from merger.views.reading import ViewInputs, ViewResult
from movies.details import SPEED_FACTS, unseen_since
from movies.ordering import Column, first_rows


class SortBy(StrEnum):
    """Orders of the hits; equals follow by popularity, then by id."""

    RELEVANCE = "relevance"
    POPULARITY = "popularity"
    RATING = "rating"
    RELEASE_DATE = "release_date"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class MovieSearch:
    """What is looked for.

    Args:
        words: folded words of the query; ``None``: any title.
        genre: casefolded; ``None``: any.
        year_from: of the release, with ``year_to`` an interval that holds both ends.
        rating_min: of ``vote_average``, with ``rating_max`` an interval that holds both ends.
        limit: hits on a page.
        offset: hits before it.
    """

    words: tuple[str, ...] | None = None
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    rating_min: float | None = None
    rating_max: float | None = None
    sort_by: SortBy = SortBy.RELEVANCE
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The movies' numbers as they filter, sort and show.

    Args:
        popularity: by row; NaN: unknown. So is ``vote_average``.
        newer: the buckets whose numbers stand in for the batch document's (M6).
    """

    popularity: Floats
    vote_average: Floats
    newer: Rows


def movie_search(wanted: MovieSearch, reading: ViewInputs) -> ViewResult:
    """``search/movies``: one page of hits and how many there are.

    Args:
        wanted: what is looked for.
        reading: the catalogue, and the ``stats`` of every movie since the cutoff.

    Raises:
        NotFound: an unknown genre.
    """
    catalogue = reading.catalogue
    movies = catalogue.movies
    if wanted.genre is not None and catalogue.genre(wanted.genre) is None:
        raise NotFound("genre", wanted.genre, catalogue.genres_like(wanted.genre))
    numbers = _numbers(reading)
    ranks = np.full(len(movies), EXACT, np.int8) if wanted.words is None else movies.index.match(wanted.words)
    found = np.flatnonzero(_passing(wanted, movies, numbers, ranks))
    ordered = first_rows(found, _order(wanted.sort_by, movies, numbers, ranks), wanted.offset + wanted.limit)
    body = {
        "results": [_shown(int(row), movies, numbers) for row in ordered[wanted.offset :]],
        "total_results": len(found),
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-len(found) // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": source_of(["batch", *(["speed"] if len(numbers.newer) else [])]),
    }
    coverage = reading.hours.coverage("stats", reading.boundary, reading.layers)
    freshness = describe(
        reading.boundary,
        reading.layers,
        speed_types=("stats",),
        batch_as_of=catalogue.movies_as_of,
        missing=(unseen_since(catalogue.movies_as_of, coverage),),
        documents=about_movies(catalogue, reading.hours.left_out(reading.boundary)),
    )
    return ViewResult(body, freshness)


def _numbers(reading: ViewInputs) -> _Numbers:
    movies, newer = reading.catalogue.movies, _newer_numbers(reading)
    rows, known = movies.rows(newer.movies)
    popularity, vote_average = movies.popularity.values.copy(), movies.vote_average.values.copy()
    popularity[rows[known]] = newer.column("popularity")[known]
    vote_average[rows[known]] = newer.column("vote_average")[known]
    return _Numbers(popularity, vote_average, newer)


def _newer_numbers(reading: ViewInputs) -> Rows:
    """The buckets whose numbers stand in for the batch document's, as ``overriding`` has it of one movie (M6)."""
    boundary, movies = reading.boundary, reading.catalogue.movies
    newest = reading.hours.newest("stats", boundary, since=boundary.cutoff)
    if not boundary.is_lagging(reading.layers.speed_of("stats")):
        return newest
    rows, known = movies.rows(newest.movies)
    outdated = known.copy()
    outdated[known] = movies.computed_at[rows[known]] / 1e6 > newest.synced[known]
    return newest.at(~outdated)


def _passing(wanted: MovieSearch, movies: Movies, numbers: _Numbers, ranks: Ranks) -> Flags:
    """By row, whether a movie is a hit. A number that nobody knows lies only in the interval without ends."""
    passing: Flags = ranks != UNMATCHED
    if wanted.genre is not None:
        passing &= movies.genres.carrying(wanted.genre)
    released = movies.released_within(wanted.year_from, wanted.year_to)
    if released is not None:
        passing &= released
    if wanted.rating_min is not None:
        passing &= numbers.vote_average >= wanted.rating_min
    if wanted.rating_max is not None:
        passing &= numbers.vote_average <= wanted.rating_max
    return passing


def _order(order: SortBy, movies: Movies, numbers: _Numbers, ranks: Ranks) -> list[Column]:
    """What hits are sorted by, first things first, each ascending; equals stay in the order of their ids."""
    popularity = _descending(numbers.popularity)
    if order is SortBy.RELEVANCE:
        return [ranks, popularity]
    if order is SortBy.RATING:
        return [_descending(numbers.vote_average), popularity]
    if order is SortBy.RELEASE_DATE:
        # An unknown one is 0, which comes last.
        return [-movies.released, popularity]
    if order is SortBy.TITLE:
        return [movies.index.place, popularity]
    return [popularity]


def _shown(row: int, movies: Movies, numbers: _Numbers) -> dict[str, Any]:
    movie_id, facts = movies.ids[row], movies.facts(row)
    newer = numbers.newer.row_of(movie_id)
    said = facts if newer is None else numbers.newer.document(newer).data
    return {
        "movie_id": movie_id,
        "title": facts["title"],
        "genres": list(facts["genres"]),
        "release_date": facts.get("release_date"),
        **{name: said.get(name) for name in SPEED_FACTS},
    }


def about_movies(catalogue: Catalogue, hours: Documents) -> Documents:
    """What could not be read of that which this answer needs."""
    return Documents(skipped=catalogue.skipped_of("movie_details") + hours.skipped)


def _descending(values: Floats) -> Floats:
    """Largest first, unknown last."""
    return np.where(np.isnan(values), np.inf, -values)
