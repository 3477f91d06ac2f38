"""The peer's ``analytics/trends``: days of the batch layer, completed by hours of the speed layer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fastapi import HTTPException

from analytics.series import STEADY
from analytics.series_reads import SPEED_TYPE
from benchmarks.peer.data import Data, Document, assume_current, newest
from benchmarks.peer.rankings import freshness
from merger.core.algebra import Mean, direction, slope_per_day
from merger.core.boundary import Boundary, Layers, SpeedCoverage, SpeedLayer
from merger.core.evidence import EmptySpan
from merger.core.timeline import DayPoint, Series, SeriesBucket, group_into_buckets
from merger.core.windows import DAY, EPOCH, Granularity, Span, midnight
from merger.views.freshness import source_of
from merger.views.plans import series_hours_from


async def trends(
    data: Data, metric: str, span: Span, genre: str | None, movie_id: int | None, granularity: Granularity
) -> dict[str, Any]:
    """``analytics/trends``."""
    catalogue, boundary = await data.catalogue(), data.boundary()
    name = None if genre is None else catalogue.genre(genre)
    points, hours = await _read(data, metric, name, movie_id)
    if movie_id is not None and movie_id not in catalogue.movies and not points and not hours:
        raise HTTPException(404, f"There is no movie {movie_id}.")
    layer = assume_current(boundary).speed_of(SPEED_TYPE[metric])
    if movie_id is None:
        layer = SpeedLayer(frozenset(d["hour"] for d in hours), boundary.now)
    if name is not None:
        hours = [d for d in hours if catalogue.is_of_genre(d["movie_id"], name)]
    series = _series(boundary, layer, points, _observed(metric, hours))
    pieces = [p for p in series.resolve(span.ending(boundary.now, granularity)).pieces if p.state.count]
    buckets = group_into_buckets(pieces, granularity)
    return {
        "metric": metric,
        "window": span.label,
        "granularity": granularity.value,
        "movie_id": movie_id,
        "genre": name,
        "data_points": [
            {
                "date": bucket.start.date().isoformat(),
                **bucket.key,
                "value": bucket.state.average,
                "count": bucket.state.count,
                "data_source": bucket.source,
            }
            for bucket in buckets
        ],
        "summary": _summary(metric, buckets),
        "data_source": source_of(piece.source for piece in pieces),
        "freshness": freshness(data, (SPEED_TYPE[metric],)),
    }


async def _read(
    data: Data, metric: str, genre: str | None, movie_id: int | None
) -> tuple[list[Document], list[Document]]:
    """Reads the batch layer's points, each day once, and the speed layer's buckets."""
    boundary, speed_type = data.boundary(), SPEED_TYPE[metric]
    if movie_id is None:
        wanted = {"data.metric": metric, "data.genre": genre, "data.movie_id": None}
        catalogue = await data.catalogue()
        since = series_hours_from(boundary, Layers(batch_computed_at=catalogue.computed_at))
        found, every = await asyncio.gather(data.batch(wanted), data.hours(speed_type))
        hours: Iterable[Document] = (d for d in every if d["hour"] >= since)
    else:
        mine = {"movie_id": movie_id}
        of_movie = {**mine, "view_type": "temporal_analytics"}
        since_then = {**mine, "hour": {"$gte": boundary.speed_from}}
        every_metric, every_type = await asyncio.gather(data.batch(of_movie), data.speed(since_then))
        found = [d for d in every_metric if d["data"]["metric"] == metric and d["data"].get("genre") is None]
        hours = (d for d in every_type if d["data_type"] == speed_type)
    return newest(found, lambda d: d["data"]["date"], "computed_at"), list(hours)


def _observed(metric: str, hours: Iterable[Document]) -> dict[datetime, Mean]:
    """Weighs each review as one observation, and each hour of a movie's other numbers as one."""
    result: dict[datetime, Mean] = {}
    for document in sorted(hours, key=lambda d: (d["hour"], d["movie_id"])):
        values = document["data"]
        if metric == "sentiment":
            state = Mean.of(values["avg_sentiment"], values["review_count"])
        else:
            state = Mean.of(values["vote_average" if metric == "rating" else "popularity"], 1)
        result[document["hour"]] = result.get(document["hour"], Mean()) + state
    return result


def _series(
    boundary: Boundary, layer: SpeedLayer, points: Iterable[Document], hours: dict[datetime, Mean]
) -> Series[Mean]:
    days = {}
    for document in points:
        day, values = midnight(document["data"]["date"]), document["data"]
        end = boundary.watermark(document.get("covers_until", document["computed_at"]))
        days[day] = DayPoint(day, end, Mean.of(values["value"], values["count"]))
    return Series(
        boundary=boundary,
        points=days,
        hours=hours,
        coverage=SpeedCoverage(boundary=boundary, layer=layer, own=frozenset(hours)),
        empty=tuple(EmptySpan(None, point.watermark) for point in days.values()),
    )


def _summary(metric: str, buckets: list[SeriesBucket[Mean]]) -> dict[str, Any]:
    values = [(bucket, average) for bucket in buckets if (average := bucket.state.average) is not None]
    slope = slope_per_day(((b.middle - EPOCH) / DAY, value, float(b.state.count)) for b, value in values)
    return {
        "avg": sum((bucket.state for bucket in buckets), Mean()).average,
        "min": min((value for _, value in values), default=None),
        "max": max((value for _, value in values), default=None),
        "trend": direction(slope, STEADY[metric]),
        "change_rate": slope,
    }
