"""How far the layers are apart on days that both have counted whole (M13). Pure.

Reviews are the one thing that both layers count: the speed layer by hour, the batch layer by day (``sentiment``). So a
bucket here is a movie's day. It is compared when the speed layer holds all hours of the day and the batch layer says
that it covered the day whole; a movie that one of them has nothing of counts 0 there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from heapq import nlargest
from typing import Any

from merger.drift.days import BatchDay, SpeedDay

BATCH_MORE, SPEED_MORE = "batch_more", "speed_more"
"""Directions: the speed layer missed events; it counted some twice, or the batch layer lacks some."""


WORST = 50
"""Buckets that are named."""


@dataclass(frozen=True, slots=True)
class ComparedBucket:
    """A movie's day, ``YYYY-MM-DD``, as both layers count it."""

    movie_id: int
    day: str
    batch: int
    speed: int

    @property
    def difference(self) -> int:
        """Above 0 where the batch layer has more."""
        return self.batch - self.speed


@dataclass(frozen=True, slots=True)
class Drift:
    """What was compared and how far it was apart; sums of several days add up by ``+``.

    Args:
        days: that were compared.
        left_out: days of which the speed layer does not hold every hour.
        checked, not_checked: buckets; not those with an unreadable document, or of a movie not covered.
        batch, speed: events of the checked buckets.
        batch_more, speed_more: the differences of those where that layer has more, added up.
        one_in: every so many-th movie was compared.
        worst: the buckets that differ most, the worst first.
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
        """Sum of the differences, each without its sign, per event of the batch layer; 1 where that has none."""
        apart = self.batch_more + self.speed_more
        return apart / self.batch if self.batch else float(apart > 0)

    def __add__(self, other: Drift) -> Drift:
        sums = {name: getattr(self, name) + getattr(other, name) for name in _SUMS}
        return Drift(**sums, one_in=max(self.one_in, other.one_in), worst=_worst((*self.worst, *other.worst)))

    @property
    def totals(self) -> dict[str, Any]:
        """All but the worst buckets, as plain data."""
        shown = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "worst"}
        return {**shown, "days": [*self.days], "left_out": [*self.left_out], "ratio": self.ratio}


_SUMS = tuple(each.name for each in fields(Drift) if each.name not in ("one_in", "worst"))


def compare(speed: SpeedDay, batch: BatchDay) -> Drift:
    """The drift of a day whose documents are all in; nothing is checked where the batch layer did not get that far."""
    sample, found = batch.sample, _Sums()
    if batch.is_covered:
        for bucket in _buckets(speed, batch):
            found.add(bucket)
    doubted = {movie_id for movie_id in (*speed.doubtful, *batch.doubtful) if sample.takes(movie_id)}
    known = {movie_id for movie_id in (*speed.counts, *batch.movies) if sample.takes(movie_id)} | doubted
    return Drift(
        days=(batch.date,) if batch.is_covered else (),
        checked=found.checked,
        not_checked=len(known) - found.checked + speed.nameless + batch.nameless,
        batch=found.batch,
        speed=found.speed,
        batch_more=found.batch_more,
        speed_more=found.speed_more,
        one_in=sample.one_in,
        worst=_worst(found.apart),
    )


@dataclass(slots=True)
class _Sums:
    """Of the buckets seen so far; of those that differ not many more than are named."""

    checked: int = 0
    batch: int = 0
    speed: int = 0
    batch_more: int = 0
    speed_more: int = 0
    apart: list[ComparedBucket] = field(default_factory=list)

    def add(self, bucket: ComparedBucket) -> None:
        self.checked += 1
        self.batch += bucket.batch
        self.speed += bucket.speed
        self.batch_more += max(0, bucket.difference)
        self.speed_more += max(0, -bucket.difference)
        if bucket.difference:
            self.apart.append(bucket)
        if len(self.apart) > 20 * WORST:
            self.apart = [*_worst(self.apart)]


def _buckets(speed: SpeedDay, batch: BatchDay) -> Iterator[ComparedBucket]:
    for movie_id in speed.counts.keys() | batch.movies.keys():
        if movie_id in speed.doubtful or movie_id in batch.doubtful or not batch.sample.takes(movie_id):
            continue
        events = batch.events(movie_id)
        if events is not None:
            yield ComparedBucket(movie_id, batch.date, events, speed.counts.get(movie_id, 0))


def _worst(buckets: Iterable[ComparedBucket]) -> tuple[ComparedBucket, ...]:
    return tuple(nlargest(WORST, buckets, key=lambda b: (abs(b.difference), b.day, -b.movie_id)))
