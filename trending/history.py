"""History of the leading movies: their hourly scores, and their ranks when the current hour began. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from merger.core.intervals import closed_hours
from merger.core.windows import HOUR, Span, Window, floor_hour, isoformat
from merger.speed.tables import HourRange, HourTable, SharedHours
from merger.views.plans import Plan, PlanContext
from merger.views.reading import ViewInputs, ViewResult
from trending.scoring import (
    SPEED_TYPES,
    popularity_score,
    ranked_candidates,
    ranking_result,
    ranking_window,
)


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Parameters of ``trending/history``.

    Args:
        window: the hours that the ranking counts, as in ``RankingParameters``.
        limit: most movies to return.
        hours: number of hourly scores, the open hour included.
        genre: case-folded name, or ``None`` for all genres.
    """

    window: Span
    limit: int
    hours: int
    genre: str | None = None


def hours_shown(params: HistoryQuery, now: datetime) -> Window:
    """The hours that get a score in the answer."""
    open_hour = floor_hour(now)
    return Window(open_hour - (params.hours - 1) * HOUR, open_hour + HOUR)


def hours_needed(params: HistoryQuery, now: datetime) -> Window:
    """The hours that the ranking and the scores need together."""
    ranked, shown = ranking_window(params.window, now), hours_shown(params, now)
    return Window(min(ranked.bounded_start, shown.bounded_start), shown.end)


def history_plan(context: PlanContext[HistoryQuery]) -> Plan:
    """Reads every movie's buckets of ``hours_needed``, and the catalogue."""
    return Plan(hours=HourRange(SPEED_TYPES, hours_needed(context.params, context.boundary.now)), catalogue=True)


def ranking_history(params: HistoryQuery, inputs: ViewInputs) -> ViewResult:
    """Builds the answer of ``trending/history`` from what ``history_plan`` reads.

    Raises:
        NotFound: the genre is unknown.
    """
    boundary = inputs.boundary
    genre = inputs.catalogue.known_genre(params.genre)
    movies = _movies_with_history(params, genre, inputs)
    body = {
        "movies": movies,
        "count": len(movies),
        "window": params.window.label,
        "hours": params.hours,
        "genre": genre,
        "before": isoformat(boundary.open_hour),
    }
    return ranking_result(body, hours_needed(params, boundary.now), inputs)


def _movies_with_history(params: HistoryQuery, genre: str | None, inputs: ViewInputs) -> list[dict[str, Any]]:
    boundary = inputs.boundary
    window = ranking_window(params.window, boundary.now)
    candidates, ranked = ranked_candidates(window, genre, inputs)
    ranks_before = _ranks_before(boundary.open_hour, window, genre, inputs)
    period = hours_shown(params, boundary.now)
    hours = closed_hours(period.bounded_start, period.end, None)
    shown = candidates.movies[ranked[: params.limit]].tolist()
    scores = _HourlyScores(inputs)
    return [
        {
            "rank": rank,
            "rank_before": ranks_before.get(movie_id),
            "movie_id": movie_id,
            "title": inputs.catalogue.title_of(movie_id),
            "scores": [{"hour": isoformat(hour), "trending_score": scores.score(movie_id, hour)} for hour in hours],
        }
        for rank, movie_id in enumerate(shown, start=1)
    ]


def _ranks_before(hour: datetime, window: Window, genre: str | None, inputs: ViewInputs) -> dict[int, int]:
    """Each movie's rank when an hour began, computed from the earlier hours of the window alone."""
    earlier = SharedHours(table for table in inputs.hours.tables if table.hour < hour)
    candidates, ranked = ranked_candidates(window, genre, replace(inputs, hours=earlier))
    return {movie_id: rank for rank, movie_id in enumerate(candidates.movies[ranked].tolist(), start=1)}


class _HourlyScores:
    """Scores of single hours: the measured one if there is one, else the formula's, as in the ranking."""

    def __init__(self, inputs: ViewInputs) -> None:
        self._trending, self._stats = (self._by_hour(name, inputs) for name in SPEED_TYPES)

    @staticmethod
    def _by_hour(data_type: str, inputs: ViewInputs) -> dict[datetime, HourTable]:
        return {table.hour: table for table in inputs.hours.usable(data_type, inputs.boundary)}

    def score(self, movie_id: int, hour: datetime) -> int | float | None:
        """A movie's score in an hour; ``None`` where that hour has no bucket of the movie."""
        measured = self._value(self._trending, movie_id, hour, "trending_score")
        if measured is None:
            measured = self._value(self._stats, movie_id, hour, "trending_score")
        if measured is not None:
            return measured
        popularity = self._value(self._stats, movie_id, hour, "popularity")
        if popularity is None:
            return None
        return popularity_score(popularity, self._value(self._stats, movie_id, hour, "popularity_velocity"))

    @staticmethod
    def _value(tables: dict[datetime, HourTable], movie_id: int, hour: datetime, name: str) -> int | float | None:
        table = tables.get(hour)
        row = None if table is None else table.rows.row_of(movie_id)
        return None if table is None or row is None else table.rows.value(row, name)
