"""What happens now to some movies: their trending scores and the sentiment of their newest reviews. Pure."""

from __future__ import annotations

import numpy as np

from merger.core.columns import Floats, Integers
from merger.core.windows import Granularity, Window, parse_span
from merger.views.reading import ViewInputs
from movies.numbers import match_ascending
from trending.scoring import candidates_of

LIVE_SPAN = parse_span("24h")
"""The hours that count as now."""

USUAL_REVIEWS = 20.0
"""The newest reviews count beside so many of the lifetime average: few reviews prove little."""

_NO_SENTIMENT = 0.0


def live_window(inputs: ViewInputs) -> Window:
    """The hours that count as now, the oldest one whole."""
    return LIVE_SPAN.ending(inputs.boundary.now, Granularity.HOUR)


def trends_of(rows: Integers, inputs: ViewInputs) -> Floats:
    """The trending scores of movies, 0 to 100, as ``trending/movies`` ranks by; NaN where a movie has none.

    Args:
        rows: of the catalogue, ascending.
        inputs: hold the hours of ``trending`` and ``stats``.
    """
    candidates = candidates_of(live_window(inputs), inputs)
    result = np.full(len(rows), np.nan)
    own, there = match_ascending(np.asarray(inputs.catalogue.movies.ids)[rows], candidates.movies)
    result[own] = candidates.score[there]
    return result


def feelings_of(rows: Integers, inputs: ViewInputs) -> Floats:
    """The present sentiment of movies, -1 to 1: the newest reviews, and the lifetime average as far as they are few.

    NaN where a movie has no reviews at all.

    Args:
        rows: of the catalogue, ascending.
        inputs: hold the hours of ``sentiment``.
    """
    movies = inputs.catalogue.movies
    ids, start = np.asarray(movies.ids)[rows], live_window(inputs).bounded_start
    scored = movies.scored[rows]
    lifetime = np.where(scored > 0, movies.score_sum[rows] / np.maximum(scored, 1), _NO_SENTIMENT)
    total, number = np.zeros(len(rows)), np.zeros(len(rows))
    for table in inputs.hours.usable("sentiment", inputs.boundary):
        if table.hour < start:
            continue
        own, there = match_ascending(ids, table.rows.movies)
        average, reviews = (table.rows.column(name)[there] for name in ("avg_sentiment", "review_count"))
        counts = ~np.isnan(average) & (reviews > 0)
        total[own[counts]] += (average * reviews)[counts]
        number[own[counts]] += reviews[counts]
    result: Floats = (total + USUAL_REVIEWS * lifetime) / (number + USUAL_REVIEWS)
    result[(number == 0) & (scored == 0)] = np.nan
    return result
