"""Reads both layers for a comparison, a few documents at a time, beside the requests.

Requirement M13.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary, Layers, SpeedCoverage, Strategy
from merger.core.evidence import Reason
from merger.core.intervals import closed_hours
from merger.core.stamps import StampForm, stamp_ranges
from merger.core.windows import DAY, HOUR, Granularity, Window, buckets, floor_day
from merger.drift.comparison import Drift, compare
from merger.drift.days import DATA_TYPE, BatchDay, Sample, SpeedDay
from merger.errors import StoreUnavailable
from merger.stores.mongo.batches import batched
from merger.stores.store import PAUSE_SECONDS, PIECE_SIZE, Find, Store

TIMEOUT_SECONDS = 600.0
"""A comparison that takes longer gives up."""


MAX_LOOKUPS = 2_000
"""Movies per day without a batch point whose coverage is looked up one by one; further ones are not checked."""


@dataclass(frozen=True, slots=True)
class _Run:
    """The fixed inputs of one comparison.

    Args:
        coverage: which hours the speed layer holds.
        hour_forms: the forms besides dates in which speed documents store their hour.
        sample: the movies to compare.
        deadline: monotonic seconds.
    """

    coverage: SpeedCoverage
    hour_forms: frozenset[StampForm]
    sample: Sample
    deadline: float


@dataclass(frozen=True, slots=True)
class Auditor:
    """Compares both layers day by day.

    Args:
        layers: returns the current boundary and the state of both layers, as ``MergeService.layers`` does.
        store: holds the documents. It is read in batches, outside any request's deadline and bulkhead.
        contract: reads the documents.
        monotonic: seconds of a monotonic clock.
        sample: makes an empty sample for each comparison.
    """

    layers: Callable[[tuple[str, ...]], tuple[Boundary, Layers]]
    store: Store
    contract: Contract
    monotonic: Callable[[], float]
    sample: Callable[[], Sample] = Sample

    def compare(self, batch_computed_at: datetime, start: datetime | None) -> Drift:
        """Compares all days that both layers hold completely.

        Args:
            batch_computed_at: when the newest batch document was computed.
            start: first day; ``None``: the first day that the speed layer still holds.

        Raises:
            StoreError: the store failed, or the comparison took too long; no result is kept.
        """
        current, layers = self.layers((DATA_TYPE,))
        # The configured strategy decides what answers are made from; here both layers are judged by what they hold.
        boundary = replace(current, policy=replace(current.policy, strategy=Strategy.WATERMARK))
        # Starts at least an hour after the oldest hour, which may expire before it is read.
        first = floor_day(boundary.speed_from) + DAY
        coverage = SpeedCoverage(boundary, layers.speed_of(DATA_TYPE))
        run = _Run(coverage, layers.hour_forms, self.sample(), self.monotonic() + TIMEOUT_SECONDS)
        result = Drift()
        days = Window(max(first, start or first), floor_day(min(batch_computed_at, boundary.now)))
        for day in buckets(days, Granularity.DAY):
            result += self._compare_day(day, run)
        return result

    def _compare_day(self, day: datetime, run: _Run) -> Drift:
        speed = SpeedDay(run.coverage.boundary, run.sample)
        left_out = Drift(left_out=(day.date().isoformat(),))
        hours = closed_hours(day, day + DAY, None)
        # A day with an hour that is only assumed to be quiet may lack what the comparison would look for.
        assumed = run.coverage.layer.assumed
        if not run.coverage.holds_all(hours) or any(assumed.get(hour) is Reason.QUIET for hour in hours):
            return left_out
        for hour in hours:
            for documents in self._read_paced(SPEED, self._hour_filters(hour, run.hour_forms), run.deadline):
                speed.add(hour, documents)
            if not speed.end_hour():
                return left_out  # the hour expired since its coverage was determined
        batch = BatchDay(day, run.coverage.boundary, run.sample)
        for documents in self._read_paced(BATCH, self._day_filters(day), run.deadline):
            batch.add(documents)
        self._look_up_without_point(speed, batch, run.deadline)
        return compare(speed, batch)

    def _look_up_without_point(self, speed: SpeedDay, batch: BatchDay, deadline: float) -> None:
        """Reads the totals of movies without a batch point, and any point of theirs that the date index can't find.

        The totals say how far the batch layer covers the movie; a point may be stored under another payload key.
        """
        without_point = [m for m in speed.counts if m not in batch.movies and batch.sample.takes(m)]
        for movie_id in without_point[MAX_LOOKUPS:]:
            speed.doubtful[movie_id] = True
        for movie_id in without_point[:MAX_LOOKUPS]:
            self._check_deadline(deadline)
            for spelling in self.contract.aliases.names_of_view(DATA_TYPE):
                wanted = {"movie_id": movie_id, "view_type": spelling, "data.date": None}
                batch.add(self.contract.read(batch=self.store.find(Find(BATCH, wanted))))
            time.sleep(PAUSE_SECONDS)

    def _hour_filters(self, hour: datetime, forms: frozenset[StampForm]) -> Iterator[Mapping[str, Any]]:
        spans = stamp_ranges(hour, hour + HOUR, forms)
        for key, name in self.contract.aliases.spellings_of_type(DATA_TYPE):
            for span in spans:
                yield {key: name, "hour": span}

    def _day_filters(self, day: datetime) -> Iterator[Mapping[str, Any]]:
        after = day + DAY
        spans: tuple[dict[str, Any], ...] = (
            {"$gte": day.date().isoformat(), "$lt": after.date().isoformat()},
            {"$gte": day, "$lt": after},
        )
        for spelling in self.contract.aliases.names_of_view(DATA_TYPE):
            for span in spans:
                yield {"view_type": spelling, "data.date": span}

    def _read_paced(
        self, collection: str, filters: Iterator[Mapping[str, Any]], deadline: float
    ) -> Iterator[Documents]:
        """Reads the matching documents in small batches, with a pause after each so that request threads go first."""
        for wanted in filters:
            for found in self.store.batches(collection, wanted):
                self._check_deadline(deadline)
                for piece in batched(found, PIECE_SIZE):
                    yield self.contract.read(speed=piece) if collection == SPEED else self.contract.read(batch=piece)
                    time.sleep(PAUSE_SECONDS)

    def _check_deadline(self, deadline: float) -> None:
        if self.monotonic() > deadline:
            raise StoreUnavailable("comparing the layers took too long")
