"""The ranking of movies by what happens around them right now. Pure: no Django, no database, no clock.

A movie's score is the ``trending_score`` of its newest ``trending`` document in the window. Movies for which the
speed layer holds only ``stats`` are scored here, on the same scale of 0 to 100, by one formula::

    score = POPULARITY_WEIGHT * p / (p + USUAL_POPULARITY) + CHANGE_WEIGHT * c / (|c| + USUAL_CHANGE)

with ``p`` the popularity and ``c`` its change per hour, cut off at 0. Both terms level out, so that neither a famous
movie nor a single jump outranks everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Catalogue
from merger.core.columns import Floats, Integers
from merger.core.intervals import as_intervals, closed_hours
from merger.core.windows import Granularity, Span, Window, isoformat
from merger.errors import Interval, NotFound
from merger.speed.rows import Rows
from merger.views.freshness import describe
from merger.views.reading import ViewInputs, ViewResult

POPULARITY_WEIGHT = 40.0
"""Most that popularity alone can give."""

CHANGE_WEIGHT = 60.0
"""Most that its change can add, or take away."""

USUAL_POPULARITY = 50.0
"""The popularity that gives half of its weight."""

USUAL_CHANGE = 2.0
"""The change per hour that gives half of its weight."""


@dataclass(frozen=True, slots=True)
class RankingParameters:
    """What a ranking is asked for.

    Args:
        window: the hours that count, up to now; the oldest one included whole.
        limit: at most so many movies.
        genre: case-folded name, or ``None`` for all genres.
    """

    window: Span
    limit: int
    genre: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Every movie with anything in the window, a row for each; NaN where nobody knows a number.

    Args:
        movies: ids, ascending.
        score: as ranked.
        change: of the popularity per hour.
        trending: the movies' newest ``trending`` bucket, for those that have one.
        stats: their newest ``stats`` bucket, likewise.
    """

    movies: Integers
    score: Floats
    change: Floats
    trending: Rows
    stats: Rows


def popularity_scores(popularity: Floats, change_per_hour: Floats) -> Floats:
    """The formula above, 0 to 100; an unknown change (NaN) adds nothing."""
    known = np.maximum(popularity, 0.0)
    change = np.nan_to_num(change_per_hour, nan=0.0)
    scores: Floats = np.maximum(
        0.0,
        POPULARITY_WEIGHT * known / (known + USUAL_POPULARITY)
        + CHANGE_WEIGHT * change / (np.abs(change) + USUAL_CHANGE),
    )
    return scores


def popularity_score(popularity: float, change_per_hour: float | None) -> float:
    """The same of one movie."""
    change = np.nan if change_per_hour is None else change_per_hour
    return float(popularity_scores(np.array([popularity], np.float64), np.array([change], np.float64))[0])


def window_of(span: Span, now: datetime) -> Window:
    """``[now - window, now]`` in whole hours."""
    return span.ending(now, Granularity.HOUR)


def ranking(params: RankingParameters, reading: ViewInputs) -> ViewResult:
    """``trending/movies`` and ``trending/genres/{genre}``.

    Args:
        params: the question.
        reading: every movie's ``trending`` and ``stats`` buckets of the window, as ``hours``, and the catalogue.

    Raises:
        NotFound: the genre is unknown.
    """
    reference = reading.reference
    genre = known_genre(params.genre, reference)
    window = window_of(params.window, reading.boundary.now)
    candidates, ranked = ranked_candidates(window, genre, reading)
    chosen = enumerate(ranked[: params.limit].tolist(), start=1)
    shown = [_entry(rank, row, candidates, reference) for rank, row in chosen]
    body = {
        "trending_movies": shown,
        "count": len(shown),
        "window": params.window.label,
        "genre": genre,
        "generated_at": isoformat(reading.boundary.now),
        "data_source": "speed",
    }
    freshness = describe(
        reading.boundary,
        reading.layers,
        speed_types=("trending", "stats"),
        batch_as_of=reference.movies_as_of,
        missing=(missing_hours(window, reading),),
        documents=reading.hours.told(reading.boundary),
    )
    return ViewResult(body, freshness)


def known_genre(asked: str | None, reference: Catalogue) -> str | None:
    """The catalogue's spelling of a case-folded genre; raises ``NotFound``."""
    if asked is None:
        return None
    genre = reference.genre(asked)
    if genre is None:
        raise NotFound("genre", asked, reference.genres_like(asked))
    return genre


