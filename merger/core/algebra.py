"""Sums and means to which numbers of both layers can be added in any order.

Each class is a commutative monoid: an empty instance is the identity, and ``+`` combines two (requirement M7).
Averages are kept as (sum, count) and divided once, at the end. Summingbird and Algebird use the same idea (Boykin et
al., VLDB 2014).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol, Self


class Mergeable(Protocol):
    """A value that a series can add up."""

    def __add__(self, other: Self, /) -> Self: ...


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean before its division: ``total`` is the sum of ``count`` observations."""

    total: float = 0.0
    count: int = 0

    @classmethod
    def of(cls, average: float, count: int) -> Mean:
        return cls(average * count, count)

    def __add__(self, other: Mean) -> Mean:
        return Mean(self.total + other.total, self.count + other.count)

    @property
    def average(self) -> float | None:
        """The mean, or ``None`` without observations: absent is not zero."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True, slots=True)
class Sentiment:
    """The reviews counted so far: their summed score, and how many were positive, negative and neutral.

    ``scored`` are the reviews in ``total``: all but those of documents whose average can't be read.
    """

    total: float = 0.0
    reviews: int = 0
    positive: int = 0
    negative: int = 0
    neutral: int = 0
    scored: int = 0

    @classmethod
    def read(cls, data: Any) -> Sentiment:
        """Converts a readable ``sentiment`` payload of either layer."""
        average, reviews = data.get("avg_sentiment"), data["review_count"]
        return cls(
            total=0.0 if average is None else average * reviews,
            reviews=reviews,
            positive=data["positive_count"],
            negative=data["negative_count"],
            neutral=data["neutral_count"],
            scored=0 if average is None else reviews,
        )

    def __add__(self, other: Sentiment) -> Sentiment:
        return Sentiment(
            self.total + other.total,
            self.reviews + other.reviews,
            self.positive + other.positive,
            self.negative + other.negative,
            self.neutral + other.neutral,
            self.scored + other.scored,
        )

    @property
    def average(self) -> float | None:
        """Mean score in [-1, 1], weighted by the reviews that have one; ``None`` without any."""
        # Rounding the sum may overshoot the bound by one ulp.
        return max(-1.0, min(1.0, self.total / self.scored)) if self.scored else None


def slope_per_day(points: Iterable[tuple[float, float, float]]) -> float | None:
    """Fits a weighted least-squares line and returns its change per day.

    Args:
        points: (days since any origin, value, weight ≥ 0).

    Returns:
        The slope; ``None`` if fewer than two different days have weight.
    """
    weighted = [(x, y, w) for x, y, w in points if w > 0]
    weight = sum(w for _, _, w in weighted)
    if not weight:
        return None
    mean_x = sum(x * w for x, _, w in weighted) / weight
    mean_y = sum(y * w for _, y, w in weighted) / weight
    spread = sum(w * (x - mean_x) ** 2 for x, _, w in weighted)
    if spread <= weight * 1e-12:
        return None
    return sum(w * (x - mean_x) * (y - mean_y) for x, y, w in weighted) / spread


def direction(slope: float | None, threshold: float) -> str:
    """Names a slope: ``increasing``, ``decreasing``, or ``stable`` if it is unknown or within ±``threshold`` a day."""
    if slope is None or abs(slope) <= threshold:
        return "stable"
    return "increasing" if slope > 0 else "decreasing"
