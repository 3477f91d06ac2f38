"""The indexes that the service needs, declared as data, and how real ones differ from them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Aliases
from merger.indexes.sharding import KEY

_RESTRICTING_OPTIONS = ("collation", "hidden")
"""Options that keep an index from serving what the declared one serves."""


_EXPIRY, _ONLY_WHERE = "expireAfterSeconds", "partialFilterExpression"


@dataclass(frozen=True, slots=True)
class Index:
    """One declared index.

    Attributes:
        collection: its name.
        name: the index's.
        keys: (field, and 1, -1 or ``"hashed"``), in order.
        purpose: what it is for, in words.
        sparse: whether it leaves out documents without any of the fields.
        expire_after: documents are deleted this long after the date in its field; such an index serves no query.
            Requirement M11.
        only_where: the condition of the documents that it holds; ``None``: it holds all.
    """

    collection: str
    name: str
    keys: tuple[tuple[str, int | str], ...]
    purpose: str
    sparse: bool = False
    expire_after: timedelta | None = None
    only_where: Mapping[str, Any] | None = None

    @property
    def expire_after_seconds(self) -> int | None:
        """``expire_after`` as MongoDB stores it."""
        return None if self.expire_after is None else int(self.expire_after.total_seconds())


_IS_OBJECT: Mapping[str, Any] = {"hour": {"$gte": {}}}


class IndexState(StrEnum):
    """How a real index compares with the declared one."""

    PRESENT = "present"
    MISSING = "missing"
    DIFFERENT = "different"
    EXTRA = "extra"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The comparison of a declared index with a real one, either of which may be missing.

    Attributes:
        state: result of the comparison.
        collection: where the index is or should be.
        index: the declared one; ``None`` for an index that is not declared.
        real: the real one, as ``listIndexes`` describes it; ``None`` if it is missing.
        differs: the differences, as sentences without a full stop.
    """

    state: IndexState
    collection: str
    index: Index | None = None
    real: Mapping[str, Any] | None = None
    differs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the real index, else of the declared one."""
        if self.index is None or self.real is not None:
            return str((self.real or {})["name"])
        return self.index.name

    @property
    def only_expiry_differs(self) -> bool:
        """Whether the only difference is when documents expire, which can be changed in place."""
        if self.state is not IndexState.DIFFERENT or self.index is None or self.real is None:
            return False
        return len(self.differs) == 1 and self.index.expire_after is not None and _EXPIRY in self.real


def declared_indexes(
    aliases: Aliases, grace: timedelta | None = None, sharded: Collection[str] = ()
) -> tuple[Index, ...]:
    """Returns every index that the service needs, including those for a deployment's aliases.

    Args:
        aliases: the contract's.
        grace: how long a speed document is kept after its ``ttl_expires_at``; ``None``: no index deletes documents.
        sharded: sharded collections, for which MongoDB needs an index on the shard key.

    Each spelling of the speed type's key has its own indexes, and so has each place of the batch payload.
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
        Index(BATCH, "view_actor", (("view_type", 1), ("data.actor", 1)), "networks that name no actor"),
        Index(SPEED, "movie_hour", (("movie_id", 1), ("hour", -1)), "one movie's buckets"),
    ]
    result += _payload_indexes(aliases, "temporal_analytics", "trend", ("metric", "genre", "movie_id", "date"))
    result += _payload_indexes(aliases, "actor_collaboration", "actor", ("actor",))
    for key in aliases.speed_type_keys:
        sparse = key != aliases.speed_type_keys[0]
        result.append(Index(SPEED, f"{key}_hour", ((key, 1), ("hour", -1)), "an hour of all movies; coverage", sparse))
        result.append(Index(SPEED, f"{key}_synced", ((key, 1), ("synced_at", -1)), "the layer's lag", sparse))
        result.append(Index(SPEED, f"{key}_object_hours", ((key, 1),), "hours that are objects", only_where=_IS_OBJECT))
    if grace is not None:
        keys = (("ttl_expires_at", 1),)
        result.append(Index(SPEED, "expiry", keys, "deletes what has expired", expire_after=grace))
    return tuple(result)


def _payload_indexes(aliases: Aliases, view_type: str, about: str, fields: Sequence[str]) -> Iterator[Index]:
    """The index on some fields of a view type, for each place at which documents may have them."""
    purpose = {"trend": "a metric's series", "actor": "an actor's network"}[about]
    for paths in aliases.places_of(view_type, fields):
        payload, names = paths[0].rpartition(".")[0], [path.rpartition(".")[2] for path in paths]
        others = [name for name, ours in zip(names, fields, strict=True) if name != ours]
        yield Index(BATCH, "_".join((about, payload or "top", *others)), tuple((path, 1) for path in paths), purpose)


def compare(wanted: Iterable[Index], real: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[IndexStatus, ...]:
    """Compares declared with real indexes, in the order of declaration; undeclared ones come last.

    An index is identified by its keys, and by whether it holds all documents: one with another name serves as well.

    Args:
        wanted: what ``declared_indexes`` returned.
        real: the real indexes by collection, as ``listIndexes`` describes them: ``name``, ``key`` and options.
    """
    found = {
        (collection, _keys(index), _ONLY_WHERE in index): index
        for collection, indexes in real.items()
        for index in indexes
    }
    result = []
    for index in wanted:
        match = found.pop((index.collection, index.keys, index.only_where is not None), None)
        if match is None and index.only_where is None:
            match = found.pop((index.collection, index.keys, True), None)
        if match is None:
            result.append(IndexStatus(IndexState.MISSING, index.collection, index))
            continue
        differs = tuple(_differences(index, match))
        state = IndexState.DIFFERENT if differs else IndexState.PRESENT
        result.append(IndexStatus(state, index.collection, index, match, differs))
    extra = ((collection, index) for (collection, *_), index in found.items() if index["name"] != "_id_")
    return (*result, *(IndexStatus(IndexState.EXTRA, collection, real=index) for collection, index in extra))


def missing_indexes(wanted: Iterable[Index], real: Mapping[str, Iterable[Mapping[str, Any]]]) -> tuple[Index, ...]:
    """Returns declared indexes without a real one that serves the same queries."""
    return tuple(
        status.index
        for status in compare(wanted, real)
        if status.index is not None and status.state is not IndexState.PRESENT and not status.only_expiry_differs
    )


def _keys(index: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    # For other kinds of index (text, hashed, 2d) the direction is a string.
    return tuple((field, int(kind) if isinstance(kind, int | float) else kind) for field, kind in index["key"].items())


def _differences(index: Index, real: Mapping[str, Any]) -> Iterable[str]:
    if real.get("sparse") and not index.sparse:
        yield "it is sparse, so it leaves documents out"
    if real.get(_ONLY_WHERE) != index.only_where:
        yield f"it has {'another' if index.only_where else 'a'} {_ONLY_WHERE}"
    for option in _RESTRICTING_OPTIONS:
        if real.get(option):
            yield f"it has {option}"
    expires, wanted = real.get(_EXPIRY), index.expire_after_seconds
    if expires is not None and wanted is None:
        yield f"it deletes documents after {int(expires)} s"
    elif wanted is not None and expires is None:
        yield "it deletes no documents"
    elif expires is not None and int(expires) != wanted:
        yield f"it deletes documents after {int(expires)} s instead of {wanted} s"