def ranked_candidates(window: Window, genre: str | None, reading: ViewInputs) -> tuple[Candidates, Integers]:
    """Everybody, and the rows of those of a genre (``None``: of all) in their order, best first."""
    candidates = _candidates(window, reading)
    ranked = _ranked(candidates, reading.reference)
    if genre is not None:
        ranked = ranked[reading.reference.of_genre(candidates.movies[ranked], genre)]
    return candidates, ranked


def _candidates(window: Window, reading: ViewInputs) -> Candidates:
    """Every movie of the window, before any limit: a movie that leads no single hour may lead them all."""
    boundary, start = reading.boundary, window.bounded_start
    trending = reading.hours.newest("trending", boundary, since=start)
    stats = reading.hours.newest("stats", boundary, since=start)
    movies = np.union1d(trending.movies, stats.movies)
    change = _change_per_hour(stats, reading.hours.newest_but_one("stats", boundary, since=start))
    derived = _aligned(movies, stats, popularity_scores(stats.column("popularity"), change))
    _, measured = trending.find(movies)
    return Candidates(
        movies=movies,
        score=np.where(measured, _aligned(movies, trending, trending.column("trending_score")), derived),
        change=_aligned(movies, stats, change),
        trending=trending,
        stats=stats,
    )


def _aligned(movies: Integers, rows: Rows, values: Floats) -> Floats:
    """Values of rows as those of their movies; NaN for a movie that has no row."""
    result = np.full(len(movies), np.nan)
    result[np.searchsorted(movies, rows.movies)] = values
    return result


def _change_per_hour(newest: Rows, before: Rows) -> Floats:
    """Between a movie's two newest hours; where there is one only, what the document itself says."""
    change = newest.column("popularity_velocity").copy()
    rows, known = before.find(newest.movies)
    older = before.at(rows[known])
    hours = newest.hours[known] - older.hours
    change[known] = (newest.column("popularity")[known] - older.column("popularity")) / hours
    return change


def _ranked(candidates: Candidates, reference: Catalogue) -> Integers:
    """The rows by score, then popularity, highest first and unknown last, then the smaller id."""
    popularity = _aligned(candidates.movies, candidates.stats, candidates.stats.column("popularity"))
    popularity = np.where(np.isnan(popularity), _usual_popularity(candidates.movies, reference), popularity)
    # Of the keys the last one counts most; NaN sorts last.
    return np.lexsort((candidates.movies, -popularity, -candidates.score))


def _usual_popularity(movies: Integers, reference: Catalogue) -> Floats:
    """What the catalogue says; NaN where it does not."""
    known, where, _ = np.intersect1d(np.asarray(reference.movies.ids), movies, assume_unique=True, return_indices=True)
    result = np.full(len(movies), np.nan)
    result[np.searchsorted(movies, known)] = reference.movies.popularity.values[where]
    return result


def _entry(rank: int, row: int, candidates: Candidates, reference: Catalogue) -> dict[str, Any]:
    movie_id = int(candidates.movies[row])
    facts, stats = reference.facts_of(movie_id), candidates.stats
    bucket = stats.row_of(movie_id)
    numbers = {
        name: facts.get(name) if bucket is None else stats.value(bucket, name)
        for name in ("popularity", "vote_average", "vote_count")
    }
    return {
        "rank": rank,
        "movie_id": movie_id,
        "title": facts.get("title"),
        "genres": list(facts.get("genres", ())),
        **_shown_score(row, candidates),
        **numbers,
    }


def _shown_score(row: int, candidates: Candidates) -> dict[str, float | None]:
    trending = candidates.trending
    measured = trending.row_of(int(candidates.movies[row]))
    if measured is not None:
        return {name: trending.value(measured, name) for name in ("trending_score", "velocity", "acceleration")}
    change = float(candidates.change[row])
    return {
        "trending_score": float(candidates.score[row]),
        "velocity": None if np.isnan(change) else change,
        "acceleration": None,
    }


def missing_hours(window: Window, reading: ViewInputs) -> Iterable[Interval]:
    """Closed hours of a window that the speed layer does not hold (M8)."""
    boundary, layer = reading.boundary, reading.layers.speed_of("trending")
    # A producer that writes no scores at all has lost none: its layer is judged by what it does write.
    judged = "stats" if not layer.held and layer.synced_at is None else "trending"
    coverage = reading.hours.coverage(judged, boundary, reading.layers)
    needed = closed_hours(window.bounded_start, window.end, boundary)
    return as_intervals(hour for hour in needed if not coverage.holds(hour))
