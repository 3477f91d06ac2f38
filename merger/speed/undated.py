"""Documents of the speed layer whose hour can't be read, so that no range of hours finds them.

They make a layer-wide answer uncertain. The layers' state says whether an hour is stored in a form that speaks for such
a document; only then they are searched, in ranges of an index where no readable hour lies. Requirement D2.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator

from merger.contract.collections import SPEED
from merger.contract.documents import Contract, Skipped
from merger.core.stamps import ABSENT, NO_MOMENTS, ODD, StampForm
from merger.deadline import lock_timeout
from merger.errors import StoreUnavailable
from merger.speed.tables import without_stamp
from merger.stores.store import Document, Find, Store

PROBE_SECONDS = 30.0
"""Seconds between two searches."""

MOST_TOLD = 100
"""Most documents of one range: a hole is a hole, however many fell into it."""

_SIGNS = frozenset({ODD, ABSENT})
"""Forms of hours that only such documents have, or those that have their hour under another name."""


class Undated:
    """Keeps such documents of one data type.

    Args:
        store: holds the documents.
        contract: reads them.
        data_type: the documents' type.
        monotonic: clock in seconds.

    Attributes:
        skipped: what the last search found.
    """

    def __init__(self, store: Store, contract: Contract, data_type: str, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._data_type = data_type
        self._monotonic = monotonic
        self._due = float("-inf")
        self._lock = threading.Lock()
        self.skipped: tuple[Skipped, ...] = ()

    def probe(self, forms: Collection[StampForm], *, at_once: bool = False) -> frozenset[int]:
        """Looks for them if it is time, or at once; not at all while no hour is in a form that speaks for them.

        Args:
            forms: the forms besides dates in which hours are stored.
            at_once: whether one was just written.

        Returns:
            The movies of those that came or went, 0 for an unreadable one.

        Raises:
            StoreError: from the store; what was found before stays.
        """
        if not self._is_due(forms) and not at_once:
            return frozenset()
        if not self._lock.acquire(timeout=lock_timeout()):
            raise StoreUnavailable("documents without a readable hour are still being searched")
        try:
            return self._search(forms, at_once=at_once) if at_once or self._is_due(forms) else frozenset()
        finally:
            self._lock.release()

    def _is_due(self, forms: Collection[StampForm]) -> bool:
        return self._monotonic() >= self._due and (bool(self.skipped) or not _SIGNS.isdisjoint(forms))

    def _search(self, forms: Collection[StampForm], *, at_once: bool) -> frozenset[int]:
        found: dict[Skipped, Skipped] = {}
        if at_once or not _SIGNS.isdisjoint(forms):
            read = self._contract.read(speed=self._find())
            found = {without_stamp(skip): skip for skip in read.skipped if skip.hour is None}
            self._due = self._monotonic() + PROBE_SECONDS
        before = {without_stamp(skip) for skip in self.skipped}
        if found.keys() != before:
            self.skipped = tuple(found.values())
        return frozenset(skip.movie_id or 0 for skip in found.keys() ^ before)

    def _find(self) -> Iterator[Document]:
        for key in self._contract.aliases.speed_type_keys:
            for condition in ({"$eq": None}, *NO_MOMENTS):
                wanted = {key: self._data_type, "hour": condition}
                yield from self._store.find(Find(SPEED, wanted, without=("_id",), limit=MOST_TOLD))
