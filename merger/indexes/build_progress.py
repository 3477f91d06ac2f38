"""Progress of an index build, as far as the server reports it.

Requirement O3.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from merger.errors import StoreError
from merger.indexes.declared import Index
from merger.stores.mongo.client import client
from merger.stores.mongo.errors import mongo_call

TIMEOUT_SECONDS = 2.0
"""Time limit of the request to the server."""


def build_progress(index: Index) -> str | None:
    """Returns the progress of a build from ``$currentOp``; ``None`` if there is none, as with the embedded MongoDB."""
    building: list[dict[str, Any]] = [
        {"$currentOp": {"idleConnections": False}},
        {"$match": {"command.createIndexes": index.collection}},
    ]
    with suppress(StoreError), mongo_call(TIMEOUT_SECONDS):
        for operation in client().admin.aggregate(building):
            progress = operation.get("progress") or {}
            if progress.get("total"):
                return f"{progress.get('done', 0):,} of {progress['total']:,} ({operation.get('msg', '')})"
    return None
