"""The indexes that the service needs, declared as data, and how those that there are differ from them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.indexes.sharding import KEY

_CHANGES_WHAT_IT_SERVES = ("partialFilterExpression", "collation", "hidden")
"""Options of an index that keep it from answering what the declared one answers."""


_EXPIRY = "expireAfterSeconds"


@dataclass(frozen=True, slots=True)
class Index:
    """One declared index.

    Attributes:
        collection: its name.
        name: of the index.
        keys: (field, and 1, -1 or ``"hashed"``), in order.
        purpose: for people.
        sparse: leaves out documents without any of the fields.
        expire_after: documents are deleted so long after the date in its field (M11); such an index answers nothing.
    """

    collection: str
    name: str
    keys: tuple[tuple[str, int | str], ...]
    purpose: str
    sparse: bool = False
    expire_after: timedelta | None = None

    @property
    def expire_after_seconds(self) -> int | None:
        """As MongoDB has it."""
        return None if self.expire_after is None else int(self.expire_after.total_seconds())


class IndexState(StrEnum):
    """How a declared and a real index stand to each other."""

    PRESENT = "present"
    MISSING = "missing"
    DIFFERENT = "different"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """A declared index, a real one, or both.

    Attributes:
        state: of it.
        collection: where it is or should be.
        index: as declared; ``None`` for an extra one.
        real: what ``listIndexes`` says; ``None`` for a missing one.
        differs: what is different, as sentences without a full stop.
    """

    state: IndexState
    collection: str
    index: Index | None = None
    real: Mapping[str, Any] | None = None
    differs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the real index, else of the declared one."""
        if self.index is None or self.real is not None:
            return str((self.real or {})["name"])
        return self.index.name

    @property
    def only_expiry_differs(self) -> bool:
        """Whether all that is different is when documents expire, which can be changed in place."""
        if self.state is not IndexState.DIFFERENT or self.index is None or self.real is None:
            return False
        return len(self.differs) == 1 and self.index.expire_after is not None and _EXPIRY in self.real


def declared(aliases: Aliases, grace: timedelta | None = None, sharded: Collection[str] = ()) -> tuple[Index, ...]:
    """Every index, with those that a deployment's aliases add.

    Args:
        aliases: of the contract.
        grace: how long a speed document is kept after its ``ttl_expires_at``; ``None``: without the index that deletes.
        sharded: collections that are shared out over shards, for which MongoDB needs an index on the shard key.

    Of the types of speed documents, one index serves each spelling of the key; of batch payloads, one each place.
    """
    result = [Index(name, "movie_hashed", tuple(KEY.items()), "the shard key") for name in sharded]
    result += [
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
    if grace is not None:
        keys = (("ttl_expires_at", 1),)
        result.append(Index(SPEED, "expiry", keys, "deletes what has expired", expire_after=grace))
    return tuple(result)


def compare(wanted: Iterable[Index], real: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[IndexStatus, ...]:
    """Declared indexes beside real ones, in that order; those that nobody declared come last.

    An index is known by its keys: one of another name does as well.

    Args:
        wanted: as ``declared``.
        real: by collection, what ``listIndexes`` says: ``name``, ``key`` and options.
    """
    found = {(collection, _keys(index)): index for collection, indexes in real.items() for index in indexes}
    result = []
    for index in wanted:
        match = found.pop((index.collection, index.keys), None)
        if match is None:
            result.append(IndexStatus(IndexState.MISSING, index.collection, index))
            continue
        differs = tuple(_differences(index, match))
        result.append(
            IndexStatus(
                IndexState.DIFFERENT if differs else IndexState.PRESENT, index.collection, index, match, differs
            )
        )
    extra = ((collection, index) for (collection, _), index in found.items() if index["name"] != "_id_")
    return (*result, *(IndexStatus(IndexState.EXTRA, collection, real=index) for collection, index in extra))


def missing(wanted: Iterable[Index], real: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Index, ...]:
    """Declared indexes that no real one stands for, or only one that can't answer the same."""
    return tuple(
        standing.index
        for standing in compare(wanted, real)
        if standing.index is not None and standing.state is not IndexState.PRESENT and not standing.only_expiry_differs
    )


def _keys(index: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    # Of other kinds of index (text, hashed, 2d) the way is a text.
    return tuple((field, int(way) if isinstance(way, int | float) else way) for field, way in index["key"].items())


def _differences(index: Index, real: Mapping[str, Any]) -> Iterable[str]:
    if real.get("sparse") and not index.sparse:
        yield "it is sparse, and leaves documents out"
    for option in _CHANGES_WHAT_IT_SERVES:
        if real.get(option):
            yield f"it has {option}"
    expires, wanted = real.get(_EXPIRY), index.expire_after_seconds
    if expires is not None and wanted is None:
        yield f"it deletes documents after {int(expires)} s"
    elif wanted is not None and expires is None:
        yield "it deletes nothing"
    elif expires is not None and int(expires) != wanted:
        yield f"it deletes documents after {int(expires)} s, declared are {wanted} s"
