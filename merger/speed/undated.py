"""Documents of the speed layer whose hour can't be read, so that no range of hours finds them.

They make a layer-wide answer uncertain. The layers' state says whether an hour is stored in a form that speaks for such
a document; only then they are searched, in ranges of an index where no readable hour lies. Requirement D2.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import product

from merger.contract.collections import SPEED
from merger.contract.documents import Contract, Skipped
from merger.core.boundary import Layers
from merger.core.stamps import ABSENT, NO_MOMENTS, ODD
from merger.deadline import lock_timeout
from merger.errors import StoreUnavailable
from merger.speed.hour_reads import spellings_in_use
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

    def probe(self, layers: Layers, *, at_once: bool = False) -> frozenset[int]:
        """Looks for them if it is time, or at once; not at all while no hour is in a form that speaks for them.

        Args:
            layers: the forms besides dates in which hours are stored, and how documents state their type.
            at_once: whether one was just written.

        Returns:
            The movies of those that came, went or were written again, 0 for an unreadable one.

        Raises:
            StoreError: from the store; what was found before stays.
        """
        if not self._is_due(layers) and not at_once:
            return frozenset()
        if not self._lock.acquire(timeout=lock_timeout()):
            raise StoreUnavailable("documents without a readable hour are still being searched")
        try:
            return self._search(layers, at_once=at_once) if at_once or self._is_due(layers) else frozenset()
        finally:
            self._lock.release()

    def _is_due(self, layers: Layers) -> bool:
        return self._monotonic() >= self._due and (bool(self.skipped) or not _SIGNS.isdisjoint(layers.hour_forms))

    def _search(self, layers: Layers, *, at_once: bool) -> frozenset[int]:
        found: tuple[Skipped, ...] = ()
        if at_once or not _SIGNS.isdisjoint(layers.hour_forms):
            found = _last_written(skip for page in self._pages(layers) for skip in self._read(page))
            self._due = self._monotonic() + PROBE_SECONDS
        changed = set(found) ^ set(self.skipped)
        if changed:
            self.skipped = found
        return frozenset(skip.movie_id or 0 for skip in changed)

    def _read(self, page: list[Document]) -> Iterator[Skipped]:
        for skip in self._contract.read(speed=page).skipped:
            if skip.hour is None:
                # Where there are more than were read, the last one may have been written at any time.
                yield skip if len(page) < MOST_TOLD else replace(skip, written_at=None)

    def _pages(self, layers: Layers) -> list[list[Document]]:
        conditions = ({"$eq": None}, *NO_MOMENTS)
        spellings = spellings_in_use(self._data_type, self._contract, layers)
        wanted = [{key: name, "hour": each} for (key, name), each in product(spellings, conditions)]
        return [self._store.find(Find(SPEED, each, without=("_id",), limit=MOST_TOLD)) for each in wanted]


def _last_written(skipped: Iterable[Skipped]) -> tuple[Skipped, ...]:
    """Of those that differ in their stamps alone, the one that may have been written last."""
    last: dict[Skipped, Skipped] = {}
    for skip in skipped:
        known = last.setdefault(without_stamp(skip), skip)
        if known.written_at is not None and (skip.written_at is None or skip.written_at > known.written_at):
            last[without_stamp(skip)] = skip
    return tuple(last.values())
