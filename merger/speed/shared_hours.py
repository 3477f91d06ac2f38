"""Layer-wide speed hours, shared between answers: read once, then kept current by reading only changes.

Rankings, search and layer-wide series need every movie's buckets of many hours. Each hour of each type is read whole
once and kept as a table. From then on, a find every second or two reads what was written since, for any hour. It can't
see documents that were deleted, or written without a new stamp. These are found by rereading: at once for an hour that
the layer state says was emptied or filled, or a change stream that it was rewritten, and now and then for every hour.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime

from merger.contract.documents import Contract, Skipped, SpeedDocument
from merger.core.boundary import Boundary, Layers
from merger.core.intervals import closed_hours
from merger.core.windows import HOUR
from merger.speed.change_log import ChangeLog, Changes
from merger.speed.tables import HourRange, HourTable, SharedHours
from merger.speed.type_hours import TypeHours
from merger.speed.undated import Undated
from merger.stores.store import Store

MAX_BYTES = 45_000_000
"""Memory of one process for hours, beyond which the least recently used are dropped.

48 hours of 5,000 movies take 41 MB for all types.
"""


_MAX_ASSEMBLED = 4
"""Sets of tables whose computed rows are kept."""


class SpeedHours:
    """Reads and keeps the hours of all types.

    Args:
        store: holds the speed documents.
        contract: reads them.
        monotonic: clock in seconds.
    """

    def __init__(self, store: Store, contract: Contract, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._monotonic = monotonic
        self._types: dict[str, TypeHours] = {}
        self._undated: dict[str, Undated] = {}
        self._changes = ChangeLog()
        self._assembled: OrderedDict[tuple[HourTable | Skipped, ...], SharedHours] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, wanted: HourRange, boundary: Boundary, layers: Layers) -> SharedHours:
        """Returns all movies' buckets of some types and hours, at most some seconds old.

        Unless something has changed, it is the same object as before.

        Args:
            wanted: types and hours.
            boundary: the request's time boundary.
            layers: the state of both layers, including these types.

        Raises:
            StoreError: from the store.
        """
        start = max(wanted.window.bounded_start, boundary.speed_from)
        end = min(wanted.window.end, boundary.open_hour + HOUR)
        hours = closed_hours(start, end, None)
        tables: list[HourTable] = []
        undated: list[Skipped] = []
        for data_type in wanted.types:
            found = self._hours_of(data_type).read(hours, boundary, layers)
            tables += [table for table in found if not table.is_empty]
            undated += self._find_undated(data_type, layers)
        self._evict()
        return self._assemble(tuple(tables), tuple(undated))

    def known_since(self, types: tuple[str, ...]) -> float:
        """When all changes that the kept hours of some types have were read; seconds of the monotonic clock."""
        return min((self._hours_of(data_type).known_since for data_type in types), default=float("inf"))

    def is_unchanged(self, document: SpeedDocument, since: float) -> bool:
        """Whether a bucket says what the kept hours say, which have noted any change since a time (monotonic).

        ``False`` also where its hour is not kept.
        """
        return self._hours_of(document.data_type).is_unchanged(document, since)

    def finds(self, data_type: str, stamp: datetime | None, boundary: Boundary) -> bool:
        """Whether the finds of changes surely find a document that is written now with this stamp."""
        return self._hours_of(data_type).finds(stamp, boundary)

    def note_rewritten(self, data_type: str, hour: datetime | None) -> None:
        """Has an hour reread soon; ``None``: those of which documents were deleted. See ``TypeHours``."""
        self._hours_of(data_type).note_rewritten(hour)

    def refresh(self, boundary: Boundary, layers: Layers) -> Changes:
        """Brings the kept hours up to date, so that no answer has to; a background thread calls it every second or two.

        Args:
            boundary: the current time boundary.
            layers: the state of both layers; their types are refreshed.

        Returns:
            What changed since the last call, including changes that an answer found first.

        Raises:
            StoreError: from the store. Nothing is lost by it: the next call returns these changes.
        """
        for data_type in layers.speed:
            self._hours_of(data_type).refresh(boundary, layers)
            self._find_undated(data_type, layers)
        self._evict()
        return self._changes.take()

    def _hours_of(self, data_type: str) -> TypeHours:
        with self._lock:
            hours = self._types.get(data_type)
            if hours is None:
                hours = TypeHours(self._store, self._contract, data_type, self._monotonic, self._changes)
                self._types[data_type] = hours
            return hours

    def _find_undated(self, data_type: str, layers: Layers) -> tuple[Skipped, ...]:
        """Documents of a type whose hour can't be read; notes the movies of those that came or went."""
        with self._lock:
            found = self._undated.get(data_type)
            if found is None:
                found = self._undated[data_type] = Undated(self._store, self._contract, data_type, self._monotonic)
        movies = found.probe(layers, at_once=self._hours_of(data_type).take_undated_news())
        # Other processes find them at other times.
        self._changes.note(data_type, movies, missed=movies)
        return found.skipped

    def _evict(self) -> None:
        """Drops the least recently used hours of any type until the rest fits."""
        with self._lock:
            total = sum(hours.size for hours in self._types.values())
            while total > MAX_BYTES:
                oldest = min(self._types.values(), key=lambda hours: hours.oldest_use)
                total -= oldest.drop_least_used()

    def _assemble(self, tables: tuple[HourTable, ...], undated: tuple[Skipped, ...]) -> SharedHours:
        parts: tuple[HourTable | Skipped, ...] = (*tables, *undated)
        with self._lock:
            found = self._assembled.get(parts)
            if found is None:
                found = self._assembled[parts] = SharedHours(tables, undated)
            self._assembled.move_to_end(parts)
            while len(self._assembled) > _MAX_ASSEMBLED:
                self._assembled.popitem(last=False)
            return found
