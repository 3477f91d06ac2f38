"""How far a run may differ from the run before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """The gates' thresholds; shares are between 0 and 1.

    Args:
        documents_lost: share of a view's documents that may be missing.
        documents_gained: a view must have grown by less than this share.
        nulls: share of a field that may be absent beyond what was.
        violations: share of a view's documents that may break the contract beyond what did.
        vanished: share of the movies, genres' months or actors that may vanish.
        distribution: largest distance between the cumulative distributions of ratings, or of sentiments.
        level: factor by which the typical number of a document may differ.
        facts: share of the documents of which a fact may change.
        closed_days: share of the points of closed days that may change.
        coverage_lost: how much less a view may cover.
    """

    documents_lost: float = 0.2
    documents_gained: float = 1.0
    nulls: float = 0.05
    violations: float = 0.01
    vanished: float = 0.05
    distribution: float = 0.1
    level: float = 1.5
    facts: float = 0.2
    closed_days: float = 0.05
    coverage_lost: timedelta = timedelta(hours=1)


FEWEST: Final = 20
"""Documents that a share, a distribution or a typical number needs; of fewer nothing can be said."""
