"""Reads what a comparison of the layers needs, a few documents at a time, beside the requests (M13)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from merger.catalogue.loader import AT_ONCE, GIVE_WAY
from merger.contract.collections import BATCH, SPEED
from merger.contract.documents import Contract, Documents
from merger.core.boundary import Boundary, Layers, SpeedCoverage, Strategy
from merger.core.intervals import closed_hours
from merger.core.windows import DAY, HOUR, floor_day
from merger.drift.comparison import Drift, compare
from merger.drift.days import DATA_TYPE, BatchDay, Sample, SpeedDay
from merger.errors import StoreUnavailable
from merger.layers.text_dates import text_spans
from merger.stores.store import Document, Find, Store

LONGEST = 600.0
"""Seconds after which a comparison gives up."""


MOST_LOOKUPS = 2_000
"""Movies per day without a point of which is asked whether the batch layer covers them; the rest is not checked."""


@dataclass(frozen=True, slots=True)
class _Run:
    """What one comparison goes by.

    Args:
        coverage: of the speed layer.
        as_text: whether some of its documents carry their hour as text.
        sample: of the movies.
        ends: monotonic seconds.
    """

    coverage: SpeedCoverage
    as_text: bool
    sample: Sample
    ends: float


class Auditor:
    """Compares days.

    Args:
        layers: tells the boundary as of now and both layers' state, as ``MergeService.layers`` does.
        store: where the documents are. It is read reply by reply, never within a request's time or place.
        contract: how to read them.
        monotonic: seconds of a monotonic clock.
        sample: makes the sample of each comparison.
    """

    def __init__(
        self,
        layers: Callable[[tuple[str, ...]], tuple[Boundary, Layers]],
        store: Store,
        contract: Contract,
        monotonic: Callable[[], float],
        sample: Callable[[], Sample] = Sample,
    ) -> None:
        self._layers = layers
        self._store = store
        self._contract = contract
        self._monotonic = monotonic
        self._sample = sample

    def compare(self, of: datetime, start: datetime | None) -> Drift:
        """The drift of all days that both layers hold whole.

        Args:
            of: when the newest batch document was computed.
            start: first day; ``None``: the first that the speed layer still holds.

        Raises:
            StoreError: from the store, or it took too long; nothing was compared then.
        """
        seen, layers = self._layers((DATA_TYPE,))
        # What an answer may be made from does not matter here: both layers are judged by what they hold.
        boundary = replace(seen, policy=replace(seen.policy, strategy=Strategy.WATERMARK))
        # Begins an hour or more after what is about to expire, which may be gone when it is read.
        first = floor_day(boundary.speed_from) + DAY
        coverage = SpeedCoverage(boundary, layers.speed_of(DATA_TYPE))
        run = _Run(coverage, layers.hours_as_text, self._sample(), self._monotonic() + LONGEST)
        result = Drift()
        day = max(first, start or first)
        while day + DAY <= floor_day(min(of, boundary.now)):
            result += self._day(day, run)
            day += DAY
        return result

    def _day(self, day: datetime, run: _Run) -> Drift:
        speed = SpeedDay(run.coverage.boundary, run.sample)
        left_out = Drift(left_out=(day.date().isoformat(),))
        hours = closed_hours(day, day + DAY, None)
        if not run.coverage.holds_all(hours):
            return left_out
        for hour in hours:
            for documents in self._paced(SPEED, self._of_hour(hour, as_text=run.as_text), run.ends):
                speed.add(hour, documents)
            if not speed.end_hour():
                return left_out  # it was lost meanwhile
        batch = BatchDay(day, run.coverage.boundary, run.sample)
        for documents in self._paced(BATCH, self._of_day(day), run.ends):
            batch.add(documents)
        self._look_up(speed, batch, run.ends)
        return compare(speed, batch)

    def _look_up(self, speed: SpeedDay, batch: BatchDay, ends: float) -> None:
        """Of movies without a point: how far their totals reach, and points that lie where no index leads to."""
        lacking = [m for m in speed.counts if m not in batch.movies and batch.sample.takes(m)]
        for movie_id in lacking[MOST_LOOKUPS:]:
            speed.doubtful[movie_id] = True
        for movie_id in lacking[:MOST_LOOKUPS]:
            self._check_time(ends)
            for spelling in self._contract.aliases.names_of_view(DATA_TYPE):
                wanted = {"movie_id": movie_id, "view_type": spelling, "data.date": None}
                batch.add(self._contract.read(batch=self._store.find(Find(BATCH, wanted))))
            time.sleep(GIVE_WAY)

    def _of_hour(self, hour: datetime, *, as_text: bool) -> Iterator[Mapping[str, Any]]:
        spans: tuple[Any, ...] = (hour, *(text_spans(hour, hour + HOUR) if as_text else ()))
        for key in self._contract.aliases.speed_type_keys:
            for span in spans:
                yield {key: DATA_TYPE, "hour": span}

    def _of_day(self, day: datetime) -> Iterator[Mapping[str, Any]]:
        after = day + DAY
        spans: tuple[dict[str, Any], ...] = (
            {"$gte": day.date().isoformat(), "$lt": after.date().isoformat()},
            {"$gte": day, "$lt": after},
        )
        for spelling in self._contract.aliases.names_of_view(DATA_TYPE):
            for span in spans:
                yield {"view_type": spelling, "data.date": span}

    def _paced(self, collection: str, questions: Iterator[Mapping[str, Any]], ends: float) -> Iterator[Documents]:
        """What is found, in pieces, with a pause after each: threads that answer go first."""
        for wanted in questions:
            for found in self._store.batches(collection, wanted):
                self._check_time(ends)
                for start in range(0, len(found), AT_ONCE):
                    yield self._read(collection, found[start : start + AT_ONCE])
                    time.sleep(GIVE_WAY)

    def _read(self, collection: str, found: Any) -> Documents:
        documents: list[Document] = list(found)
        return self._contract.read(speed=documents) if collection == SPEED else self._contract.read(batch=documents)

    def _check_time(self, ends: float) -> None:
        if self._monotonic() > ends:
            raise StoreUnavailable("a comparison of the layers took too long")
