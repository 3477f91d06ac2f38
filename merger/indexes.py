"""The indexes that the request path needs, declared as data, and what is missing of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from merger.contract import Aliases
from merger.routing import BATCH, SPEED


@dataclass(frozen=True, slots=True)
class Index:
    """One declared index; ``keys`` are (field, 1 or -1), ``sparse`` leaves out documents without any of them."""

    collection: str
    name: str
    keys: tuple[tuple[str, int], ...]
    purpose: str
    sparse: bool = False


def declared(aliases: Aliases) -> tuple[Index, ...]:
    """Every index, with those that a deployment's aliases add.

    Of the types of speed documents, one index serves each spelling of the key; of batch payloads, one each place.
    """
    result = [
        Index(BATCH, "movie_view", (("movie_id", 1), ("view_type", 1)), "one movie's views"),
        Index(
            BATCH,
            "view_computed",
            (("view_type", 1), ("computed_at", -1)),
            "a whole view type; has a new batch arrived?",
        ),
        Index(
            BATCH,
            "view_run",
            (("view_type", 1), ("batch_run_id", 1), ("computed_at", -1)),
            "the newest of published runs; a run's documents",
        ),
        Index(BATCH, "view_date", (("view_type", 1), ("data.date", 1)), "lifetime totals of all movies"),
        Index(SPEED, "movie_hour", (("movie_id", 1), ("hour", -1)), "one movie's buckets"),
    ]
    for payload in aliases.payload:
        fields = ("metric", "genre", "movie_id", "date")
        keys = tuple((f"{payload}.{field}", 1) for field in fields)
        result.append(Index(BATCH, f"trend_{payload}", keys, "a metric's series"))
        result.append(Index(BATCH, f"actor_{payload}", ((f"{payload}.actor", 1),), "an actor's network"))
    for key in aliases.speed_type_keys:
        sparse = key != aliases.speed_type_keys[0]
        result.append(Index(SPEED, f"{key}_hour", ((key, 1), ("hour", -1)), "an hour of all movies; coverage", sparse))
        result.append(Index(SPEED, f"{key}_synced", ((key, 1), ("synced_at", -1)), "the layer's lag", sparse))
    return tuple(result)


def missing(wanted: Iterable[Index], real: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Index, ...]:
    """Declared indexes that no real one stands for.

    Args:
        wanted: as ``declared``.
        real: by collection, what ``listIndexes`` says: ``key`` and options.
    """
    present = {
        (collection, tuple((field, int(way)) for field, way in index["key"].items()))
        for collection, indexes in real.items()
        for index in indexes
    }
    return tuple(index for index in wanted if (index.collection, index.keys) not in present)
