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

from merger.boundary import as_intervals, closed_hours
from merger.catalogue import Reference
from merger.contract import SpeedDocument
from merger.errors import Interval, NotFound
from merger.freshness import describe
from merger.merge import Built, Reading, newest_speed, speed_coverage, usable_speed
from merger.query import HOUR, Granularity, Span, Window, isoformat

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


@dataclass(frozen=True, slots=True)
class Score:
    """How much a movie is trending; per hour where a unit applies, ``None`` where nobody knows."""

    value: float
    velocity: float | None = None
    acceleration: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A movie with anything in the window, and the numbers that it is ranked and shown with."""

    movie_id: int
    score: Score
    popularity: float | None
    vote_average: float | None
    vote_count: int | None

    @property
    def place(self) -> tuple[float, bool, float, int]:
        """Sorts by score, then popularity, highest first and unknown last, then the smaller id."""
        return -self.score.value, self.popularity is None, -(self.popularity or 0.0), self.movie_id


def popularity_score(popularity: float, change_per_hour: float | None) -> float:
    """The formula above, 0 to 100; an unknown change adds nothing."""
    known = max(popularity, 0.0)
    change = change_per_hour or 0.0
    return max(
        0.0,
        POPULARITY_WEIGHT * known / (known + USUAL_POPULARITY) + CHANGE_WEIGHT * change / (abs(change) + USUAL_CHANGE),
    )


def window_of(params: RankingParameters, now: datetime) -> Window:
    """``[now - window, now]`` in whole hours."""
    return params.window.ending(now, Granularity.HOUR)


def ranking(params: RankingParameters, reading: Reading) -> Built:
    """``trending/movies`` and ``trending/genres/{genre}``.

    Args:
        params: the question.
        reading: every movie's ``trending`` and ``stats`` buckets of the window, as ``hours``, and the catalogue.

    Raises:
        NotFound: the genre is unknown.
    """
    reference = reading.reference
    genre = _known_genre(params.genre, reference)
    ranked = sorted(_candidates(params, reading), key=lambda candidate: candidate.place)
    if genre is not None:
        ranked = [candidate for candidate in ranked if reference.is_of_genre(candidate.movie_id, genre)]
    shown = [_entry(rank, candidate, reference) for rank, candidate in enumerate(ranked[: params.limit], start=1)]
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
        missing=(_missing(params, reading),),
        documents=reading.hours,
    )
    return Built(body, freshness)


def _known_genre(asked: str | None, reference: Reference) -> str | None:
    if asked is None:
        return None
    genre = reference.genre(asked)
    if genre is None:
        raise NotFound("genre", asked, reference.genres_like(asked))
    return genre


def _candidates(params: RankingParameters, reading: Reading) -> list[Candidate]:
    """Every movie of the window, before any limit: a movie that leads no single hour may lead them all."""
    window = window_of(params, reading.boundary.now)
    trending = _by_movie(reading, "trending", window)
    stats = _by_movie(reading, "stats", window)
    return [
        _candidate(movie_id, trending.get(movie_id, []), stats.get(movie_id, []), reading.reference)
        for movie_id in trending.keys() | stats.keys()
    ]


def _by_movie(reading: Reading, data_type: str, window: Window) -> dict[int, list[SpeedDocument]]:
    """Each movie's buckets of a type, newest hour first, each hour once (D4)."""
    usable = (d for d in usable_speed(reading.hours, data_type, reading.boundary) if window.holds(d.hour))
    once = newest_speed(usable, lambda d: (d.movie_id, d.hour)).values()
    result: dict[int, list[SpeedDocument]] = {}
    for document in sorted(once, key=lambda d: d.hour, reverse=True):
        result.setdefault(document.movie_id, []).append(document)
    return result


def _candidate(
    movie_id: int, trending: list[SpeedDocument], stats: list[SpeedDocument], reference: Reference
) -> Candidate:
    facts = stats[0].data if stats else reference.facts_of(movie_id)
    return Candidate(
        movie_id=movie_id,
        score=_measured(trending[0]) if trending else _derived(stats),
        popularity=facts.get("popularity"),
        vote_average=facts.get("vote_average"),
        vote_count=facts.get("vote_count"),
    )


def _measured(document: SpeedDocument) -> Score:
    data = document.data
    return Score(data["trending_score"], data.get("velocity"), data.get("acceleration"))


def _derived(stats: list[SpeedDocument]) -> Score:
    newest = stats[0].data
    change = _change_per_hour(stats)
    return Score(popularity_score(newest["popularity"], change), velocity=change)


def _change_per_hour(stats: list[SpeedDocument]) -> float | None:
    """Between the two newest hours; where there is one only, what the document itself says."""
    if len(stats) == 1:
        change: float | None = stats[0].data.get("popularity_velocity")
        return change
    newest, before = stats[:2]
    hours = (newest.hour - before.hour) / HOUR
    return float((newest.data["popularity"] - before.data["popularity"]) / hours)


def _entry(rank: int, candidate: Candidate, reference: Reference) -> dict[str, Any]:
    return {
        "rank": rank,
        "movie_id": candidate.movie_id,
        "title": reference.title_of(candidate.movie_id),
        "genres": list(reference.facts_of(candidate.movie_id).get("genres", ())),
        "trending_score": candidate.score.value,
        "velocity": candidate.score.velocity,
        "acceleration": candidate.score.acceleration,
        "popularity": candidate.popularity,
        "vote_average": candidate.vote_average,
        "vote_count": candidate.vote_count,
    }


def _missing(params: RankingParameters, reading: Reading) -> Iterable[Interval]:
    """Closed hours of the window that the speed layer does not hold (M8)."""
    boundary, layer = reading.boundary, reading.layers.speed_of("trending")
    # A producer that writes no scores at all has lost none: its layer is judged by what it does write.
    judged = "stats" if not layer.held and layer.synced_at is None else "trending"
    coverage = speed_coverage(reading.hours, judged, boundary, reading.layers)
    window = window_of(params, boundary.now)
    needed = closed_hours(window.bounded_start, window.end, boundary)
    return as_intervals(hour for hour in needed if not coverage.holds(hour))
