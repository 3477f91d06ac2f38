"""Declared and real indexes in one report, for pages (O4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from merger import configuration
from merger.indexes.advice import advice_as_dict
from merger.indexes.declared import IndexStatus
from merger.indexes.server import index_statuses
from merger.operations.collection_sizes import CollectionSizes, measure_collections
from merger.operations.index_advice import index_advice

ADVICE_OF = timedelta(days=7)
"""How far back slow queries count."""


def index_report() -> dict[str, Any]:
    """Plain data: ``collections`` with documents and bytes, ``indexes`` with state, keys, size, use and purpose, and
    ``advice`` of a week's slow queries.

    Raises:
        StoreError: MongoDB does not answer.
    """
    standings = index_statuses()
    measured = measure_collections() or {}
    return {
        "collections": [
            {"name": name, "documents": each.documents, "bytes": each.size or None} for name, each in measured.items()
        ],
        "indexes": [_row(standing, measured.get(standing.collection, CollectionSizes())) for standing in standings],
        "advice": advice_as_dict(index_advice(configuration.utc_now() - ADVICE_OF)),
    }


def _row(standing: IndexStatus, measured: CollectionSizes) -> dict[str, Any]:
    keys = standing.index.keys if standing.index else tuple((standing.real or {}).get("key", {}).items())
    is_counted = any(measured.index_uses.values())
    is_real = standing.real is not None
    return {
        "state": standing.state.value,
        "collection": standing.collection,
        "name": standing.name,
        "keys": [f"{field} {'↑' if way == 1 else '↓' if way == -1 else way}" for field, way in keys],
        "bytes": (measured.index_sizes.get(standing.name) or None) if is_real else None,
        "uses": measured.index_uses.get(standing.name, 0) if is_real and is_counted else None,
        "purpose": standing.index.purpose if standing.index else "nobody declared it",
        "differs": list(standing.differs),
        "only_expiry_differs": standing.only_expiry_differs,
    }
