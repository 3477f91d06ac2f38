"""The expected answers, computed from the reviews themselves, and the comparison with them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.contract.documents import BatchDocument
from merger.core.boundary import Policy, SpeedLayer, Strategy
from merger.core.windows import DAY, HOUR, Granularity, Window, floor_day, floor_hour
from merger.views.reading import ViewResult
from tests.unit.merger.world import Review


def multiplicities(count: int, reviews: Iterable[Review]) -> Counter[Review]:
    """Counts each review in a sum of weights: the sum's digits in base 3, since weights are powers of three."""
    result: Counter[Review] = Counter()
    for review in sorted(reviews, key=lambda review: -review.weight):
        result[review], count = divmod(count, review.weight)
    assert count == 0, "the answer counts reviews that never happened"
    return result


@dataclass(frozen=True)
class Expectation:
    """Allowed content of an answer about one movie.

    Args:
        reviews: all that happened to the movie.
        now: when it was asked.
        layer: the speed layer as a whole.
        policy: of the answer.
    """

    reviews: tuple[Review, ...]
    now: datetime
    layer: SpeedLayer
    policy: Policy

    def within(self, window: Window) -> list[Review]:
        return [review for review in self.reviews if window.holds(review.at)]

    def may_be_absent(self, review: Review, built: ViewResult) -> bool:
        """Whether a review may be left out: reported missing, or too new for a speed layer within its lag limit."""
        if any((start is None or start <= review.at) and review.at < end for start, end in built.freshness.missing):
            return True
        if review.at >= floor_hour(self.now):
            return floor_hour(self.now) not in self.layer.held or self._not_yet_seen(review)
        lag = timedelta.max if self.layer.synced_at is None else self.now - self.layer.synced_at
        return lag <= self.policy.speed_lag_limit and self._not_yet_seen(review)

    def _not_yet_seen(self, review: Review) -> bool:
        return self.layer.synced_at is None or review.at >= self.layer.synced_at

    def check_total(self, built: ViewResult, window: Window) -> None:
        """Checks the sum over the window: each review once or accounted for, nothing else, and the exact score."""
        found = self._check_sum(built.body["sentiment"], "total_reviews", "overall_score", window)
        for review in self.within(window):
            assert found[review] or self.may_be_absent(review, built), f"{review} is lost and not reported"

    def check_breakdown(self, built: ViewResult, window: Window, granularity: Granularity) -> None:
        """Checks that each bucket holds only reviews of its time, and that no review is in two buckets."""
        seen: Counter[Review] = Counter()
        for entry in built.body["breakdown"]:
            seen += self._check_sum(entry, "review_count", "avg_sentiment", bucket_window(entry, window, granularity))
        assert not [review for review, times in seen.items() if times > 1]
        for review in self.within(window):
            assert seen[review] or self.may_be_absent(review, built), f"{review} is in no bucket"

    def unheld_hours(
        self, window: Window, batch: Iterable[BatchDocument], refused: Iterable[BatchDocument]
    ) -> list[datetime]:
        """The closed hours of a window that neither layer holds, computed hour by hour.

        ``refused`` are documents that the strategy does not let answer; a day that has only those is unknown.
        """
        documents = list(batch)
        unknown = {d.data.get("date") for d in refused} - {d.data.get("date") for d in documents}
        start = window.bounded_start
        hours = [start + index * HOUR for index in range(int((floor_hour(self.now) - start) / HOUR))]
        return [
            hour
            for hour in hours
            if not self._speed_holds(hour) and (f"{hour:%Y-%m-%d}" in unknown or not _batch_holds(hour, documents))
        ]

    def _speed_holds(self, hour: datetime) -> bool:
        policy, synced_at = self.policy, self.layer.synced_at
        kept = policy.cutoff if policy.strategy is Strategy.FIXED else policy.cutoff + policy.grace
        if hour not in self.layer.held or hour < floor_hour(self.now - kept) or synced_at is None:
            return False
        return synced_at >= hour + HOUR or self.now - synced_at <= policy.speed_lag_limit

    def _check_sum(self, entry: Mapping[str, Any], count: str, average: str, window: Window) -> Counter[Review]:
        found = multiplicities(entry[count], self.reviews)
        counted = [review for review, times in found.items() if times]
        assert max(found.values(), default=0) <= 1, "a review is counted twice"
        assert all(window.holds(review.at) for review in counted), "a review from outside the time is counted"
        for sign, matches in _SIGNS.items():
            assert entry[sign] == sum(review.weight for review in counted if matches(review.score))
        weight = sum(review.weight for review in counted)
        if not weight:
            assert entry[average] is None
        else:
            exact = math.fsum(review.weight * review.score for review in counted) / weight
            assert math.isclose(entry[average], exact, rel_tol=1e-9, abs_tol=1e-9)
        return found


def _batch_holds(hour: datetime, documents: list[BatchDocument]) -> bool:
    """Whether the point of its day covers an hour or, without a point, the coverage of the total does."""
    of_day = [d for d in documents if d.data.get("date") == f"{hour:%Y-%m-%d}"]
    if of_day:
        return _newest(of_day).covers_until >= hour + HOUR
    totals = [d for d in documents if "date" not in d.data]
    if totals:
        return _newest(totals).covers_until >= hour + HOUR
    # Without a total, the days between points are taken for days without reviews.
    return any(d.data["date"] > f"{hour:%Y-%m-%d}" for d in documents)


def _newest(documents: list[BatchDocument]) -> BatchDocument:
    return max(documents, key=lambda d: (d.computed_at, d.version))


_SIGNS: Mapping[str, Callable[[float], bool]] = {
    "positive_count": lambda score: score > 0.05,
    "negative_count": lambda score: score < -0.05,
    "neutral_count": lambda score: -0.05 <= score <= 0.05,
}


def bucket_window(entry: Mapping[str, Any], window: Window, granularity: Granularity) -> Window:
    """The time of one point of a breakdown."""
    if "hour" in entry:
        assert granularity is Granularity.HOUR
        start = datetime.fromisoformat(entry["hour"])
        return Window(start, start + HOUR)
    day = datetime.fromisoformat(f"{entry['date']}T00:00:00+00:00")
    assert window.start is None or floor_day(window.start) <= day < window.end
    return Window(day, day + DAY)
