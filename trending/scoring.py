"""Ranking of movies by current activity. Pure: no Django, no database, no clock.

A movie's score is the ``trending_score`` of its newest ``trending`` document in the window, else the one that its
newest ``stats`` carries. Movies whose ``stats`` carry none are scored here, on the same scale of 0 to 100, by one
formula::

    score = POPULARITY_WEIGHT * p / (p + USUAL_POPULARITY) + CHANGE_WEIGHT * c / (|c| + USUAL_CHANGE)

where ``p`` is the popularity and ``c`` its change per hour; the score never falls below 0. Both terms level out, so
neither a famous movie nor a single jump outranks everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from merger.catalogue.catalogue import Catalogue
from merger.core.boundary import SpeedCoverage, SpeedLayer
from merger.core.columns import Floats, Integers
from merger.core.intervals import as_intervals, hours_to_judge
from merger.core.windows import Granularity, Span, Window, isoformat
from merger.errors import Interval
from merger.speed.rows import Rows
from merger.speed.tables import HourRange
from merger.views.freshness import describe
from merger.views.holes import lost_until
from merger.views.plans import Plan, PlanContext
from merger.views.reading import ViewInputs, ViewResult
from merger.views.snapshots import Unseen

POPULARITY_WEIGHT = 40.0
"""The most points that popularity alone can give."""

CHANGE_WEIGHT = 60.0
"""The most points that the change in popularity can add or take away."""

USUAL_POPULARITY = 50.0
"""The popularity that gives half of ``POPULARITY_WEIGHT``."""

USUAL_CHANGE = 2.0
"""The change per hour that gives half of ``CHANGE_WEIGHT``."""

SPEED_TYPES = ("trending", "stats")
"""Speed data types that every ranking reads."""


@dataclass(frozen=True, slots=True)
class RankingParameters:
    """Parameters of ``trending/movies`` and ``trending/genres/{genre}``.

    Args:
        window: the hours that count, up to now; the oldest hour counts as a whole.
        limit: most movies to return.
        genre: case-folded name, or ``None`` for all genres.
    """

    window: Span
    limit: int
    genre: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Every movie with a document in the window, one row each; NaN where a number is unknown.

    Args:
        movies: ids, ascending.
        score: what the ranking sorts by.
        change: popularity change per hour.
        trending: the newest ``trending`` bucket of each movie that has one.
        stats: the newest ``stats`` bucket of each movie that has one.
    """

    movies: Integers
    score: Floats
    change: Floats
    trending: Rows
    stats: Rows


def popularity_scores(popularity: Floats, change_per_hour: Floats) -> Floats:
    """Scores by the formula above, 0 to 100; an unknown change (NaN) adds nothing."""
    known = np.maximum(popularity, 0.0)
    change = np.nan_to_num(change_per_hour, nan=0.0)
    scores: Floats = np.maximum(
        0.0,
        POPULARITY_WEIGHT * known / (known + USUAL_POPULARITY)
        + CHANGE_WEIGHT * change / (np.abs(change) + USUAL_CHANGE),
    )
    return scores


def popularity_score(popularity: float, change_per_hour: float | None) -> float:
    """The formula's score of one movie."""
    change = np.nan if change_per_hour is None else change_per_hour
    return float(popularity_scores(np.array([popularity], np.float64), np.array([change], np.float64))[0])


def ranking_window(span: Span, now: datetime) -> Window:
    """The hours that a ranking counts: ``[now - span, now]`` in whole hours."""
    return span.ending(now, Granularity.HOUR)


def ranking_plan(context: PlanContext[RankingParameters]) -> Plan:
    """Reads every movie's buckets of the window, and the catalogue."""
    window = ranking_window(context.params.window, context.boundary.now)
    return Plan(hours=HourRange(SPEED_TYPES, window), catalogue=True)


def ranking(params: RankingParameters, inputs: ViewInputs) -> ViewResult:
    """Builds the answer of ``trending/movies`` and ``trending/genres/{genre}`` from what ``ranking_plan`` reads.

    Raises:
        NotFound: the genre is unknown.
    """
    catalogue = inputs.catalogue
    genre = catalogue.known_genre(params.genre)
    window = ranking_window(params.window, inputs.boundary.now)
    candidates, ranked = ranked_candidates(window, genre, inputs)
    chosen = enumerate(ranked[: params.limit].tolist(), start=1)
    shown = [_entry(rank, row, candidates, catalogue) for rank, row in chosen]
    body = {"trending_movies": shown, "count": len(shown), "window": params.window.label, "genre": genre}
    return ranking_result(body, window, inputs)


def ranking_result(body: dict[str, Any], needed: Window, inputs: ViewInputs) -> ViewResult:
    """The result with this body, its time and its source; lists the hours needed that the speed layer does not hold."""
    boundary, catalogue = inputs.boundary, inputs.catalogue
    unranked = find_unranked(needed, inputs)
    # A movie whose details can't be read may be of the genre.
    details = ("movie_details",) if body["genre"] is not None else ()
    left_out = inputs.hours.left_out(boundary)
    freshness = describe(
        boundary,
        inputs.layers,
        speed_types=SPEED_TYPES,
        batch_as_of=catalogue.movies.as_of,
        missing=(
            unranked.missing,
            lost_until(catalogue.lost_of(*details), None, boundary),
            _time_of_unknown_genres(needed, inputs) if details else (),
        ),
        assumed=unranked.assumed,
        documents=replace(left_out, skipped=(*left_out.skipped, *catalogue.skipped_of(*details))),
    )
    return ViewResult({**body, "generated_at": isoformat(boundary.now), "data_source": "speed"}, freshness)


