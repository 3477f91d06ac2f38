"""Report of the indexes: declared and existing ones, their use, and advice from slow queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from merger import configuration
from merger.indexes.advice import advice_as_dict
from merger.indexes.declared import IndexStatus
from merger.indexes.server import index_statuses
from merger.operations.collection_sizes import CollectionSizes, measure_collections
from merger.operations.index_advice import index_advice

ADVICE_PERIOD = timedelta(days=7)
"""Age up to which slow queries count."""


def index_report() -> dict[str, Any]:
    """Builds the report: ``collections`` with documents and bytes, ``indexes`` with state, keys, size, use and purpose,
    and ``advice`` from a week's slow queries.

    Raises:
        StoreError: MongoDB does not answer.
    """
    statuses = index_statuses()
    sizes = measure_collections() or {}
    return {
        "collections": [
            {"name": name, "documents": each.documents, "bytes": each.size or None} for name, each in sizes.items()
        ],
        "indexes": [_index_row(status, sizes.get(status.collection, CollectionSizes())) for status in statuses],
        "advice": advice_as_dict(index_advice(configuration.utc_now() - ADVICE_PERIOD)),
    }


def _index_row(status: IndexStatus, sizes: CollectionSizes) -> dict[str, Any]:
    keys = status.index.keys if status.index else tuple((status.real or {}).get("key", {}).items())
    is_counted = any(sizes.index_uses.values())
    is_real = status.real is not None
    return {
        "state": status.state.value,
        "collection": status.collection,
        "name": status.name,
        "keys": [f"{field} {'↑' if way == 1 else '↓' if way == -1 else way}" for field, way in keys],
        "bytes": (sizes.index_sizes.get(status.name) or None) if is_real else None,
        "uses": sizes.index_uses.get(status.name, 0) if is_real and is_counted else None,
        "purpose": status.index.purpose if status.index else "not declared",
        "differs": list(status.differs),
        "only_expiry_differs": status.only_expiry_differs,
    }
