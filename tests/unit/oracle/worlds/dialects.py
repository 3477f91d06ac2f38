"""The same documents as other producers write them. Each dialect changes one thing; some may be combined.

Requirement D1.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bson import Decimal128, Int64

from tests.unit.oracle.worlds.batch_records import Raw
from tests.unit.oracle.worlds.world import World

Change = Callable[[Raw], Raw]
STAMPS = ("hour", "synced_at", "computed_at", "covers_until", "window_start")


def in_dialects(world: World, documents: list[Raw], layer: str) -> list[Raw]:
    """The documents in the world's dialects: all, or a share of them, chosen by chance."""
    if not world.dialects:
        return documents
    chance = random.Random(f"{world.seed} {layer}")
    return [_changed(document, world.dialects) if chance.random() < world.share else document for document in documents]


def _changed(document: Raw, names: tuple[str, ...]) -> Raw:
    for name in sorted(names, key=list(DIALECTS).index):
        document = DIALECTS[name](document)
    return document


def _stamps(write: Callable[[datetime], Any]) -> Change:
    def change(document: Raw) -> Raw:
        return {
            key: write(value) if key in STAMPS and isinstance(value, datetime) else value
            for key, value in document.items()
        }

    return change


def _values(kind: type, write: Callable[[Any], Any]) -> Change:
    def change(document: Raw) -> Raw:
        data = document.get("data")
        if not isinstance(data, Mapping):
            return document
        return {**document, "data": {k: write(v) if type(v) is kind else v for k, v in data.items()}}

    return change


def _renamed(names: Mapping[str, str]) -> Change:
    return lambda document: {names.get(key, key): value for key, value in document.items()}


def _with_value(names: tuple[str, ...], write: Callable[[Any], Any]) -> Change:
    def change(document: Raw) -> Raw:
        data = document.get("data")
        if not isinstance(data, Mapping):
            return document
        return {**document, "data": {k: write(v) if k in names else v for k, v in data.items()}}

    return change


def _null_average(document: Raw) -> Raw:
    data = document.get("data", {})
    return {**document, "data": {**data, "avg_sentiment": None}} if data.get("review_count") == 0 else document


def _flat(document: Raw) -> Raw:
    """Speed documents and genres without a payload of their own."""
    if "data_type" not in document and document.get("view_type") != "genre_analytics":
        return document
    names = {"sentiment": "review_sentiment", "stats": "movie_stats"}
    result = {key: value for key, value in document.items() if key not in ("data", "data_type")}
    if "data_type" in document:
        result["view_type"] = names.get(document["data_type"], document["data_type"])
    data: Raw = document.get("data", {})
    return result | data


def _as_json(document: Raw) -> Raw:
    """The payload as text; not that of actors, who are found by their name in it."""
    if "data" not in document or document.get("view_type") == "actor_collaboration":
        return document
    return {**document, "data": json.dumps(document["data"])}


def _foreign_types(document: Raw) -> Raw:
    if document.get("view_type") == "temporal_analytics":
        return {**document, "view_type": "temporal_trends"}
    return document


def _genre_in_movie_id(document: Raw) -> Raw:
    """The payload as JSON text, and the genre in ``movie_id``."""
    if document.get("view_type") != "genre_analytics":
        return document
    data = {key: value for key, value in document["data"].items() if key != "genre"}
    return {**document, "movie_id": document["data"]["genre"], "data": json.dumps(data)}


def _day_at_local_midnight(value: str) -> str:
    return f"{value}T00:00:00+07:00"


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _blank(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _east(moment: datetime) -> str:
    return moment.astimezone(timezone(timedelta(hours=7))).isoformat()


def _half_an_hour_west(moment: datetime) -> str:
    return moment.astimezone(timezone(-timedelta(hours=3, minutes=30))).isoformat()


def _millis(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

DIALECTS: Mapping[str, Change] = {
    "counts as floats": _values(int, float),
    "counts as Decimal128": _values(int, lambda value: Decimal128(str(value))),
    "counts as Int64": _values(int, Int64),
    "numbers as text": _values(int, str),
    "null for the average of nothing": _null_average,
    "genres as objects": _with_value(("genres",), lambda genres: [{"id": 1, "name": name} for name in genres]),
    "titles as numbers": _with_value(("title",), lambda title: 1900 + int(title.rpartition(" ")[2])),
    "days at local midnight": _with_value(("date",), _day_at_local_midnight),
    "NaN for unknown": _with_value(("runtime", "total_revenue", "vote_average"), lambda _: float("nan")),
    "text stamps": _stamps(_text),
    "text stamps of the east": _stamps(_east),
    "text stamps of the west": _stamps(_half_an_hour_west),
    "text stamps with a blank": _stamps(_blank),
    "stamps in milliseconds": _stamps(_millis),
    "stamps as Int64": _stamps(lambda moment: Int64(_millis(moment))),
    "stamps in seconds": _stamps(lambda moment: (moment - _EPOCH) / timedelta(seconds=1)),
    "payload under stats": _renamed({"data": "stats"}),
    "view_type for data_type": _renamed({"data_type": "view_type"}),
    "temporal_trends": _foreign_types,
    "genre in movie_id": _genre_in_movie_id,
    "updated_at": _renamed({"synced_at": "updated_at"}),
    "payload as JSON text": _as_json,
    "flat": _flat,
}
"""Dialects in the order in which they are applied."""

EXCLUSIVE: tuple[frozenset[str], ...] = (
    frozenset(name for name in DIALECTS if name.startswith(("text stamps", "stamps"))),
    frozenset(name for name in DIALECTS if name.startswith(("counts", "numbers"))),
    frozenset(("payload under stats", "payload as JSON text", "flat", "genre in movie_id")),
    frozenset(("view_type for data_type", "flat")),
    # Values of these kinds can't be written as JSON.
    frozenset(("payload as JSON text", "counts as Decimal128")),
    frozenset(("genre in movie_id", "counts as Decimal128")),
)
"""Dialects of which a world has one at most."""
