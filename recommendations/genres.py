"""Recommends movies of a genre: by all that counts, or by one number alone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from merger.core.columns import Integers
from merger.views.plans import Plan, PlanContext
from merger.views.reading import ViewInputs, ViewResult
from movies.numbers import MergedNumbers, merge_numbers
from recommendations.ranking import Live, Ranked, describe_freshness, hours_of, may_be_best, order, rank, sources_of
from recommendations.reasons import rating_reasons
from recommendations.weighing import USUAL_WISHES, Wishes, quality, weigh


class SortBy(StrEnum):
    """Orders of the movies of a genre, the largest number first; unknown ones come last."""

    HYBRID = "hybrid"
    TRENDING = "trending"
    SENTIMENT = "sentiment"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class GenreMovies:
    """Parameters of ``recommendations/genres/{genre}``.

    Args:
        genre: case-folded.
        limit: most movies to return.
        min_rating: least ``vote_average``; ``None``: any, and unknown ones too.
        sort_by: the order.
        wishes: how ``hybrid`` weighs.
    """

    genre: str
    limit: int = 20
    min_rating: float | None = None
    sort_by: SortBy = SortBy.HYBRID
    wishes: Wishes = USUAL_WISHES


def genre_plan(context: PlanContext[GenreMovies]) -> Plan:
    """Reads the catalogue and the hours."""
    return Plan(hours=hours_of(context.params.wishes, context), catalogue=True)


def genre_movies(params: GenreMovies, inputs: ViewInputs) -> ViewResult:
    """Builds ``recommendations/genres/{genre}``.

    Raises:
        NotFound: the genre is unknown.
    """
    catalogue = inputs.catalogue
    genre = catalogue.known_genre(params.genre)
    numbers = merge_numbers(inputs)
    rows = np.flatnonzero(catalogue.movies.genres.carrying(params.genre))
    if params.min_rating is not None:
        rows = rows[numbers.at("vote_average", rows) >= params.min_rating]
    ranked = _rank(rows, params, numbers, inputs)
    body: dict[str, Any] = {
        "genre": genre,
        "recommendations": [
            {**each, "because_of": []}
            for each in ranked.describe(
                numbers,
                inputs,
                lambda _, shown: rating_reasons(str(genre), shown["vote_average"], shown["vote_count"]),
            )
        ],
        "count": len(ranked.rows),
        "compared": len(rows),
        "catalogue": len(catalogue.movies),
        "limit": params.limit,
        "min_rating": params.min_rating,
        "sort_by": params.sort_by,
        "novelty": params.wishes.novelty,
        "data_source": sources_of(numbers, ranked),
    }
    return ViewResult(body, describe_freshness(rows, numbers, params.wishes, inputs))


def _rank(rows: Integers, params: GenreMovies, numbers: MergedNumbers, inputs: ViewInputs) -> Ranked:
    wishes, limit = params.wishes, params.limit
    rating, votes = numbers.at("vote_average", rows), numbers.at("vote_count", rows)
    if params.sort_by is SortBy.HYBRID:
        scores = weigh(quality(rating, votes), votes, numbers.most_votes, wishes.novelty)
        return rank(rows, scores, limit, wishes, numbers, inputs)
    if params.sort_by is SortBy.RATING:
        best = may_be_best(rating, limit)
        rows, rating = rows[best], rating[best]
    live = Live.of(rows, wishes, inputs)
    by = {SortBy.TRENDING: live.trend, SortBy.SENTIMENT: live.feeling, SortBy.RATING: rating}
    return order(rows, by[params.sort_by], limit, live, numbers)
