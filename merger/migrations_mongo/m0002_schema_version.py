"""Gives every document the version of the contract it was written for; a missing version means the first."""

from __future__ import annotations

from typing import Final

from merger.contract.collections import BATCH, SPEED
from merger.migrations_mongo.migration import Migration, Work

FIELD: Final = "schema_version"
FIRST: Final = 1


def forward(work: Work) -> None:
    """Writes the first version where none is given."""
    for name in (BATCH, SPEED):
        work.rewrite(name, {FIELD: None}, (), lambda _: {"$set": {FIELD: FIRST}})


def backward(work: Work) -> None:
    """Removes the first version wherever it is given, even if a producer wrote it."""
    for name in (BATCH, SPEED):
        work.rewrite(name, {FIELD: FIRST}, (), lambda _: {"$unset": {FIELD: ""}})


MIGRATION: Final = Migration(
    name="0002_schema_version",
    about="schema_version 1 in documents that have none",
    forward=forward,
    backward=backward,
    former_checksums=("7e2c7e3cdad3d886",),
    rewrites=True,
)
