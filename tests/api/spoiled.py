"""Unreadable documents, made from healthy ones by one defect each.

The healthy document of each kind is spoiled in every field of the contract with every value that no field of that
sort takes, and by leaving out whatever is required. What the contract does read, if oddly spelled, is not in here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bson import Binary, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp

from merger.contract.payloads import SPEED_TYPES, VIEWS
from tests.api.documents import (
    COMPUTED,
    HOUR,
    NOW,
    OPEN_HOUR,
    Document,
    actor,
    genre_month,
    movie,
    sentiment_day,
    sentiment_total,
    speed_sentiment,
    speed_stats,
    speed_trending,
    trend_point,
)
from tests.api.healthy_world import MOVIE, OTHER

_ANYWHERE: tuple[Any, ...] = (
    float("nan"),
    float("-inf"),
    Decimal128("NaN"),
    Decimal128("Infinity"),
    True,
    {},
    {"$gt": ""},
    [None],
    [{"name": ["x"]}],
    Binary(b"\x00\xff"),
    Binary(b"not sixteen bytes", 4),
    ObjectId("5f43a1b2c3d4e5f6a7b8c9d0"),
    Regex("^(a+)+$"),
    Timestamp(1, 1),
    MinKey(),
    MaxKey(),
)
"""Values that no field accepts."""

_NO_NUMBER: tuple[Any, ...] = ("", "7", "NaN", [], Int64(2**63 - 1), 1e300, Decimal128("1E+6000"), NOW)
_NO_COUNT: tuple[Any, ...] = (*_NO_NUMBER, -1, 2.5)
_NO_DATE: tuple[Any, ...] = (
    "soon",
    "99999-01-01",
    "99999-01-01T00:00:00Z",
    "2031-02-30",
    "0000-00-00",
    1_930_000_000,
    datetime(9999, 12, 31, 23, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    [],
)
_NO_TEXT: tuple[Any, ...] = (7, [], "x" * 20_001)
_NO_NAME: tuple[Any, ...] = (*_NO_TEXT, " ")
_NO_LIST: tuple[Any, ...] = (7, "Drama", [7.5], [[]])

_SPECIAL: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(("release_date", "date", "computed_at", "covers_until", "hour", "synced_at"), _NO_DATE),
    **dict.fromkeys(("positive_count", "negative_count", "neutral_count", "review_count"), _NO_COUNT),
    **dict.fromkeys(("vote_count", "total_movies", "count", "movie_id", "year", "month", "version"), _NO_COUNT),
    **dict.fromkeys(("title", "genre", "actor", "metric", "view_type", "data_type"), _NO_NAME),
    **dict.fromkeys(("overview", "original_language"), _NO_TEXT),
    **dict.fromkeys(("genres", "cast", "collaborators", "top_movies"), _NO_LIST),
    "avg_sentiment": (*_NO_NUMBER, 1.5),
}
"""More values that a field refuses; a field that is not listed is a number."""

KINDS: Mapping[str, tuple[Document, ...]] = {
    "batch movie_details": (movie(MOVIE, "Hostile"), movie(4711, "Hostile")),
    "batch sentiment total": (sentiment_total(MOVIE, 9999, -1.0), sentiment_total(OTHER, 9999, -1.0)),
    "batch sentiment day": (sentiment_day(MOVIE, "2031-03-09", 9999, -1.0), sentiment_day(4711, "2031-01-01", 9, 1.0)),
    "batch genre_analytics": (genre_month("Drama", 2030, 1, 1.0, 9999), genre_month("Hostile", 2030, 1, 1.0, 9999)),
    "batch temporal_analytics": (
        trend_point("rating", "2031-03-08", 1.0, 9999),
        trend_point("sentiment", "2031-03-08", -1.0, 9999, genre="Drama"),
        trend_point("popularity", "2031-03-08", 1.0, 9999, movie_id=MOVIE),
    ),
    "batch actor_collaboration": (actor("Edward Norton", ("Hostile", 9)), actor("Hostile", ("Edward Norton", 9))),
    "speed sentiment": (speed_sentiment(MOVIE, OPEN_HOUR, 9999, -1.0), speed_sentiment(4711, OPEN_HOUR, 9, -1.0)),
    "speed stats": (speed_stats(MOVIE, OPEN_HOUR, 1.0, 1, 1.0), speed_stats(4711, OPEN_HOUR, 1.0, 1, 1.0)),
    "speed trending": (speed_trending(MOVIE, OPEN_HOUR, 1.0), speed_trending(4711, OPEN_HOUR, 999.0)),
}
"""The documents to spoil: a duplicate of a healthy one, and one without a duplicate."""


def spoiled(kind: str) -> Iterator[Document]:
    """Every unreadable variant of a kind's documents.

    Batch variants are newer than anything healthy. Speed variants lie in the open hour and are as new as the healthy
    ones: what a newer refresh said of a closed hour would be lost, and an answer has to say so.
    """
    newer = {"computed_at": COMPUTED + HOUR, "version": 9} if kind.startswith("batch") else {}
    for document in ({**whole, **newer} for whole in KINDS[kind]):
        for value in (None, [], "data", 7, {}, {"$where": "1"}, [document["data"]]):
            yield {**document, "data": value}
        yield _without(document, "data")
        for name in document.keys() & _SPECIAL.keys():
            yield from ({**document, name: value} for value in _refused_by(name))
        for name in _contract(kind):
            yield from ({**document, "data": {**document["data"], name: value}} for value in _refused_by(name))
        yield from _without_required(document, kind)


def _refused_by(name: str) -> tuple[Any, ...]:
    return (*_ANYWHERE, *_SPECIAL.get(name, _NO_NUMBER))


def _without_required(document: Document, kind: str) -> Iterator[Document]:
    for name, field in _contract(kind).items():
        if field.required:
            yield {**document, "data": _without(document["data"], name)}
    needed = {"view_type", "computed_at", "data_type", "hour", "synced_at"}
    if any(sort in kind for sort in ("movie_details", "sentiment", "stats", "trending")):
        needed.add("movie_id")
    yield from (_without(document, name) for name in sorted(needed & document.keys()))


def _without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}


def _contract(kind: str) -> Mapping[str, Any]:
    layer, name = kind.split()[:2]
    return (VIEWS if layer == "batch" else SPEED_TYPES)[name]
