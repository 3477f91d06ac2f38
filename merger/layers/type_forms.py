"""How producers write one speed data type: its spellings, and the forms in which moments and ids are stored.

To find them takes many finds, of which nearly all find nothing. So they are not made each time the state of the type is
refreshed. Requirement D1.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from merger.contract.collections import SPEED
from merger.core.stamps import ABSENT, StampForm
from merger.deadline import lock_timeout
from merger.errors import StoreUnavailable
from merger.layers.newest import NewestSearch, filters_of, finds_any, finds_text_ids, forms_in
from merger.stores.store import Store

FORMS_INTERVAL = 4.0
"""Seconds between two searches of a process that serves for other forms of moments than those in use."""


NEVER = float("-inf")
"""When what has not happened yet happened; seconds of the monotonic clock."""


@dataclass
class TypeForms:
    """The spellings and forms of one data type.

    Args:
        store: holds the documents.
        data_type: the type.
        spellings: the keys and names under which documents may state the type; the first is ours.
        monotonic: a monotonic clock, in seconds.

    Attributes:
        in_use: the spellings in use, and ours.
        of_hours, of_stamps: the forms besides dates in which ``hour`` and ``synced_at`` are stored.
        has_text_ids: whether the layer has documents with the id of the movie as text.
        found_at: when all this was found; ``NEVER``: not yet.
    """

    store: Store
    data_type: str
    spellings: tuple[tuple[str, str], ...]
    monotonic: Callable[[], float]
    of_hours: frozenset[StampForm] = frozenset()
    of_stamps: frozenset[StampForm] = frozenset()
    has_text_ids: bool = False
    found_at: float = NEVER

    def __post_init__(self) -> None:
        self.in_use: tuple[tuple[str, str], ...] = self.spellings[:1]
        self._found: tuple[tuple[str, str], ...] = ()
        self._lock = threading.Lock()

    @property
    def filters(self) -> list[dict[str, Any]]:
        """A filter for each spelling in use."""
        return filters_of(self.in_use)

    @property
    def foreign_spellings(self) -> frozenset[tuple[str, str]]:
        """The keys and names in use under which documents state the type by another name than ours."""
        return frozenset(each for each in self.in_use if each[1] != self.data_type)

    def note_hour(self, value: Any) -> None:
        """Notes the form of an hour that was met."""
        self.of_hours |= forms_in([value])

    def find(self, age: float) -> None:
        """Finds all this, unless that was done lately.

        Args:
            age: the most seconds since the last time; at 0 they are found in any case.

        Raises:
            StoreError: from the store; what is known so far is kept.
        """
        if not self._is_due(age):
            return
        if not self._lock.acquire(timeout=lock_timeout()):
            raise StoreUnavailable("the forms of moments are still being read")
        try:
            if self._is_due(age):
                self._find_all()
        finally:
            self._lock.release()

    def _is_due(self, age: float) -> bool:
        return self.found_at == NEVER or self.monotonic() - self.found_at >= age

    def _find_all(self) -> None:
        began, former = self.monotonic(), self.of_hours
        # A spelling that was found is not looked for again: some servers read all its documents for that.
        found = tuple(each for each in self.spellings if each in self._found or self._finds_any(dict([each])))
        choices, search = filters_of(found), NewestSearch(self.store, SPEED, "synced_at", bool)
        is_absent = any(self._finds_any({**each, "hour": {"$eq": None}}) for each in choices)
        of_hours = search.find_hour_forms(choices) | ({ABSENT} if is_absent else set())
        of_stamps = search.find_forms(choices)
        self.has_text_ids = finds_text_ids(self.store, SPEED)
        # A refresh may have met another form of hours meanwhile.
        self.of_hours = of_hours | (self.of_hours - former)
        self._found, self.of_stamps = found, of_stamps
        self.in_use = (*self.in_use, *(each for each in found if each not in self.in_use))
        self.found_at = began

    def _finds_any(self, wanted: dict[str, Any]) -> bool:
        return finds_any(self.store, SPEED, wanted)
