"""Searches the catalogue of movies. Pure: no Django, no database, no clock.

The ratings and the popularity of hits are those of ``movies/{id}``: the speed layer's newest bucket if it has one
(requirement M6). Filters, order and results use the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Catalogue, Movies, from_microseconds
from merger.catalogue.title_index import UNMATCHED, Ranks
from merger.catalogue.title_text import EXACT
from merger.contract.documents import Documents
from merger.core.columns import Flags, Floats
from merger.core.windows import EPOCH, HOUR
from merger.speed.rows import Rows
from merger.views.freshness import describe, source_of
from merger.views.holes import lost_until
from merger.views.reading import ViewInputs, ViewResult
from merger.views.snapshots import Unseen, unseen_since
from movies.details import SPEED_FIELDS
from movies.ordering import Column, first_rows


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
        words: normalised words of the query; ``None``: any title.
        genre: case-folded; ``None``: any.
        year_from: first year of release; ``year_to`` is the last one.
        rating_min: least ``vote_average``; ``rating_max`` is the largest one.
        limit: hits on a page.
        offset: hits before the page.
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
    """The movies' numbers that filters, order and results use.

    Args:
        popularity: one number per row, NaN if unknown; likewise ``vote_average``.
        newer: the buckets whose numbers replace those of the batch document.
    """

    popularity: Floats
    vote_average: Floats
    newer: Rows


def movie_search(wanted: MovieSearch, inputs: ViewInputs) -> ViewResult:
    """Builds ``search/movies``: one page of hits and their total number.

    Args:
        wanted: the parameters.
        inputs: the catalogue, and the ``stats`` of every movie since the cutoff.

    Raises:
        NotFound: the genre is unknown.
    """
    catalogue = inputs.catalogue
    movies = catalogue.movies
    catalogue.known_genre(wanted.genre)
    numbers = _numbers(inputs)
    ranks = np.full(len(movies), EXACT, np.int8) if wanted.words is None else movies.index.match(wanted.words)
    matching = _select_movies(wanted, movies, ranks)
    found = np.flatnonzero(matching & _select_rated(wanted, numbers))
    ordered = first_rows(found, _sort_columns(wanted.sort_by, movies, numbers, ranks), wanted.offset + wanted.limit)
    body = {
        "results": [_describe_hit(int(row), movies, numbers) for row in ordered[wanted.offset :]],
        "total_results": len(found),
        "page": wanted.offset // wanted.limit + 1,
        "total_pages": -(-len(found) // wanted.limit),
        "limit": wanted.limit,
        "offset": wanted.offset,
        "data_source": source_of(["batch", *(["speed"] if len(numbers.newer) else [])]),
    }
    unseen = _find_unseen(matching, numbers.newer, inputs)
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
    )
    return ViewResult(body, freshness)


def _numbers(inputs: ViewInputs) -> _Numbers:
    movies, newer = inputs.catalogue.movies, _newer_numbers(inputs)
    rows, known = movies.rows(newer.movies)
    popularity, vote_average = movies.popularity.values.copy(), movies.vote_average.values.copy()
    for column, name in ((popularity, "popularity"), (vote_average, "vote_average")):
        values = newer.column(name)
        told = known & ~np.isnan(values)
        column[rows[told]] = values[told]
    return _Numbers(popularity, vote_average, newer)


def _find_unseen(matching: Flags, newer: Rows, inputs: ViewInputs) -> list[Unseen]:
    """What the newest numbers of some movies lack: those from buckets, and those from batch documents."""
    catalogue, movies = inputs.catalogue, inputs.catalogue.movies
    coverage = inputs.hours.coverage("stats", inputs.boundary, inputs.layers)
    is_stated = "movie_details" not in catalogue.unstated
    rows, known = newer.locate(np.asarray(movies.ids))
    from_buckets, from_batch = newer.hours[rows[known & matching]], movies.covers_until[matching & ~known]
    result = []
    if len(from_buckets):
        result.append(unseen_since(None, EPOCH + int(from_buckets.min()) * HOUR, coverage))
    if len(from_batch) or not result:
        covers_until = from_microseconds(int(from_batch.min())) if len(from_batch) else movies.as_of
        result.append(unseen_since(covers_until, None, coverage, is_stated=is_stated))
    return result


def _newer_numbers(inputs: ViewInputs) -> Rows:
    """The buckets whose numbers replace those of batch documents; for one movie, ``choose_newer_bucket`` decides."""
    boundary, movies = inputs.boundary, inputs.catalogue.movies
    newest = inputs.hours.newest("stats", boundary, since=boundary.cutoff)
    if not boundary.is_lagging(inputs.layers.speed_of("stats")):
        return newest
    rows, known = movies.rows(newest.movies)
    is_older = known.copy()
    # A stamp after the hour's end is no news: a sync may write old hours again (D6).
    known_since = np.minimum(newest.synced, (newest.hours + 1) * HOUR.total_seconds())
    is_older[known] = movies.computed_at[rows[known]] / 1e6 > known_since[known]
    return newest.at(~is_older)


def _select_movies(wanted: MovieSearch, movies: Movies, ranks: Ranks) -> Flags:
    """Selects the rows of movies that are hits, if their numbers are too."""
    hits: Flags = ranks != UNMATCHED
    if wanted.genre is not None:
        hits &= movies.genres.carrying(wanted.genre)
    released = movies.released_within(wanted.year_from, wanted.year_to)
    if released is not None:
        hits &= released
    return hits


def _select_rated(wanted: MovieSearch, numbers: _Numbers) -> Flags:
    """Selects the rows of movies by their rating; an unknown one is in no bounded interval."""
    hits = np.ones(len(numbers.vote_average), np.bool_)
    if wanted.rating_min is not None:
        hits &= numbers.vote_average >= wanted.rating_min
    if wanted.rating_max is not None:
        hits &= numbers.vote_average <= wanted.rating_max
    return hits


def _sort_columns(order: SortBy, movies: Movies, numbers: _Numbers, ranks: Ranks) -> list[Column]:
    """The columns to sort hits by, each ascending, most important first; equal hits stay in the order of their ids."""
    popularity = _negate(numbers.popularity)
    if order is SortBy.RELEVANCE:
        return [ranks, popularity]
    if order is SortBy.RATING:
        return [_negate(numbers.vote_average), popularity]
    if order is SortBy.RELEASE_DATE:
        # An unknown date is 0, which comes last.
        return [-movies.released, popularity]
    if order is SortBy.TITLE:
        return [movies.index.place, popularity]
    return [popularity]


def _describe_hit(row: int, movies: Movies, numbers: _Numbers) -> dict[str, Any]:
    movie_id, facts = movies.ids[row], movies.facts(row)
    newer = numbers.newer.row_of(movie_id)
    source = facts if newer is None else {**facts, **numbers.newer.document(newer).data}
    return {
        "movie_id": movie_id,
        "title": facts.get("title"),
        "genres": list(facts["genres"]),
        "release_date": facts.get("release_date"),
        **{name: source.get(name) for name in SPEED_FIELDS},
    }


def skipped_documents(catalogue: Catalogue, hours: Documents) -> Documents:
    """The documents that this answer needs and that could not be read."""
    return Documents(skipped=catalogue.skipped_of("movie_details") + hours.skipped)


def _negate(values: Floats) -> Floats:
    """Values for sorting the largest first and unknown ones last."""
    return np.where(np.isnan(values), np.inf, -values)
