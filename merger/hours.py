"""Layer-wide speed documents, hour by hour, shared between answers.

Rankings and layer-wide series need every movie's buckets of some hours. A closed hour changes seldom, so it is kept
for a minute or two, an older one for some minutes more; the open hour and the one before it, which late events still
reach, only for as long as the layers' state.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from merger.boundary import Boundary, as_intervals, closed_hours
from merger.contract import Contract, Documents
from merger.layers import MAX_AGE, text_spans
from merger.query import HOUR
from merger.routing import SPEED, HourRange
from merger.store import Store

KEEP_AT_LEAST, KEEP_AT_MOST = 60.0, 120.0
"""Seconds that a closed hour is kept; each hour has its own, so that they don't all fall due at once."""

SETTLED = timedelta(hours=3)
SETTLED_FACTOR = 5
"""From this age on an hour is kept so many times longer."""

HOURS_AT_ONCE = 12
"""Hours that one find reads: each is kept, so that a try which runs out of time gets the next one further."""

MOST_DOCUMENTS = 40_000
"""Documents that one process keeps, about 30 MB; the least recently used hours give way."""


@dataclass(frozen=True, slots=True)
class _Slice:
    documents: Documents
    until: float

    @property
    def size(self) -> int:
        return len(self.documents.speed) + len(self.documents.skipped)


class SpeedHours:
    """Reads and keeps the hours.

    Args:
        store: where the speed documents are.
        contract: how to read them.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, store: Store, contract: Contract, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._monotonic = monotonic
        self._kept: OrderedDict[tuple[str, datetime], _Slice] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, wanted: HourRange, boundary: Boundary, *, as_text: bool = False) -> Documents:
        """All movies' buckets of the wanted types and hours; duplicates are still in it.

        Args:
            wanted: types and hours.
            boundary: of this request.
            as_text: some documents carry their hour as text (D1).

        Raises:
            StoreError: from the store.
        """
        parts = [
            part for data_type in wanted.types for part in self._of_type(data_type, wanted, boundary, as_text=as_text)
        ]
        return Documents(
            speed=tuple(document for part in parts for document in part.speed),
            skipped=tuple(skip for part in parts for skip in part.skipped),
        )

    def _of_type(self, data_type: str, wanted: HourRange, boundary: Boundary, *, as_text: bool) -> list[Documents]:
        start = max(wanted.window.bounded_start, boundary.speed_from)
        end = min(wanted.window.end, boundary.open_hour + HOUR)
        hours = closed_hours(start, end, None)
        found = {hour: kept for hour in hours if (kept := self._still_kept(data_type, hour)) is not None}
        for first, after in _pieces(hour for hour in hours if hour not in found):
            found |= self._fetch(data_type, first, after, boundary, as_text=as_text)
        return [found[hour] for hour in hours if hour in found]

    def _fetch(
        self, data_type: str, first: datetime, after: datetime, boundary: Boundary, *, as_text: bool
    ) -> dict[datetime, Documents]:
        spans: list[dict[str, Any]] = [{"$gte": first, "$lt": after}]
        if as_text:
            spans += text_spans(first, after)
        raw = [
            document
            for key in self._contract.aliases.speed_type_keys
            for span in spans
            for document in self._store.find(SPEED, {key: data_type, "hour": span}, without=("_id",))
        ]
        read = self._contract.read(speed=raw)
        by_hour = read.speed_by_hour
        result = {}
        for hour in closed_hours(first, after, None):
            result[hour] = Documents(
                speed=tuple(d for d in by_hour.get(hour, ()) if d.data_type == data_type),
                skipped=tuple(skip for skip in read.skipped if skip.hour == hour),
            )
            self._keep(data_type, hour, result[hour], boundary)
        return result

    def _still_kept(self, data_type: str, hour: datetime) -> Documents | None:
        with self._lock:
            kept = self._kept.get((data_type, hour))
            if kept is None or kept.until < self._monotonic():
                return None
            self._kept.move_to_end((data_type, hour))
            return kept.documents

    def _keep(self, data_type: str, hour: datetime, documents: Documents, boundary: Boundary) -> None:
        # An empty hour may be one that was lost and comes later: kept for longer, it would pass for a quiet one then.
        seconds = _seconds_to_keep(hour, boundary.open_hour) if documents.speed else MAX_AGE
        until = self._monotonic() + seconds
        with self._lock:
            self._kept[data_type, hour] = _Slice(documents, until)
            self._kept.move_to_end((data_type, hour))
            total = sum(entry.size for entry in self._kept.values())
            while total > MOST_DOCUMENTS:
                _, dropped = self._kept.popitem(last=False)
                total -= dropped.size


def _seconds_to_keep(hour: datetime, open_hour: datetime) -> float:
    if hour >= open_hour - HOUR:
        return MAX_AGE
    spread = (hour.hour * 7 + hour.day) % 24 / 24
    seconds = KEEP_AT_LEAST + spread * (KEEP_AT_MOST - KEEP_AT_LEAST)
    return seconds * (SETTLED_FACTOR if hour <= open_hour - SETTLED else 1)


def _pieces(hours: Iterable[datetime]) -> Iterator[tuple[datetime, datetime]]:
    """Runs of adjacent hours, each of a length that one find can read."""
    for start, end in as_intervals(hours):
        run = closed_hours(start, end, None) if start is not None else []
        for index in range(0, len(run), HOURS_AT_ONCE):
            piece = run[index : index + HOURS_AT_ONCE]
            yield piece[0], piece[-1] + HOUR
