"""How movies that lead the ranking came to where they are: their scores by the hour, and their place before. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from merger.core.windows import HOUR, Span, Window, floor_hour, isoformat
from merger.speed.tables import HourTable, SharedHours
from merger.views.freshness import describe
from merger.views.reading import ViewInputs, ViewResult
from trending.scoring import known_genre, missing_hours, popularity_score, ranked_candidates, window_of


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What is asked.

    Args:
        window: the hours that the ranking counts, as of ``RankingParameters``.
        limit: at most so many movies.
        hours: of scores, the one that is open among them.
        genre: case-folded name, or ``None`` for all genres.
    """

    window: Span
    limit: int
    hours: int
    genre: str | None = None


def hours_shown(params: HistoryQuery, now: datetime) -> Window:
    """The hours of which scores are told."""
    open_hour = floor_hour(now)
    return Window(open_hour - (params.hours - 1) * HOUR, open_hour + HOUR)


def hours_needed(params: HistoryQuery, now: datetime) -> Window:
    """The hours that ranking and scores need together."""
    ranked, shown = window_of(params.window, now), hours_shown(params, now)
    return Window(min(ranked.bounded_start, shown.bounded_start), shown.end)


def ranking_history(params: HistoryQuery, reading: ViewInputs) -> ViewResult:
    """``trending/history``.

    Args:
        params: the question.
        reading: every movie's ``trending`` and ``stats`` buckets of ``hours_needed``, as ``hours``, and the catalogue.

    Raises:
        NotFound: the genre is unknown.
    """
    boundary, reference = reading.boundary, reading.reference
    genre = known_genre(params.genre, reference)
    window = window_of(params.window, boundary.now)
    candidates, ranked = ranked_candidates(window, genre, reading)
    places = _places_before(boundary.open_hour, window, genre, reading)
    hours = list(hours_shown(params, boundary.now).hours())
    shown = [int(candidates.movies[row]) for row in ranked[: params.limit].tolist()]
    scores = _Scores(reading)
    body = {
        "movies": [
            {
                "rank": rank,
                "rank_before": places.get(movie_id),
                "movie_id": movie_id,
                "title": reference.facts_of(movie_id).get("title"),
                "scores": [{"hour": isoformat(hour), "trending_score": scores.of(movie_id, hour)} for hour in hours],
            }
            for rank, movie_id in enumerate(shown, start=1)
        ],
        "count": len(shown),
        "window": params.window.label,
        "hours": params.hours,
        "genre": genre,
        "before": isoformat(boundary.open_hour),
        "generated_at": isoformat(boundary.now),
        "data_source": "speed",
    }
    freshness = describe(
        boundary,
        reading.layers,
        speed_types=("trending", "stats"),
        batch_as_of=reference.movies_as_of,
        missing=(missing_hours(hours_needed(params, boundary.now), reading),),
        documents=reading.hours.told(boundary),
    )
    return ViewResult(body, freshness)


def _places_before(hour: datetime, window: Window, genre: str | None, reading: ViewInputs) -> dict[int, int]:
    """By movie, its place when an hour began: in the ranking of what the hours before that one say."""
    earlier = SharedHours(table for table in reading.hours.tables if table.hour < hour)
    candidates, ranked = ranked_candidates(window, genre, replace(reading, hours=earlier))
    return {int(candidates.movies[row]): place for place, row in enumerate(ranked.tolist(), start=1)}


class _Scores:
    """Scores of single hours: measured ones, else by the formula, as the ranking has them."""

    def __init__(self, reading: ViewInputs) -> None:
        self._trending, self._stats = (self._by_hour(name, reading) for name in ("trending", "stats"))

    @staticmethod
    def _by_hour(data_type: str, reading: ViewInputs) -> dict[datetime, HourTable]:
        return {table.hour: table for table in reading.hours.usable(data_type, reading.boundary)}

    def of(self, movie_id: int, hour: datetime) -> int | float | None:
        """A movie's score in an hour; ``None`` where the hour has no bucket of it."""
        measured = self._value(self._trending, movie_id, hour, "trending_score")
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
