"""Unreadable documents, and readable ones with an unreadable value, made from healthy ones by one defect each.

The healthy document of each kind is spoiled in every field of the contract with every value that no field of that
sort takes. Where the field says what the document is about, or what is counted, nobody can read the document; where it
is any other, the document lacks that value alone. What the contract does read, if oddly spelled, is not in here.
Requirement D2.
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

_NAN: tuple[Any, ...] = _ANYWHERE[0], _ANYWHERE[2]
"""Stand for an absent value where a document may or may not name what it is about."""

_NO_NUMBER: tuple[Any, ...] = ("", "seven", "NaN", [], Int64(2**63 - 1), 1e300, Decimal128("1E+6000"), NOW)
_NO_COUNT: tuple[Any, ...] = (*_NO_NUMBER, -1, 2.5)
_NO_DATE: tuple[Any, ...] = (
    "soon",
    "99999-01-01",
    "99999-01-01T00:00:00Z",
    "2031-02-30",
    "0000-00-00",
    7,
    datetime(9999, 12, 31, 23, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    [],
)
_NO_TITLE: tuple[Any, ...] = ([], "x" * 20_001, " ")
_NO_TEXT: tuple[Any, ...] = (7, [], "x" * 20_001)
_NO_NAME: tuple[Any, ...] = (7, *_NO_TITLE)
_NO_LIST: tuple[Any, ...] = (7, "Drama", [7.5], [[]])

_SPECIAL: Mapping[str, tuple[Any, ...]] = {
    **dict.fromkeys(("release_date", "date", "computed_at", "covers_until", "hour", "synced_at"), _NO_DATE),
    **dict.fromkeys(("positive_count", "negative_count", "neutral_count", "review_count"), _NO_COUNT),
    **dict.fromkeys(("vote_count", "total_movies", "count", "movie_id", "year", "month", "version"), _NO_COUNT),
    **dict.fromkeys(("genre", "actor", "metric", "view_type", "data_type"), _NO_NAME),
    **dict.fromkeys(("title", "original_title"), _NO_TITLE),
    **dict.fromkeys(("overview", "original_language", "poster_path"), _NO_TEXT),
    **dict.fromkeys(("genres", "cast", "directors", "collaborators", "top_movies"), _NO_LIST),
    "avg_sentiment": (*_NO_NUMBER, 1.5),
}
"""More values that a field refuses; a field that is not listed is a number."""

_COUNTS = ("review_count", "positive_count", "negative_count", "neutral_count")
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "movie_details": (),
    "sentiment": _COUNTS,
    "genre_analytics": ("genre", "year", "total_movies"),
    "temporal_analytics": ("metric", "date", "value", "count"),
    "actor_collaboration": ("actor", "collaborators"),
    "stats": (),
    "trending": ("trending_score",),
}
"""What a payload must say: what it is about and what is counted."""

_NAMING: Mapping[str, tuple[str, ...]] = {
    "sentiment": ("date",),
    "genre_analytics": ("month",),
    "temporal_analytics": ("genre", "movie_id"),
}
"""What a payload may say of what it is about."""

_ABOUT_MOVIES = ("movie_details", "sentiment", "stats", "trending")

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
    layer, name = kind.split()[:2]
    # No speed document names a day.
    required, naming = _REQUIRED[name], _NAMING.get(name, ()) if layer == "batch" else ()
    top = ["view_type"] if layer == "batch" else ["data_type", "hour"]
    top += ["movie_id"] if name in _ABOUT_MOVIES else []
    for document in _newer(kind):
        no_payloads: list[Any] = [None, [], "data", 7, [document["data"]]]
        for value in [*no_payloads, *([{}, {"$where": "1"}] if required else [])]:
            yield {**document, "data": value}
        yield _without(document, "data")
        for key in top:
            yield from ({**document, key: value} for value in _refused_by(key))
            yield _without(document, key)
        for key in required:
            yield from (_with(document, key, value) for value in _refused_by(key))
            yield {**document, "data": _without(document["data"], key)}
        for key in naming:
            refused = (value for value in _refused_by(key) if key == "date" or not _is_nan(value))
            yield from (_with(document, key, value) for value in refused)
        if layer == "batch":
            untimed = _without(document, "covers_until")
            yield from ({**untimed, "computed_at": value} for value in _refused_by("computed_at"))
            yield _without(untimed, "computed_at")


def has_an_hour(document: Document) -> bool:
    """Whether a spoiled speed document tells its hour."""
    return document.get("hour") == OPEN_HOUR


def dented(kind: str) -> Iterator[tuple[Document, str]]:
    """Every variant of a kind's documents that lacks one value, which can't be read, and the name of its field."""
    for document in _newer(kind):
        for key in (*optional_stamps(kind), *(["covers_until"] if kind.startswith("batch") else [])):
            yield from (({**document, key: value}, key) for value in _refused_by(key))
        for key in optional_fields(kind):
            yield from ((_with(document, key, value), key) for value in _refused_by(key))


def all_dented(kind: str, number: int) -> Iterator[Document]:
    """A kind's documents with an unreadable value in every field that may be absent; ``number`` chooses the values."""
    for document in _newer(kind):
        stamps, fields = optional_stamps(kind), optional_fields(kind)
        bad = {key: _refused_by(key)[number % len(_refused_by(key))] for key in (*stamps, *fields)}
        data = {**document["data"], **{key: bad[key] for key in fields}}
        yield {**document, **{key: bad[key] for key in stamps}, "data": data}


def all_bare(kind: str) -> Iterator[Document]:
    """A kind's documents without any field that may be absent."""
    for document in _newer(kind):
        bare = {key: value for key, value in document.items() if key not in optional_stamps(kind)}
        data = {key: value for key, value in document["data"].items() if key not in optional_fields(kind)}
        yield {**bare, "data": data}


def optional_stamps(kind: str) -> tuple[str, ...]:
    """Fields beside the payload that may be unreadable; of the two stamps of a batch document, one is needed."""
    return ("computed_at", "version") if kind.startswith("batch") else ("synced_at",)


def optional_fields(kind: str) -> tuple[str, ...]:
    """Fields of the payload that say neither what it is about nor what is counted."""
    layer, name = kind.split()[:2]
    fields = (VIEWS if layer == "batch" else SPEED_TYPES)[name]
    return tuple(key for key in fields if key not in (*_REQUIRED[name], *_NAMING.get(name, ())))


def _newer(kind: str) -> Iterator[Document]:
    newer = {"computed_at": COMPUTED + HOUR, "version": 9} if kind.startswith("batch") else {}
    return ({**whole, **newer} for whole in KINDS[kind])


def _refused_by(name: str) -> tuple[Any, ...]:
    # An entry of a list of top movies may lack every field.
    anywhere = _ANYWHERE if name != "top_movies" else (value for value in _ANYWHERE if not _is_record(value))
    return (*anywhere, *_SPECIAL.get(name, _NO_NUMBER))


def _is_record(value: Any) -> bool:
    return isinstance(value, list) and isinstance(value[0], dict)


def _is_nan(value: Any) -> bool:
    return any(value is each for each in _NAN)


def _with(document: Document, name: str, value: Any) -> Document:
    return {**document, "data": {**document["data"], name: value}}


def _without(document: Document, name: str) -> Document:
    return {key: value for key, value in document.items() if key != name}
