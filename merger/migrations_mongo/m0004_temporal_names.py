"""Renames ``temporal_trends`` to ``temporal_analytics``, for deployments that want one name in the collection.

The contract reads both names (D1), so it is optional. A document renamed between two reads for one answer may be
missing from that answer; the change itself makes that answer stale within seconds. Run it at a quiet time.
"""

from __future__ import annotations

from typing import Final

from merger.contract.collections import BATCH
from merger.migrations_mongo.migration import Migration, Work

FOREIGN, OURS = "temporal_trends", "temporal_analytics"
MARK: Final = "renamed_from"
"""Field that marks the renamed documents, as opposed to those that always had the new name."""


def forward(work: Work) -> None:
    """Renames the documents and marks them."""
    work.rewrite(BATCH, {"view_type": FOREIGN}, (), lambda _: {"$set": {"view_type": OURS, MARK: FOREIGN}})


def backward(work: Work) -> None:
    """Renames the marked documents back."""
    work.rewrite(BATCH, {MARK: FOREIGN}, (), lambda _: {"$set": {"view_type": FOREIGN}, "$unset": {MARK: ""}})


MIGRATION: Final = Migration(
    name="0004_temporal_names",
    about="view_type temporal_trends → temporal_analytics",
    forward=forward,
    backward=backward,
    former_checksums=("469cad42722994ae",),
    rewrites=True,
    opt_in=True,
)
