"""Computes how far the two layers differ on days that both have counted completely. Pure.

Reviews are the only thing both layers count: the speed layer by hour, the batch layer by day (``sentiment``). A bucket
here is therefore one movie's day. It is compared when the speed layer holds every hour of the day and the batch layer
covers the whole day. A movie that is missing in one layer counts 0 there. Requirement M13.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from heapq import nlargest
from typing import Any

from merger.drift.days import BatchDay, SpeedDay

BATCH_MORE, SPEED_MORE = "batch_more", "speed_more"
"""Directions of drift: the speed layer missed events, or it counted some twice (or the batch layer lacks some)."""


WORST_BUCKETS = 50
"""Number of the most different buckets that are listed."""


@dataclass(frozen=True, slots=True)
class ComparedBucket:
    """The reviews of a movie on one day (``YYYY-MM-DD``) as each layer counts them."""

    movie_id: int
    day: str
    batch: int
    speed: int

    @property
    def difference(self) -> int:
        """Positive where the batch layer has more."""
        return self.batch - self.speed


@dataclass(frozen=True, slots=True)
class Drift:
    """Result of a comparison; results of several days add up with ``+``.

    Args:
        days: the days compared.
        left_out: days of which the speed layer does not hold every hour.
        checked, not_checked: numbers of buckets; one is not checked where a document of it can't be read or the batch
            layer does not cover the movie.
        batch, speed: events in the checked buckets.
        batch_more, speed_more: sum of the differences in buckets where that layer has more.
        one_in: one movie in this many was compared.
        worst: the buckets that differ most, worst first.
    """

    days: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    checked: int = 0
    not_checked: int = 0
    batch: int = 0
    speed: int = 0
    batch_more: int = 0
    speed_more: int = 0
    one_in: int = 1
    worst: tuple[ComparedBucket, ...] = ()

    @property
    def ratio(self) -> float:
        """Sum of the absolute differences per event of the batch layer; 1 where the batch layer has no events."""
        difference = self.batch_more + self.speed_more
        return difference / self.batch if self.batch else float(difference > 0)

    def __add__(self, other: Drift) -> Drift:
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMS}
        return Drift(**sums, one_in=max(self.one_in, other.one_in), worst=_worst((*self.worst, *other.worst)))

    @property
    def totals(self) -> dict[str, Any]:
        """Everything but the worst buckets, as plain data."""
        shown = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "worst"}
        return {**shown, "days": [*self.days], "left_out": [*self.left_out], "ratio": self.ratio}


_SUMS = tuple(each.name for each in fields(Drift) if each.name not in ("one_in", "worst"))


def compare(speed: SpeedDay, batch: BatchDay) -> Drift:
    """Compares one completely read day; checks no bucket if the batch layer does not reach the end of the day."""
    sample = batch.sample
    buckets = [*_comparable_buckets(speed, batch)] if batch.is_covered else []
    doubtful = {movie_id for movie_id in (*speed.doubtful, *batch.doubtful) if sample.takes(movie_id)}
    known = {movie_id for movie_id in (*speed.counts, *batch.movies) if sample.takes(movie_id)} | doubtful
    return Drift(
        days=(batch.date,) if batch.is_covered else (),
        checked=len(buckets),
        not_checked=len(known) - len(buckets) + speed.nameless + batch.nameless,
        batch=sum(bucket.batch for bucket in buckets),
        speed=sum(bucket.speed for bucket in buckets),
        batch_more=sum(max(0, bucket.difference) for bucket in buckets),
        speed_more=sum(max(0, -bucket.difference) for bucket in buckets),
        one_in=sample.one_in,
        worst=_worst(bucket for bucket in buckets if bucket.difference),
    )


def _comparable_buckets(speed: SpeedDay, batch: BatchDay) -> Iterator[ComparedBucket]:
    for movie_id in speed.counts.keys() | batch.movies.keys():
        if movie_id in speed.doubtful or movie_id in batch.doubtful or not batch.sample.takes(movie_id):
            continue
        events = batch.events(movie_id)
        if events is not None:
            yield ComparedBucket(movie_id, batch.date, events, speed.counts.get(movie_id, 0))


def _worst(buckets: Iterable[ComparedBucket]) -> tuple[ComparedBucket, ...]:
    return tuple(nlargest(WORST_BUCKETS, buckets, key=lambda b: (abs(b.difference), b.day, -b.movie_id)))
