"""Measures how much MongoDB holds and how its indexes are used, from the server's own statistics.

Requirement O1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import OperationFailure

from merger.contract.collections import BATCH, SPEED
from merger.errors import StoreError
from merger.stores.mongo.client import database
from merger.stores.mongo.errors import mongo_call

TIMEOUT_SECONDS = 10.0
"""Limit for all measurements: the embedded server counts the documents one by one."""


_NO_SUCH_COLLECTION = 26


@dataclass(frozen=True, slots=True)
class CollectionSizes:
    """Sizes of one collection.

    Args:
        documents: how many it holds.
        size: bytes of its documents, uncompressed; the embedded MongoDB reports 0 for this and for ``index_sizes``.
        index_sizes: bytes by index.
        index_uses: operations by index since the server started; empty if this user may not read them.
    """

    documents: int = 0
    size: int = 0
    index_sizes: Mapping[str, int] = field(default_factory=dict)
    index_uses: Mapping[str, int] = field(default_factory=dict)


def measure_collections() -> dict[str, CollectionSizes] | None:
    """Measures both collections, by name; ``None``: MongoDB does not answer in time."""
    with suppress(StoreError), mongo_call(TIMEOUT_SECONDS):
        return {name: _measure(database()[name]) for name in (BATCH, SPEED)}
    return None


def _measure(collection: Collection[dict[str, Any]]) -> CollectionSizes:
    """Measures a collection over all shards.

    Uses the aggregation stage, not the command ``collStats``: for the command the embedded MongoDB reads every document
    and index entry, which kept all other callers waiting for five seconds at 50,000 documents.
    """
    documents, size, index_sizes = 0, 0, Counter[str]()
    try:
        for shard in collection.aggregate([{"$collStats": {"storageStats": {}}}]):
            stats = shard["storageStats"]
            documents, size = documents + int(stats["count"]), size + int(stats["size"])
            index_sizes.update({name: int(each) for name, each in stats.get("indexSizes", {}).items()})
    except OperationFailure as error:
        if error.code != _NO_SUCH_COLLECTION:
            raise
    return CollectionSizes(documents, size, dict(index_sizes), _count_index_uses(collection))


def _count_index_uses(collection: Collection[dict[str, Any]]) -> dict[str, int]:
    """Adds up the uses of each index over all members that report them."""
    uses: Counter[str] = Counter()
    try:
        for index in collection.aggregate([{"$indexStats": {}}]):
            uses[index["name"]] += int(index["accesses"]["ops"])
    except OperationFailure:
        return {}
    return dict(uses)
