"""The peer's answers about one movie, merged by the same pure core as in the measured service."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fastapi import HTTPException

from benchmarks.peer.data import Data
from merger.core.windows import HOUR, Granularity, Span
from merger.views.reading import ViewResult
from movies.details import movie_details, movie_stats
from movies.sentiment import movie_sentiment


async def details(data: Data, movie_id: int) -> dict[str, Any]:
    """``movies/{id}``."""
    reading = await data.reading(
        {"movie_id": movie_id, "view_type": "movie_details"},
        {"movie_id": movie_id, "hour": {"$gte": data.boundary().cutoff}},
    )
    return body_of(_known(movie_id, movie_details(movie_id, reading)))


async def sentiment(data: Data, movie_id: int, span: Span, granularity: Granularity | None) -> dict[str, Any]:
    """``movies/{id}/sentiment``."""
    reading = await data.reading(
        {"movie_id": movie_id, "view_type": {"$in": ["sentiment", "movie_details"]}},
        {"movie_id": movie_id, "hour": {"$gte": data.boundary().speed_from}},
    )
    return body_of(_known(movie_id, movie_sentiment(movie_id, span, granularity or span.unit, reading)))


async def stats(data: Data, movie_id: int, hours: int) -> dict[str, Any]:
    """``movies/{id}/stats``."""
    span = Span(f"{hours}h", timedelta(hours=hours), Granularity.HOUR)
    window = span.ending(data.boundary().now, Granularity.HOUR)
    reading = await data.reading(None, {"movie_id": movie_id, "hour": {"$gte": window.end - (hours + 1) * HOUR}})
    movie = (await data.catalogue()).movies.get(movie_id)
    if movie is None and not reading.documents.speed:
        raise HTTPException(404, f"There is no movie {movie_id}.")
    body = body_of(movie_stats(movie_id, window, reading))
    return {**body, "title": None if movie is None else movie["title"], "hours": hours}


def body_of(built: ViewResult) -> dict[str, Any]:
    """Returns the body of an answer, with its freshness."""
    return {**built.body, "freshness": built.freshness.as_dict()}


def _known(movie_id: int, built: ViewResult | None) -> ViewResult:
    if built is None:
        raise HTTPException(404, f"There is no movie {movie_id}.")
    return built
