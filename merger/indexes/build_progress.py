"""How far the server is with an index that it builds, where it says so (O3)."""

from __future__ import annotations

from typing import Any

from merger.errors import StoreError
from merger.indexes.declared import Index
from merger.stores.mongo.client import client
from merger.stores.mongo.errors import mongo_call

ANSWER_WITHIN = 2.0
"""Seconds that the server may take to say so."""


def progress_of_build(index: Index) -> str | None:
    """What ``$currentOp`` says of the build; ``None`` where it says nothing, as the embedded MongoDB does."""
    building: list[dict[str, Any]] = [
        {"$currentOp": {"idleConnections": False}},
        {"$match": {"command.createIndexes": index.collection}},
    ]
    try:
        with mongo_call(ANSWER_WITHIN):
            for operation in client().admin.aggregate(building):
                progress = operation.get("progress") or {}
                if progress.get("total"):
                    return f"{progress.get('done', 0):,} of {progress['total']:,} ({operation.get('msg', '')})"
    except StoreError:
        return None
    return None
