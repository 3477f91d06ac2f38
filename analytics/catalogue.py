"""Answers ``analytics/overview`` and ``analytics/sentiment/comparison`` from the whole catalogue. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Movies
from merger.contract.documents import Documents
from merger.core.algebra import Sentiment
from merger.core.columns import Flags, Integers
from merger.core.evidence import Assumption, Reason
from merger.errors import Interval
from merger.views.freshness import describe
from merger.views.holes import doubted_coverage, lost_until
from merger.views.reading import ViewInputs, ViewResult

TIERS: Mapping[str, float] = {"blockbuster": 80.0, "popular": 50.0, "moderate": 20.0, "niche": float("-inf")}
"""Popularity above which a movie belongs to a tier, the highest tier first."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The movies to compare: of a genre (case-folded) and of a year of release; ``None`` for all."""

    genre: str | None = None
    year: int | None = None


def overview(_: None, inputs: ViewInputs) -> ViewResult:
    """Sums up the catalogue. Averages are over the movies that carry the number; each movie counts once.

    The rating of a movie without votes is left out, because TMDB writes 0 for it.
    """
    catalogue = inputs.catalogue
    genres = {name: catalogue.by_genre[key] for key, name in catalogue.genres.items()}
    body = {
        "total_movies": len(catalogue.movies),
        "total_genres": len(genres),
        "genres": sorted(genres),
        "overall_stats": {"avg_rating": catalogue.avg_rating, "avg_popularity": catalogue.avg_popularity},
        "by_genre": [
            {"genre": name, "movie_count": facts.movies, "avg_rating": facts.avg_rating}
            for name, facts in sorted(genres.items(), key=lambda entry: (-entry[1].movies, entry[0]))
        ],
        "data_source": "batch",
    }
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        batch_as_of=catalogue.movies.as_of,
        missing=(lost_until(catalogue.lost_of("movie_details", "genre_analytics"), None, inputs.boundary),),
        assumed=doubted_coverage(catalogue.movies.as_of, "movie_details", inputs),
        documents=Documents(skipped=catalogue.skipped_of("movie_details", "genre_analytics")),
    )
    return ViewResult(body, freshness)


def sentiment_comparison(params: Comparison, inputs: ViewInputs) -> ViewResult:
    """Compares lifetime sentiment between tiers of popularity, weighted by reviews.

    Args:
        params: the movies to compare.
        inputs: the catalogue, with the batch layer's lifetime totals of all movies.

    Raises:
        NotFound: the genre is unknown.
    """
    catalogue = inputs.catalogue
    genre, tiers = catalogue.known_genre(params.genre), _tiers(params, catalogue.movies)
    unknown, absent = beyond_totals(_select_movies(params, catalogue.movies), inputs)
    body = {"genre": genre, "year": params.year, "tiers": tiers, "data_source": "batch"}
    freshness = describe(
        inputs.boundary,
        inputs.layers,
        batch_as_of=catalogue.totals_as_of or catalogue.movies.as_of,
        missing=(lost_until(catalogue.lost_of("sentiment", "movie_details"), None, inputs.boundary), unknown),
        assumed=(*doubted_coverage(catalogue.totals_as_of, "sentiment", inputs), *absent),
        documents=Documents(skipped=catalogue.skipped_of("sentiment", "movie_details")),
    )
    return ViewResult(body, freshness)


def beyond_totals(compared: Flags, inputs: ViewInputs) -> tuple[tuple[Interval, ...], tuple[Assumption, ...]]:
    """What is missing and what is assumed of the time that a lifetime total of some compared movie does not cover.

    A movie had no reviews after its total, and without one none at all, as far as the batch runs show. Where the job
    writes no totals, but points of days, its reviews are unknown.

    Args:
        compared: by row of the catalogue, which movies count.
        inputs: the catalogue, with the batch layer's lifetime totals.
    """
    catalogue = inputs.catalogue
    movies, totals_as_of = catalogue.movies, catalogue.totals_as_of
    as_of = totals_as_of or movies.as_of
    if as_of is None or not compared.any():
        return (), ()
    absence, end = inputs.layers.absence_of("sentiment"), inputs.boundary.watermark(as_of)
    if catalogue.has_total_ahead:
        absence = absence.as_assumed
    covered = movies.least_total(compared), absence.proven_until
    start = max((inputs.boundary.watermark(moment) for moment in covered if moment is not None), default=None)
    if start is not None and start >= end:
        return (), ()
    has_only_points = totals_as_of is None and absence.unrecorded_until is not None
    return (((start, end),), ()) if has_only_points else ((), (Assumption(start, end, Reason.ABSENT),))


def _tiers(params: Comparison, movies: Movies) -> dict[str, Any]:
    """Sums up each tier. A movie of unknown popularity belongs to none."""
    wanted = _select_movies(params, movies)
    popularity = movies.popularity.values
    result, below = {}, float("inf")
    for name, above in TIERS.items():
        rows = np.flatnonzero(wanted & (popularity > above) & (popularity <= below))
        result[name], below = _tier(rows, movies), above
    return result


def _select_movies(params: Comparison, movies: Movies) -> Flags:
    wanted = ~np.isnan(movies.popularity.values)
    released = movies.released_within(params.year, params.year)
    if released is not None:
        wanted &= released
    if params.genre is not None:
        wanted &= movies.genres.carrying(params.genre)
    return wanted


def _tier(rows: Integers, movies: Movies) -> dict[str, Any]:
    # An exact sum is the same in any order (M7).
    reviews, scored = int(np.maximum(movies.reviews[rows], 0).sum()), int(movies.scored[rows].sum())
    sentiment = Sentiment(fsum(movies.score_sum[rows].tolist()), reviews, scored=scored)
    popularity = movies.popularity.values[rows]
    return {
        "count": len(rows),
        "avg_sentiment": sentiment.average,
        "total_reviews": sentiment.reviews,
        "popularity_range": [movies.popularity.at(rows[end]) for end in (popularity.argmin(), popularity.argmax())]
        if len(rows)
        else None,
    }
