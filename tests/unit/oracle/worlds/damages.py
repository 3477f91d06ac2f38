"""Damage to stored documents: what makes a document unreadable, or one of its values.

Requirement D2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.unit.oracle.worlds.batch_records import Raw
from tests.unit.oracle.worlds.world import World

Change = Callable[[Raw], Raw]
COUNTS = ("review_count", "total_movies", "count")
OPTIONAL = ("runtime", "overview", "release_date", "vote_average", "total_revenue", "positive_count")


def damaged(world: World, documents: list[Raw], collection: str) -> list[Raw]:
    """The documents after the world's damage to their collection."""
    result = list(documents)
    for damage in world.damages:
        if damage.collection == collection and result:
            place = damage.place % len(result)
            result[place] = DAMAGES[damage.kind](result[place])
    return result


def harmed_places(world: World, collection: str, size: int) -> set[int]:
    """The places in a collection of some size whose documents are damaged, more than in an optional value."""
    return {
        damage.place % size
        for damage in world.damages
        if size and damage.collection == collection and damage.kind not in HARMLESS
    }


def _top(key: str, value: Any) -> Change:
    return lambda document: {**document, key: value} if key in document else document


def _inner(names: tuple[str, ...], value: Any) -> Change:
    def change(document: Raw) -> Raw:
        payload = next((key for key in ("data", "stats") if isinstance(document.get(key), Mapping)), None)
        if payload is None:
            return {**document, **{name: value for name in names if name in document}}
        found = document[payload]
        return {**document, payload: {**found, **{name: value for name in names if name in found}}}

    return change


def _genre_is_null(document: Raw) -> Raw:
    """Damages ``genre_analytics`` alone: a series without a genre is that of all movies."""
    return _inner(("genre",), None)(document) if document.get("view_type") == "genre_analytics" else document


def _ahead(document: Raw) -> Raw:
    key = "synced_at" if "synced_at" in document else "computed_at"
    stamp = document.get(key)
    return {**document, key: stamp + timedelta(days=900)} if isinstance(stamp, datetime) else document


DAMAGES: Mapping[str, Change] = {
    "count is null": _inner(COUNTS, None),
    "count is NaN": _inner(COUNTS, float("nan")),
    "count is negative": _inner(COUNTS, -1),
    "count is a word": _inner(COUNTS, "many"),
    "date is a word": _inner(("date",), "soon"),
    "genre is null": _genre_is_null,
    "hour is a word": _top("hour", "soon"),
    "hour is null": _top("hour", None),
    "synced_at is a word": _top("synced_at", "soon"),
    "computed_at is null": _top("computed_at", None),
    "payload is null": _top("data", None),
    "payload is a list": _top("data", [1, 2]),
    "payload is cut text": _top("data", '{"review_count": '),
    "stamp in the future": _ahead,
    "optional value is NaN": _inner(OPTIONAL, float("nan")),
    "optional value is a list": _inner(OPTIONAL, [None]),
}
"""Kinds of damage; one that a document has no place for changes nothing."""

HARMLESS = frozenset(("optional value is NaN", "optional value is a list"))
"""Kinds that cost a value, never its document."""
