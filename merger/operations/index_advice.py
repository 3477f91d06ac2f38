"""Advises on indexes, from the recorded slow queries and the existing indexes.

Requirement O3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from merger import wiring
from merger.indexes.advice import Advice, KnownIndex, advise
from merger.indexes.declared import IndexStatus
from merger.indexes.server import index_statuses
from merger.operations.collection_sizes import measure_collections

_SPECIAL_OPTIONS = ("sparse", "partialFilterExpression", "collation", "hidden", "expireAfterSeconds")


def index_advice(since: datetime) -> Advice:
    """Returns advice based on the slow queries since a moment.

    Args:
        since: aware UTC; older records are ignored.

    Raises:
        StoreError: MongoDB does not answer.
    """
    uses = {name: each.index_uses for name, each in (measure_collections() or {}).items()}
    known = [
        _known_index(status, uses.get(status.collection, {})) for status in index_statuses() if status.real is not None
    ]
    return advise(wiring.slow_query_log().since(since), known)


def _known_index(status: IndexStatus, uses: Mapping[str, int]) -> KnownIndex:
    real = status.real or {}
    return KnownIndex(
        collection=status.collection,
        name=status.name,
        keys=tuple(real.get("key", {}).items()),
        is_plain=not any(real.get(option) for option in _SPECIAL_OPTIONS),
        is_declared=status.index is not None,
        # A server that reports no use of any index does not count uses at all.
        uses=uses.get(status.name, 0) if any(uses.values()) else None,
        is_unique=bool(real.get("unique")),
    )
