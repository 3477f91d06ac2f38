"""Layer-wide speed hours, shared between answers: read once, kept current by what changes.

Rankings, search and layer-wide series need every movie's buckets of many hours. Each hour of each type is read whole
once and kept as a table; from then on a look every second or two reads only what was written since, whatever hour it
is for. What such a look can't tell, documents that were deleted or written without a new stamp, is found by rereading:
an hour that the layer watch says is lost or filled, at once; every hour, now and then.
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
from merger.speed.hour_range import HourRange
from merger.speed.tables import HourTable, SharedHours
from merger.speed.type_hours import TypeHours
from merger.stores.store import Store

MAX_BYTES = 40_000_000
"""What one process keeps; the least recently used hours give way. 48 hours of 4,000 movies a type are 29 MB."""


_MAX_ASSEMBLED = 4
"""States of the hours whose folds are kept."""


class SpeedHours:
    """Reads and keeps the hours of all types.

    Args:
        store: where the speed documents are.
        contract: how to read them.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, store: Store, contract: Contract, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._monotonic = monotonic
        self._kept: dict[str, TypeHours] = {}
        self._changes = ChangeLog()
        self._assembled: OrderedDict[tuple[HourTable, ...], SharedHours] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, wanted: HourRange, boundary: Boundary, layers: Layers) -> SharedHours:
        """All movies' buckets of the wanted types and hours, at most some seconds old.

        The same object comes back as long as nothing changes.

        Args:
            wanted: types and hours.
            boundary: of this request.
            layers: both layers' state, with the wanted types.

        Raises:
            StoreError: from the store.
        """
        start = max(wanted.window.bounded_start, boundary.speed_from)
        end = min(wanted.window.end, boundary.open_hour + HOUR)
        hours = closed_hours(start, end, None)
        tables = tuple(
            table
            for data_type in wanted.types
            for table in self._of_type(data_type).read(hours, boundary, layers)
            if not table.is_empty
        )
        self._give_way()
        return self._assemble(tables)

    def refresh(self, boundary: Boundary, layers: Layers) -> Changes:
        """Brings the kept hours up to date, so that no answer has to; for a thread that does so every second or two.

        Args:
            boundary: as of now.
            layers: both layers' state; its types are looked at.

        Returns:
            What changed since the last call, also where an answer noticed it first.

        Raises:
            StoreError: from the store; nothing that is known is lost by it, the next call tells what changed.
        """
        for data_type in layers.speed:
            self._of_type(data_type).refresh(boundary, layers)
        self._give_way()
        return self._changes.take()

    def _of_type(self, data_type: str) -> TypeHours:
        with self._lock:
            kept = self._kept.get(data_type)
            if kept is None:
                kept = TypeHours(self._store, self._contract, data_type, self._monotonic, self._changes)
                self._kept[data_type] = kept
            return kept

    def _give_way(self) -> None:
        """Drops the least recently used hours of all types until the rest fits."""
        with self._lock:
            total = sum(kept.size for kept in self._kept.values())
            while total > MAX_BYTES:
                kept = min(self._kept.values(), key=lambda kept: kept.oldest_use)
                total -= kept.drop_least_used()

    def _assemble(self, tables: tuple[HourTable, ...]) -> SharedHours:
        with self._lock:
            found = self._assembled.get(tables)
            if found is None:
                found = self._assembled[tables] = SharedHours(tables)
            self._assembled.move_to_end(tables)
            while len(self._assembled) > _MAX_ASSEMBLED:
                self._assembled.popitem(last=False)
            return found
