"""Layer-wide speed hours, shared between answers: read once, then kept current by reading only changes.

Rankings, search and layer-wide series need every movie's buckets of many hours. Each hour of each type is read whole
once and kept as a table. From then on, a find every second or two reads what was written since, for any hour. It can't
see documents that were deleted, or written without a new stamp. These are found by rereading: at once for an hour that
the layer state says was emptied or filled, and now and then for every hour.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.core.intervals import closed_hours
from merger.core.windows import HOUR
from merger.speed.change_log import ChangeLog, Changes
from merger.speed.tables import HourRange, HourTable, SharedHours
from merger.speed.type_hours import TypeHours
from merger.stores.store import Store

MAX_BYTES = 40_000_000
"""Memory of one process for hours, beyond which the least recently used are dropped.

48 hours of 4,000 movies take 29 MB for all types.
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
        self._changes = ChangeLog()
        self._assembled: OrderedDict[tuple[HourTable, ...], SharedHours] = OrderedDict()
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
        tables = tuple(
            table
            for data_type in wanted.types
            for table in self._hours_of(data_type).read(hours, boundary, layers)
            if not table.is_empty
        )
        self._evict()
        return self._assemble(tables)

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
        self._evict()
        return self._changes.take()

    def _hours_of(self, data_type: str) -> TypeHours:
        with self._lock:
            hours = self._types.get(data_type)
            if hours is None:
                hours = TypeHours(self._store, self._contract, data_type, self._monotonic, self._changes)
                self._types[data_type] = hours
            return hours

    def _evict(self) -> None:
        """Drops the least recently used hours of any type until the rest fits."""
        with self._lock:
            total = sum(hours.size for hours in self._types.values())
            while total > MAX_BYTES:
                oldest = min(self._types.values(), key=lambda hours: hours.oldest_use)
                total -= oldest.drop_least_used()

    def _assemble(self, tables: tuple[HourTable, ...]) -> SharedHours:
        with self._lock:
            found = self._assembled.get(tables)
            if found is None:
                found = self._assembled[tables] = SharedHours(tables)
            self._assembled.move_to_end(tables)
            while len(self._assembled) > _MAX_ASSEMBLED:
                self._assembled.popitem(last=False)
            return found
