"""Advice on indexes, from the recorded slow queries and the indexes that there are (O3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from merger import wiring
from merger.indexes.advice import Advice, Known, advised
from merger.indexes.declared import IndexStatus
from merger.indexes.server import index_statuses
from merger.operations.collection_sizes import measure_collections

_NOT_PLAIN = ("sparse", "partialFilterExpression", "collation", "hidden", "expireAfterSeconds")


def index_advice(since: datetime) -> Advice:
    """The advice.

    Args:
        since: aware UTC; older records don't count.

    Raises:
        StoreError: MongoDB does not answer.
    """
    uses = {name: each.index_uses for name, each in (measure_collections() or {}).items()}
    known = [
        _known(standing, uses.get(standing.collection, {}))
        for standing in index_statuses()
        if standing.real is not None
    ]
    return advised(wiring.slow_query_log().since(since), known)


def _known(standing: IndexStatus, uses: Mapping[str, int]) -> Known:
    real = standing.real or {}
    return Known(
        collection=standing.collection,
        name=standing.name,
        keys=tuple(real.get("key", {}).items()),
        is_plain=not any(real.get(option) for option in _NOT_PLAIN),
        is_declared=standing.index is not None,
        # A server that never counted any use keeps no count.
        uses=uses.get(standing.name, 0) if any(uses.values()) else None,
        is_unique=bool(real.get("unique")),
    )
