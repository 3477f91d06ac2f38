"""Finds what was written to the speed layer since the last find, for any hour.

Producers stamp what they write with ``synced_at``, so changes are the documents stamped later than the newest one seen;
an index answers that. Stamps do not arrive quite in order, so a find reaches back a little behind the newest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from merger.contract.collections import SPEED
from merger.contract.documents import Contract, Documents
from merger.core.boundary import CLOCK_SKEW, Boundary
from merger.stores.store import Find, Store

OVERLAP = timedelta(seconds=10)
"""Time by which a find reaches back behind the newest stamp, since producers write concurrently and a write takes a
while."""


OVERLAP_PACE = 10.0
"""After a find that reached back, the next ones don't until this many times its duration has passed.

A producer may give all documents of a large write one stamp; that write then lies in the overlap until the next one.
"""


MAX_REACH = timedelta(minutes=10)
"""The furthest a find reaches back. Documents with older stamps are found by rereading the hours."""


THOROUGH_AGE = 30.0
"""Seconds after which spellings of the type that no document has used are tried again."""


@dataclass(frozen=True, slots=True)
class Delta:
    """The result of one find.

    Args:
        documents: written since the last find, and some that were seen before.
        movies: ids in documents stamped later than any before.
    """

    documents: Documents
    movies: frozenset[int]


class Deltas:
    """Finds the changes of one speed data type. For one caller at a time.

    Args:
        store: holds the documents.
        contract: reads them.
        data_type: the documents' type.
        monotonic: clock in seconds.
    """

    def __init__(self, store: Store, contract: Contract, data_type: str, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._data_type = data_type
        self._monotonic = monotonic
        # The newest stamp per spelling of the type: documents may be written under one while another is not searched.
        self._marks: dict[str, datetime] = {}
        self._keys_in_use = {contract.aliases.speed_type_keys[0]}
        self._overlap_due = float("-inf")
        self._thorough_at = float("-inf")

    def start(self, synced_at: datetime | None, boundary: Boundary) -> None:
        """Starts with ``synced_at``, the newest stamp in the store: later documents are changes."""
        oldest = boundary.now - MAX_REACH
        mark = oldest if synced_at is None else min(max(synced_at, oldest), boundary.now)
        self._marks = dict.fromkeys(self._contract.aliases.speed_type_keys, mark)

    def earliest_findable(self, boundary: Boundary) -> datetime:
        """Returns the earliest stamp that a future find can still find."""
        return min(self._mark(key, boundary) for key in self._keys_in_use) - OVERLAP

    def note_key(self, key: str) -> None:
        """Notes that documents spell the type by this key."""
        self._keys_in_use.add(key)

    def find_new(self, boundary: Boundary) -> Delta:
        """Finds the changes since the last call.

        Documents whose stamp is text, or further in the future than a clock may be wrong, are not found.

        Args:
            boundary: the current time boundary.

        Raises:
            StoreError: from the store; the next call then finds these documents.
        """
        began = self._monotonic()
        overlapping = began >= self._overlap_due
        thorough = began - self._thorough_at > THOROUGH_AGE
        parts = [
            self._find_of_key(key, boundary, overlapping=overlapping)
            for key in self._marks
            if thorough or key in self._keys_in_use
        ]
        ended = self._monotonic()
        if thorough:
            self._thorough_at = ended
        if overlapping:
            self._overlap_due = ended + OVERLAP_PACE * (ended - began)
        documents = Documents(
            speed=tuple(document for part in parts for document in part.documents.speed),
            skipped=tuple(skip for part in parts for skip in part.documents.skipped),
        )
        return Delta(documents, frozenset(movie_id for part in parts for movie_id in part.movies))

    def _find_of_key(self, key: str, boundary: Boundary, *, overlapping: bool) -> Delta:
        mark = self._mark(key, boundary)
        since = {"$gte": mark - OVERLAP} if overlapping else {"$gt": mark}
        wanted = {key: self._data_type, "synced_at": since | {"$lte": boundary.now + CLOCK_SKEW}}
        raw = self._store.find(Find(SPEED, wanted, without=("_id",)))
        if raw:
            self.note_key(key)
        read = self._contract.read(speed=raw)
        found = read.speed_of(self._data_type)
        stamps = [(d.movie_id, d.synced_at) for d in found]
        stamps += [(s.movie_id or 0, s.written_at) for s in read.skipped if s.written_at is not None]
        # A stamp in the future must not hide what producers with correct clocks still have to write.
        self._marks[key] = max([mark, *(stamp for _, stamp in stamps if stamp <= boundary.now)])
        movies = frozenset(movie_id for movie_id, stamp in stamps if stamp > mark)
        return Delta(Documents(speed=tuple(found), skipped=read.skipped), movies)

    def _mark(self, key: str, boundary: Boundary) -> datetime:
        return max(self._marks[key], boundary.now - MAX_REACH)
