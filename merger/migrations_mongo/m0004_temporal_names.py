"""``temporal_trends`` becomes ``temporal_analytics``, for those who want one name in the collection.

The contract reads both (D1), so nobody needs it. A document that is renamed between two reads of one answer may be
missing from that answer; the change itself outdates it within seconds. Run it when few are reading.
"""

from __future__ import annotations

from typing import Final

from merger.contract.collections import BATCH
from merger.migrations_mongo.migration import Migration, Work

FOREIGN, OURS = "temporal_trends", "temporal_analytics"
MARK: Final = "renamed_from"
"""Field that tells those that were renamed from those that always had the name."""


def forward(work: Work) -> None:
    """Renames, and marks what was renamed."""
    work.rewrite(BATCH, {"view_type": FOREIGN}, (), lambda _: {"$set": {"view_type": OURS, MARK: FOREIGN}})


def backward(work: Work) -> None:
    """Gives what was renamed its name back."""
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
