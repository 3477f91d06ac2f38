"""Documents of the speed layer whose hour can't be read, so that no range of hours finds them.

They make a layer-wide answer uncertain, hence a cheap probe looks for them now and then, in ranges of an index where no
readable hour lies. Requirement D2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from merger.contract.collections import SPEED
from merger.contract.documents import Contract, Skipped
from merger.core.stamps import ANY_NUMBER
from merger.speed.tables import without_stamp
from merger.stores.store import Document, Find, Store

PROBE_SECONDS = 30.0
"""Seconds between two probes."""

MOST_TOLD = 100
"""Most documents of one probe: a hole is a hole, however many fell into it."""

_NOT_HOURS: tuple[Any, ...] = (
    "",
    {"$gt": "\x00", "$lt": "19"},
    {"$gt": "21", "$lt": "\U0010ffff"},
    {"$eq": math.nan},
    {"$lt": ANY_NUMBER["$gte"]},
    {"$gte": ANY_NUMBER["$lt"]},
)
"""Conditions on ``hour`` that no readable one of our time meets: text that begins with no year, numbers that are no
moments. No bound is the beginning of a text in its range: on a descending index, the embedded server leaves such texts
out."""


class Undated:
    """Keeps such documents of one data type. For one caller at a time.

    Args:
        store: holds the documents.
        contract: reads them.
        data_type: the documents' type.
        monotonic: clock in seconds.

    Attributes:
        skipped: what the last probe found.
    """

    def __init__(self, store: Store, contract: Contract, data_type: str, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._data_type = data_type
        self._monotonic = monotonic
        self._due = float("-inf")
        self.skipped: tuple[Skipped, ...] = ()

    def probe(self, *, at_once: bool = False) -> frozenset[int]:
        """Looks for them if it is time, or at once.

        Returns:
            The movies of those that came or went, 0 for an unreadable one.

        Raises:
            StoreError: from the store; what was found before stays.
        """
        if not at_once and self._monotonic() < self._due:
            return frozenset()
        read = self._contract.read(speed=self._find())
        found = {without_stamp(skip): skip for skip in read.skipped if skip.hour is None}
        before = {without_stamp(skip) for skip in self.skipped}
        self._due = self._monotonic() + PROBE_SECONDS
        if found.keys() != before:
            self.skipped = tuple(found.values())
        return frozenset(skip.movie_id or 0 for skip in found.keys() ^ before)

    def _find(self) -> Iterator[Document]:
        for key in self._contract.aliases.speed_type_keys:
            for condition in _NOT_HOURS:
                wanted = {key: self._data_type, "hour": condition}
                yield from self._store.find(Find(SPEED, wanted, without=("_id",), limit=MOST_TOLD))
