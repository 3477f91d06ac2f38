"""How much MongoDB holds and how its indexes are used, from the server's own bookkeeping (O1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from merger.contract.collections import BATCH, SPEED
from merger.errors import StoreError
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

LIMIT = 10.0
"""Seconds that the server may take: the embedded one counts the documents one by one."""


_NO_SUCH_COLLECTION = 26


@dataclass(frozen=True, slots=True)
class CollectionSizes:
    """One collection.

    Args:
        documents: in it.
        size: bytes of its documents, uncompressed; the embedded MongoDB says 0 to this and the next.
        index_sizes: bytes by index.
        index_uses: by index, the operations that used it since the server started; empty where the server keeps that
            from this user.
    """

    documents: int = 0
    size: int = 0
    index_sizes: Mapping[str, int] = field(default_factory=dict)
    index_uses: Mapping[str, int] = field(default_factory=dict)


def measure_collections() -> dict[str, CollectionSizes] | None:
    """Both collections by name; ``None`` when MongoDB can't tell."""
    try:
        with mongo_call(LIMIT):
            return {name: _measured(database()[name]) for name in (BATCH, SPEED)}
    except StoreError:
        return None


def _measured(collection: Collection[dict[str, Any]]) -> CollectionSizes:
    """Of all shards together. Not by the command of this name: for that the embedded MongoDB reads every document and
    index entry, which kept all its other callers waiting for five seconds at 50,000 documents."""
    documents, size, sizes = 0, 0, Counter[str]()
    try:
        for shard in collection.aggregate([{"$collStats": {"storageStats": {}}}]):
            found = shard["storageStats"]
            documents, size = documents + int(found["count"]), size + int(found["size"])
            sizes.update({name: int(each) for name, each in found.get("indexSizes", {}).items()})
    except OperationFailure as error:
        if error.code != _NO_SUCH_COLLECTION:
            raise
    return CollectionSizes(documents, size, dict(sizes), _uses(collection))


def _uses(collection: Collection[dict[str, Any]]) -> dict[str, int]:
    """Of all members of a cluster that tell."""
    uses: Counter[str] = Counter()
    try:
        for index in collection.aggregate([{"$indexStats": {}}]):
            uses[index["name"]] += int(index["accesses"]["ops"])
    except OperationFailure:
        return {}
    return dict(uses)
