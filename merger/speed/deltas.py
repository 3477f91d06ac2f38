"""Finds what was written to the speed layer since the last find, for any hour.

Producers stamp what they write with ``synced_at``, so changes are the documents stamped later than the newest one seen;
an index answers that, with a range for each form in which stamps are stored. Stamps do not arrive quite in order, so a
find reaches back a little behind the newest. A new stamp alone is no change: the tables compare the payloads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import product

from merger.contract.collections import SPEED
from merger.contract.documents import Contract, Documents
from merger.core.boundary import CLOCK_SKEW, Boundary
from merger.core.stamps import DATE, StampForm, stamp_ranges
from merger.stores.store import Document, Find, Store

OVERLAP = timedelta(seconds=10)
"""Time by which a find reaches back behind the newest stamp, since producers write concurrently and a write takes a
while."""


OVERLAP_PACE = 10.0
"""After a find that reached back, the next ones don't until this many times its duration has passed.

A producer may give all documents of a large write one stamp; that write then lies in the overlap until the next one.
"""


MAX_REACH = timedelta(minutes=10)
"""The furthest a find reaches back. Documents with older stamps are found by rereading the hours."""


MOST_DOCUMENTS = 20_000
"""Most documents of one find. Where there are more, none of them is used, and the hours are reread."""


THOROUGH_AGE = 30.0
"""Seconds after which spellings of the type that no document has used are tried again."""


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


Spelling = tuple[str, str]
"""The key under which a document states its type, and the name by which it does."""


Key = tuple[int | None, datetime | None, datetime | None]
"""Movie, hour and stamp of a document, as far as they can be read."""


@dataclass(frozen=True, slots=True)
class Delta:
    """The result of one find.

    Args:
        documents: written since the last find, and some that were seen before.
        movies: ids in documents that were not seen before, by hour; 0 and ``None`` stand for an unreadable one.
        is_flood: there was more than one find may read. Nothing else is told, and no later find reaches back to it.
    """

    documents: Documents = field(default_factory=Documents)
    movies: Mapping[datetime | None, frozenset[int]] = field(default_factory=dict)
    is_flood: bool = False


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
        # The newest stamp per spelling of the type and form of the stamps: documents may be written in one of them
        # while another is not searched.
        self._marks: dict[tuple[Spelling, StampForm], datetime] = {}
        self._start = self._floor = _LONG_AGO
        self._seen: frozenset[Key] = frozenset()
        self._ours = [(key, data_type) for key in contract.aliases.speed_type_keys]
        self._in_use = {self._ours[0]}
        self._overlap_due = float("-inf")
        self._thorough_at = float("-inf")

    def start(self, synced_at: datetime | None, boundary: Boundary) -> None:
        """Starts with ``synced_at``, the newest stamp in the store: later documents are changes."""
        oldest = boundary.now - MAX_REACH
        self._start = oldest if synced_at is None else min(max(synced_at, oldest), boundary.now)
        self._marks, self._seen, self._floor = {}, frozenset(), _LONG_AGO

    def earliest_findable(self, boundary: Boundary) -> datetime:
        """Returns the earliest stamp that a future find can still find."""
        return max(min(self._mark(each, DATE, boundary) for each in self._in_use) - OVERLAP, self._floor)

    def finds(self, stamp: datetime | None, boundary: Boundary) -> bool:
        """Whether the next finds surely find a document that is written now with this stamp."""
        newest = max(self._marks.values(), default=self._start)
        return stamp is not None and stamp > max(newest, boundary.now - MAX_REACH) - OVERLAP

    def note_spelling(self, spelling: Spelling) -> None:
        """Notes that documents state the type like this."""
        self._in_use.add(spelling)

    def find_new(
        self, boundary: Boundary, forms: Iterable[StampForm] = (), spellings: Iterable[Spelling] = ()
    ) -> Delta:
        """Finds the changes since the last call.

        Documents whose stamp is further in the future than a clock may be wrong are not found.

        Args:
            boundary: the current time boundary.
            forms: forms of stamps in use besides dates.
            spellings: keys and names in use besides ours under which documents state the type.

        Raises:
            StoreError: from the store; the next call then finds these documents.
        """
        began = self._monotonic()
        overlapping = began >= self._overlap_due
        thorough = began - self._thorough_at > THOROUGH_AGE
        searched = [*(each for each in self._ours if thorough or each in self._in_use), *spellings]
        pairs = product(searched, (DATE, *forms))
        found = [(pair, self._find(*pair, boundary, overlapping=overlapping)) for pair in pairs]
        ended = self._monotonic()
        if thorough:
            self._thorough_at = ended
        if overlapping:
            self._overlap_due = ended + OVERLAP_PACE * (ended - began)
        if any(len(raw) > MOST_DOCUMENTS for _, raw in found):
            self.start(boundary.now, boundary)
            self._floor = boundary.now
            return Delta(is_flood=True)
        read = _unite(self._read(pair, raw, boundary) for pair, raw in found)
        return Delta(read, self._note_seen(read, overlapping=overlapping))

    def _read(self, pair: tuple[Spelling, StampForm], raw: list[Document], boundary: Boundary) -> Documents:
        """Reads documents of one spelling of the type and one form of stamps, and notes the newest stamp."""
        if not raw:
            return Documents()
        self.note_spelling(pair[0])
        read = self._contract.read(speed=raw)
        stamps = (key[2] for key in _keys_of(read))
        # A stamp in the future must not hide what producers with correct clocks still have to write.
        usable = [stamp for stamp in stamps if stamp is not None and stamp <= boundary.now]
        self._marks[pair] = max([self._mark(*pair, boundary), *usable])
        return read

    def _find(self, spelling: Spelling, form: StampForm, boundary: Boundary, *, overlapping: bool) -> list[Document]:
        mark, until = self._mark(spelling, form, boundary), boundary.now + CLOCK_SKEW
        key, name = spelling
        since = max(mark - OVERLAP, self._floor)
        spans = stamp_ranges(since, until, {form})[1:]
        if form is DATE:
            reaches_back = overlapping and since > self._floor
            spans = [({"$gte": since} if reaches_back else {"$gt": max(mark, self._floor)}) | {"$lte": until}]
        found: list[Document] = []
        for span in spans:
            wanted = {key: name, "synced_at": span}
            found += self._store.find(Find(SPEED, wanted, without=("_id",), limit=MOST_DOCUMENTS + 1))
        return found

    def _note_seen(self, read: Documents, *, overlapping: bool) -> dict[datetime | None, frozenset[int]]:
        """Returns the movies of documents that were not seen before, by hour."""
        keys = _keys_of(read)
        # What lay in the first overlap was written before the start.
        new = {key for key in keys - self._seen if self._seen or key[2] is None or key[2] > self._start}
        forgets = overlapping or len(self._seen) > MOST_DOCUMENTS
        self._seen = frozenset(keys if forgets else self._seen | keys)
        result: dict[datetime | None, set[int]] = {}
        for movie_id, hour, _ in new:
            result.setdefault(hour, set()).add(movie_id or 0)
        return {hour: frozenset(movies) for hour, movies in result.items()}

    def _mark(self, spelling: Spelling, form: StampForm, boundary: Boundary) -> datetime:
        return max(self._marks.get((spelling, form), self._start), boundary.now - MAX_REACH)


def _keys_of(read: Documents) -> set[Key]:
    keys: set[Key] = {(document.movie_id, document.hour, document.synced_at) for document in read.speed}
    return keys | {(skip.movie_id, skip.hour, skip.written_at) for skip in read.skipped}


def _unite(parts: Iterable[Documents]) -> Documents:
    """Unites documents of the speed layer."""
    found = list(parts)
    return Documents(
        speed=tuple(document for part in found for document in part.speed),
        skipped=tuple(skip for part in found for skip in part.skipped),
        heartbeats=tuple(beat for part in found for beat in part.heartbeats),
        hours_of_parts=frozenset().union(*(part.hours_of_parts for part in found)),
    )