def find_unranked(needed: Window, inputs: ViewInputs) -> Unseen:
    """What a ranking lacks of the hours that it needs."""
    coverages = _coverages(inputs)
    hours = sorted(
        {each for coverage in coverages for each in hours_to_judge(needed.bounded_start, needed.end, coverage)}
    )
    return Unseen(
        as_intervals(hour for hour in hours if not all(coverage.holds(hour) for coverage in coverages)),
        tuple(each for coverage in coverages for each in coverage.assumptions(hours)),
    )


def _time_of_unknown_genres(needed: Window, inputs: ViewInputs) -> tuple[Interval, ...]:
    """The hours needed, if a movie with a document in them may be of any genre, since its details can't be read."""
    start, end = needed.bounded_start, inputs.boundary.open_hour
    found = (inputs.hours.newest(name, inputs.boundary, since=start).movies for name in SPEED_TYPES)
    is_unknown = any(inputs.catalogue.with_unknown_genres(movies).any() for movies in found)
    return ((start, end),) if is_unknown and start < end else ()


def ranked_candidates(window: Window, genre: str | None, inputs: ViewInputs) -> tuple[Candidates, Integers]:
    """All candidates, and the rows of a genre's movies (``None``: of all), best first."""
    candidates = candidates_of(window, inputs)
    ranked = _rank_rows(candidates, inputs.catalogue)
    if genre is not None:
        ranked = ranked[inputs.catalogue.of_genre(candidates.movies[ranked], genre)]
    return candidates, ranked


def candidates_of(window: Window, inputs: ViewInputs) -> Candidates:
    """Collects every movie of the window before any limit: a movie that leads no single hour may lead them all."""
    boundary, start = inputs.boundary, window.bounded_start
    trending = inputs.hours.newest("trending", boundary, since=start)
    stats = inputs.hours.newest("stats", boundary, since=start)
    movies = np.union1d(trending.movies, stats.movies)
    change = _change_per_hour(stats, inputs.hours.second_newest("stats", boundary, since=start))
    told = stats.column("trending_score")
    derived = _spread(
        movies, stats, np.where(np.isnan(told), popularity_scores(stats.column("popularity"), change), told)
    )
    _, measured = trending.locate(movies)
    return Candidates(
        movies=movies,
        score=np.where(measured, _spread(movies, trending, trending.column("trending_score")), derived),
        change=_spread(movies, stats, change),
        trending=trending,
        stats=stats,
    )


def _spread(movies: Integers, rows: Rows, values: Floats) -> Floats:
    """Spreads the values of rows over all movies; NaN for a movie that has no row."""
    result = np.full(len(movies), np.nan)
    result[np.searchsorted(movies, rows.movies)] = values
    return result


def _change_per_hour(newest: Rows, before: Rows) -> Floats:
    """Popularity change between a movie's two newest hours; with only one hour, what the document itself says."""
    change = newest.column("popularity_velocity").copy()
    rows, known = before.locate(newest.movies)
    older = before.at(rows[known])
    hours = newest.hours[known] - older.hours
    change[known] = (newest.column("popularity")[known] - older.column("popularity")) / hours
    return change


def _rank_rows(candidates: Candidates, catalogue: Catalogue) -> Integers:
    """Sorts the rows by score, then popularity (highest first, unknown last), then the smaller id."""
    popularity = _spread(candidates.movies, candidates.stats, candidates.stats.column("popularity"))
    popularity = np.where(np.isnan(popularity), _catalogue_popularity(candidates.movies, catalogue), popularity)
    # lexsort: the last key counts most; NaN sorts last.
    ranked = np.lexsort((candidates.movies, -popularity, -candidates.score))
    # Stats that tell neither a score nor a popularity rank no movie.
    return ranked[~np.isnan(candidates.score[ranked])]


def _catalogue_popularity(movies: Integers, catalogue: Catalogue) -> Floats:
    """The catalogue's popularity of each movie; NaN where it has none."""
    known, where, _ = np.intersect1d(np.asarray(catalogue.movies.ids), movies, assume_unique=True, return_indices=True)
    result = np.full(len(movies), np.nan)
    result[np.searchsorted(movies, known)] = catalogue.movies.popularity.values[where]
    return result


def _entry(rank: int, row: int, candidates: Candidates, catalogue: Catalogue) -> dict[str, Any]:
    movie_id = int(candidates.movies[row])
    facts, stats = catalogue.facts_of(movie_id), candidates.stats
    bucket = stats.row_of(movie_id)
    numbers = {
        name: facts.get(name) if bucket is None or (value := stats.value(bucket, name)) is None else value
        for name in ("popularity", "vote_average", "vote_count")
    }
    return {
        "rank": rank,
        "movie_id": movie_id,
        "title": facts.get("title"),
        "genres": list(facts.get("genres", ())),
        **_score_fields(row, candidates),
        **numbers,
    }


def _score_fields(row: int, candidates: Candidates) -> dict[str, float | None]:
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


def _coverages(inputs: ViewInputs) -> list[SpeedCoverage]:
    """Which hours the speed layer holds, for each type that a producer writes; if none is, for scores."""
    written = [name for name in SPEED_TYPES if _is_written(inputs.layers.speed_of(name))]
    return [inputs.hours.coverage(name, inputs.boundary, inputs.layers) for name in written or SPEED_TYPES[:1]]


def _is_written(layer: SpeedLayer) -> bool:
    return bool(layer.held) or layer.synced_at is not None
