"""Plans the reads of ``analytics/trends``. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from merger.contract.identity import genre_key
from merger.core.windows import HOUR, Granularity, Span, Window
from merger.speed.tables import HourRange
from merger.views.plans import Plan, PlanContext, movie_reads, payload_reads, series_hours_from

VIEW_TYPE = "temporal_analytics"

SPEED_TYPE: Mapping[str, str] = {"rating": "stats", "sentiment": "sentiment", "popularity": "stats"}
"""The speed layer's data type that carries a metric."""

_SHORT_WORD = 2
"""Longest word of a genre's name, in letters, that is taken for an abbreviation, as in ``TV Movie``."""


@dataclass(frozen=True, slots=True)
class TrendParameters:
    """A series.

    Args:
        metric: ``rating``, ``sentiment`` or ``popularity``.
        window: the days that count, up to today; the oldest one included whole.
        genre: as ``series_genre`` has it, or ``None``; not together with ``movie_id``.
        movie_id: one movie's, or ``None``.
        granularity: width of the points: days, or hours where the speed layer answers.
    """

    metric: str
    window: Span
    genre: str | None = None
    movie_id: int | None = None
    granularity: Granularity = Granularity.DAY


def trend_plan(context: PlanContext[TrendParameters]) -> Plan:
    """Reads the batch layer's points of the series, and the speed hours that may complete them."""
    params, boundary = context.params, context.boundary
    if params.movie_id is not None:
        own = movie_reads(params.movie_id, (VIEW_TYPE,), context, speed_from=boundary.speed_from)
        wanted = {"metric": params.metric, "genre": None, "movie_id": params.movie_id}
        # Some producers name the movie in the payload alone.
        return Plan((*own, *payload_reads(VIEW_TYPE, wanted, context.aliases)), catalogue=True)
    # Points whose payload names no movie. Some producers name the movie at the top level alone; those are filtered out
    # later: a condition for it here would keep the embedded server from using the index.
    of_many = ({"metric": params.metric, "genre": genre, "movie_id": None} for genre in _spellings(params.genre))
    start = series_hours_from(boundary, context.layers)
    return Plan(
        reads=tuple(read for wanted in of_many for read in payload_reads(VIEW_TYPE, wanted, context.aliases)),
        hours=HourRange((SPEED_TYPE[params.metric],), Window(start, boundary.open_hour + HOUR)),
        catalogue=True,
    )


@lru_cache(maxsize=256)
def series_genre(genre: str) -> str:
    """The genre that a series is planned and cached by.

    That is its key, so that ``Drama`` and ``drama`` share a cache entry. A spelling that can't be derived from the key,
    such as ``SciFi``, is kept: otherwise points that are stored under it would not be found.
    """
    key = genre_key(genre)
    return key if genre.strip() in _spellings(key) else genre.strip()


def _spellings(genre: str | None) -> tuple[str | None, ...]:
    """Spellings of a genre that producers may have used; an index matches one case only.

    Requirement A3.
    """
    if genre is None:
        return (None,)
    title = genre.title()
    abbreviated = " ".join(word.upper() if len(word) <= _SHORT_WORD else word for word in title.split(" "))
    return tuple(dict.fromkeys((genre, title, abbreviated, genre.lower(), genre.upper(), genre.capitalize())))
