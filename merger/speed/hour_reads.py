"""Reads the stored documents of hours whole, and notices deletions by counting them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from merger.contract.collections import SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Layers
from merger.core.stamps import stamp_ranges
from merger.core.windows import HOUR, floor_hour
from merger.speed.kept_hours import KeptHour
from merger.stores.store import Document, Find, Store

Spelling = tuple[str, str]
"""The key under which a document states its type, and the name by which it does."""


MAX_HOURS = 24
"""Most hours whose documents are counted at once."""

COUNT_PACE = 10.0
"""After a count, the next one waits this many times as long as it took: deletions may go on and on."""


def spellings_in_use(data_type: str, contract: Contract, layers: Layers) -> list[Spelling]:
    """Every key and name by which documents of a data type may state it: ours, and the others that are stored."""
    ours = ((key, data_type) for key in contract.aliases.speed_type_keys)
    return [*ours, *layers.spellings.get(data_type, ())]


@dataclass(frozen=True, slots=True)
class HourReads:
    """Reads hours of one speed data type.

    Args:
        store: holds the documents.
        contract: knows where documents state their type.
        data_type: the documents' type.
    """

    store: Store
    contract: Contract
    data_type: str

    def find(self, first: datetime, after: datetime, layers: Layers) -> Iterator[tuple[Spelling, list[Document]]]:
        """Yields the documents of the hours ``[first, after)`` by spelling of their type.

        Raises:
            StoreError: from the store.
        """
        spans = stamp_ranges(first, after, layers.hour_forms)
        for (key, name), span in product(self._spellings(layers), spans):
            yield (key, name), self.store.find(Find(SPEED, {key: name, "hour": span}, without=("_id",)))

    def count(self, hour: datetime, layers: Layers) -> int:
        """The number of documents of an hour; as ``count_by_hour``, those alone that store it as a date.

        Raises:
            StoreError: from the store.
        """
        span: Mapping[str, Any] = {"$gte": hour, "$lt": hour + HOUR}
        return sum(self.store.count(SPEED, {key: name, "hour": span}) for key, name in self._spellings(layers))

    def _spellings(self, layers: Layers) -> list[Spelling]:
        return spellings_in_use(self.data_type, self.contract, layers)


class Recount:
    """Counts the documents of hours again after some were deleted, of which nobody says the hour.

    Args:
        reads: counts them.
        monotonic: clock in seconds.
    """

    def __init__(self, reads: HourReads, monotonic: Callable[[], float]) -> None:
        self._reads = reads
        self._monotonic = monotonic
        self._left: list[datetime] = []
        self._due = float("-inf")

    def begin(self, hours: Iterable[datetime]) -> None:
        """Has these hours counted, the newest first; those that wait already keep their place."""
        self._left += sorted(set(hours).difference(self._left), reverse=True)

    def find_changed(self, kept: Mapping[datetime, KeptHour], layers: Layers) -> list[datetime]:
        """Counts some of the hours that wait, if it is time.

        Returns:
            Those of them that have another number of documents than when they were read.

        Raises:
            StoreError: from the store; they are counted at the next call.
        """
        began = self._monotonic()
        if began < self._due:
            return []
        piece = self._left[:MAX_HOURS]
        changed = [h for h in piece if h in kept and self._reads.count(h, layers) != kept[h].found]
        del self._left[: len(piece)]
        ended = self._monotonic()
        self._due = ended + COUNT_PACE * (ended - began)
        return changed


def count_by_hour(documents: Iterable[Document]) -> Counter[datetime]:
    """The number of documents of each hour, those alone that store it as a date."""
    moments = (document.get("hour") for document in documents)
    return Counter(floor_hour(moment) for moment in moments if isinstance(moment, datetime))
