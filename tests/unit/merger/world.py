"""A simulated world: reviews that happened, and two honest but unreliable producers that record them.

Review ``i`` of a movie stands for ``3**i`` reviews. So the number of reviews in any answer, written in base 3, shows
how often each review was counted: a loss can't hide behind a double count.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from merger.core.windows import HOUR, floor_day, floor_hour
from tests.unit.merger.documents import Raw

MOVIES = (7, 11)
BACKGROUND = 99
"""A movie with a review at the start of every hour, so that the speed layer has a bucket of every hour."""


@dataclass(frozen=True, slots=True)
class Review:
    """``weight`` reviews with the same score at one moment."""

    movie_id: int
    at: datetime
    score: float
    weight: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the batch job.

    Args:
        covers: its input is complete up to here, on the hour.
        took: how long it ran; its documents appear at ``covers + took``.
        written: how many of its documents were written before it died; ``None``: all.
        says_coverage: whether its documents carry ``covers_until``; if not, it took no time.
    """

    covers: datetime
    took: timedelta
    written: int | None = None
    says_coverage: bool = True

    @property
    def computed_at(self) -> datetime:
        return self.covers + (self.took if self.says_coverage else timedelta(0))


@dataclass(frozen=True, slots=True)
class SpeedJob:
    """Records of the speed job.

    Args:
        retention: a bucket is deleted this long after its hour began.
        stopped: reviews from here on were not seen.
        lost: hours of which every bucket is gone.
    """

    retention: timedelta
    stopped: datetime
    lost: frozenset[datetime] = frozenset()


@dataclass(frozen=True)
class World:
    """Events and their records, as of ``now``."""

    now: datetime
    reviews: tuple[Review, ...]
    runs: tuple[Run, ...]
    speed: SpeedJob
    replaces_in_place: bool = False
    skips_movie: int | None = None
    chance: random.Random = field(default_factory=lambda: random.Random(0), compare=False)

    def of(self, movie_id: int) -> list[Review]:
        return [review for review in self.reviews if review.movie_id == movie_id]

    def batch_documents(self) -> list[Raw]:
        """Every batch document that exists at ``now``, oldest run first."""
        kept: dict[Any, Raw] = {}
        for number, run in enumerate(sorted(self.runs, key=lambda run: run.computed_at)):
            if run.computed_at > self.now:
                continue
            for document in list(self._documents_of(run, number))[: run.written]:
                place = (document["movie_id"], document["data"].get("date"))
                kept[place if self.replaces_in_place else (place, number)] = document
        return list(kept.values())

    def speed_documents(self) -> list[Raw]:
        """Every speed bucket that exists at ``now``."""
        grouped: dict[tuple[int, datetime], list[Review]] = {}
        for review in self.reviews:
            if review.at < min(self.speed.stopped, self.now):
                grouped.setdefault((review.movie_id, floor_hour(review.at)), []).append(review)
        return [
            self._bucket(movie_id, hour, reviews)
            for (movie_id, hour), reviews in grouped.items()
            if hour not in self.speed.lost and hour + self.speed.retention > self.now
        ]

    def earlier_buckets(self) -> list[Raw]:
        """Buckets as of an earlier sync that were never removed: duplicates with other counts."""
        result = []
        for document in self.speed_documents():
            seen = [
                review
                for review in self.of(document["movie_id"])
                if floor_hour(review.at) == document["hour"] and review.at < self.speed.stopped
            ]
            if len(seen) > 1:
                before = min(seen[-2].at, document["synced_at"] - timedelta(seconds=1))
                result.append(replace_keys(document, data=_payload(seen[:-1]), synced_at=max(document["hour"], before)))
        return result

    def _bucket(self, movie_id: int, hour: datetime, reviews: list[Review]) -> Raw:
        # The job writes a bucket within the minute after its last review; the background never rests.
        newest = hour + HOUR if movie_id == BACKGROUND else max(review.at for review in reviews)
        return {
            "movie_id": movie_id,
            "data_type": "sentiment",
            "hour": hour,
            "data": _payload(reviews),
            "synced_at": min(newest + timedelta(minutes=1), self.speed.stopped, self.now),
        }

    def _documents_of(self, run: Run, number: int) -> Iterator[Raw]:
        """The run's documents in the order of writing: by movie, a movie's days from the oldest, its total last.

        The order matters to readers of a run that died: a total covers all days before its end, and
        where no run ever wrote a total, a day's point vouches for the days before it. In any other order a
        day that was not written yet would look like one on which nothing happened.
        """
        for movie_id in MOVIES:
            seen = [review for review in self.of(movie_id) if review.at < run.covers]
            if not seen or movie_id == self.skips_movie:
                continue
            by_day: dict[datetime, list[Review]] = {}
            for review in seen:
                by_day.setdefault(floor_day(review.at), []).append(review)
            for day, reviews in sorted(by_day.items()):
                yield _view(movie_id, run, number, _payload(reviews) | {"date": f"{day:%Y-%m-%d}"})
            yield _view(movie_id, run, number, _payload(seen))


def replace_keys(document: Raw, **changed: Any) -> Raw:
    return {**document, **changed}


def _view(movie_id: int, run: Run, number: int, data: Raw) -> Raw:
    document = {
        "movie_id": movie_id,
        "view_type": "sentiment",
        "data": data,
        "computed_at": run.computed_at,
        "version": number,
        "batch_run_id": f"run-{number}",
    }
    return document | ({"covers_until": run.covers} if run.says_coverage else {})


def _payload(reviews: Iterable[Review]) -> Raw:
    reviews = list(reviews)
    count = sum(review.weight for review in reviews)
    positive = sum(review.weight for review in reviews if review.score > 0.05)
    negative = sum(review.weight for review in reviews if review.score < -0.05)
    average = sum(review.weight * review.score for review in reviews) / count
    return {
        "avg_sentiment": max(-1.0, min(1.0, average)),
        "review_count": count,
        "positive_count": positive,
        "negative_count": negative,
        "neutral_count": count - positive - negative,
    }
