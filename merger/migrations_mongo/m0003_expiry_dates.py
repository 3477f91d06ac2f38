"""Gives every speed document its expiry date, 48 h after its hour: without it MongoDB never deletes the document.

Requirement M11.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from merger.contract.collections import SPEED
from merger.contract.importing import EXPIRES_AFTER
from merger.contract.stamps import full_hour
from merger.migrations_mongo.migration import Migration, Work

FIELD: Final = "ttl_expires_at"


def forward(work: Work) -> None:
    """Writes the date where it is missing; a document without a readable hour stays as it is."""
    work.rewrite(SPEED, {FIELD: None}, ("hour",), _expiry)


def backward(work: Work) -> None:
    """Keeps the dates: they are right, and can't be told apart from a producer's own."""


def _expiry(document: Mapping[str, Any]) -> Mapping[str, Any] | None:
    try:
        return {"$set": {FIELD: full_hour(document.get("hour")) + EXPIRES_AFTER}}
    except (ValueError, OverflowError):
        return None


MIGRATION: Final = Migration(
    name="0003_expiry_dates",
    about="ttl_expires_at = hour + 48 h in speed documents that have none",
    forward=forward,
    backward=backward,
    former_checksums=("c3bf7b699cd7c2e6",),
    rewrites=True,
)
