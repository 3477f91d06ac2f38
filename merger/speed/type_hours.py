"""Keeps the hours of one speed data type current, and decides when each is reread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from merger.contract.collections import SPEED
from merger.contract.documents import Contract, Skipped, SpeedDocument
from merger.core.boundary import Boundary, Layers
from merger.core.windows import HOUR
from merger.deadline import lock_timeout
from merger.errors import StoreUnavailable
from merger.layers.state import MAX_AGE, WAIT_AGE
from merger.layers.text_dates import text_ranges
from merger.speed.change_log import ChangeLog
from merger.speed.deltas import Delta, Deltas
from merger.speed.table_builder import add_documents, add_skipped, build_tables
from merger.speed.tables import HourTable
from merger.stores.store import Document, Find, Store

MIN_KEEP_SECONDS, MAX_KEEP_SECONDS = 60.0, 120.0
"""Seconds for which an hour is kept before it is reread; they differ by hour, so that not all fall due at once."""

SETTLED_AGE, SETTLED_FACTOR = timedelta(hours=3), 5
"""Hours older than this are kept for this many times longer."""

GRACE_SECONDS = 15.0
"""Seconds that an answer leaves a due hour to the background thread before it rereads the hour itself."""

UNREADABLE_REREAD_SECONDS = 5.0
"""Seconds until an hour is reread after an unreadable document may have replaced a readable one, or the reverse."""

MISSED_REREAD_SECONDS = 2.0
"""Seconds until an hour is reread after rereading found what a find of changes could not: documents that were removed,
or written under old stamps. A producer that restores or rewrites history is likely to be still at it."""

MISSED_REST_FACTOR = 3.0
"""But at least this many times as long as reading took: every find misses a producer whose clock is far behind."""

FORGET_SECONDS = 600.0
"""After this many seconds without a find of changes, all hours are dropped, and read when they are wanted."""

MAX_HOURS_PER_FIND, MAX_DOCUMENTS_PER_FIND = 12, 10_000
"""Limits of one find, estimated from the hours already kept. The hours of each find are kept at once, so that after a
read that ran out of time the next one gets further; and documents not yet in a table take ten times the table's
memory."""


@dataclass(slots=True)
class _KeptHour:
    """A kept hour; all times are seconds of the monotonic clock.

    Args:
        table: what was read.
        read_at: when it was read whole.
        due: when the background thread rereads it.
        overdue: when an answer rereads it.
        used_at: when an answer last used it.
    """

    table: HourTable
    read_at: float
    due: float
    overdue: float
    used_at: float


@dataclass(frozen=True, slots=True)
class _Wait:
    """How long an hour is kept: seconds until it is due, and from then until it is overdue."""

    keep: float
    grace: float


_REREAD_AT_ONCE = _Wait(MAX_AGE, 0.0)


class TypeHours:
    """Reads and keeps the hours of one type.

    Args:
        store: holds the documents.
        contract: reads them.
        data_type: the documents' type.
        monotonic: clock in seconds.
        changes: receives the movies whose buckets change.
    """

    def __init__(
        self, store: Store, contract: Contract, data_type: str, monotonic: Callable[[], float], changes: ChangeLog
    ) -> None:
        self._store = store
        self._contract = contract
        self._data_type = data_type
        self._monotonic = monotonic
        self._changes = changes
        self._deltas = Deltas(store, contract, data_type, monotonic)
        # Replaced as a whole, never modified, so that readers need no lock.
        self._hours: Mapping[datetime, _KeptHour] = {}
        self._looked_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Approximate size of the tables in bytes."""
        return sum(kept.table.size for kept in self._hours.values())

    @property
    def oldest_use(self) -> float:
        """When the least recently used hour was used; infinite without any."""
        return min((kept.used_at for kept in self._hours.values()), default=float("inf"))

    def drop_least_used(self) -> int:
        """Drops the least recently used hour, the oldest among equals; returns the approximate bytes that it took."""
        with self._lock:
            hours = self._hours
            dropped = min(hours, key=lambda hour: (hours[hour].used_at, hour), default=None)
            if dropped is None:
                return 0
            self._hours = {hour: kept for hour, kept in hours.items() if hour != dropped}
            return hours[dropped].table.size

    def read(self, wanted: Sequence[datetime], boundary: Boundary, layers: Layers) -> list[HourTable]:
        """Returns the tables of some hours, with everything that was written up to ``WAIT_AGE`` seconds ago.

        Raises:
            StoreError: from the store.
        """
        hours = self._hours
        unsure = self._find_unsure(hours, wanted, layers)
        age = self._monotonic() - self._looked_at
        # If only the changes are old, no answer waits while another thread is reading them.
        if (unsure or age > MAX_AGE) and self._acquire(wait=bool(unsure) or age > WAIT_AGE):
            try:
                self._read_changes(boundary, layers, MAX_AGE)
                while unsure := self._find_unsure(self._hours, wanted, layers):
                    self._reread(self._first_piece(unsure), boundary, layers)
                hours = self._hours
            finally:
                self._lock.release()
        now = self._monotonic()
        for hour in wanted:
            hours[hour].used_at = now
        return [hours[hour].table for hour in wanted]

    def _acquire(self, *, wait: bool) -> bool:
        if not wait:
            return self._lock.acquire(blocking=False)
        if not self._lock.acquire(timeout=lock_timeout()):
            raise StoreUnavailable("the hours of the speed layer are still being read")
        return True

    def refresh(self, boundary: Boundary, layers: Layers) -> None:
        """Reads the changes, and rereads one piece of the hours that are due.

        Raises:
            StoreError: from the store.
        """
        with self._lock:
            self._read_changes(boundary, layers, 0.0)
            # The hour that has just begun joins those in use.
            wanted = sorted({*self._hours, *([boundary.open_hour] if self._hours else [])})
            unsure = self._find_unsure(self._hours, wanted, layers, in_background=True)
            if unsure:
                self._reread(self._first_piece(unsure), boundary, layers)

    def _read_changes(self, boundary: Boundary, layers: Layers, max_age: float) -> None:
        """Applies what was written since the last call, if that was more than ``max_age`` seconds ago."""
        age = self._monotonic() - self._looked_at
        if age <= max_age:
            return
        began = self._monotonic()
        if age > FORGET_SECONDS:
            self._hours = {}
            self._deltas.start(layers.speed_of(self._data_type).synced_at, boundary)
        else:
            self._apply(self._deltas.find_new(boundary), boundary)
        self._looked_at = began

    def _apply(self, delta: Delta, boundary: Boundary) -> None:
        hours = {hour: kept for hour, kept in self._hours.items() if hour >= boundary.speed_from}
        changed = set(delta.movies)
        documents = delta.documents.speed_by_hour
        touched = {*documents, *(skip.hour for skip in delta.documents.skipped if skip.hour)}
        for hour in touched & hours.keys():
            skipped = [skip for skip in delta.documents.skipped if skip.hour == hour]
            hours[hour], movies = self._update(hours[hour], documents.get(hour, []), skipped, boundary)
            changed |= movies
        self._hours = hours
        self._changes.note(self._data_type, changed)

    def _update(
        self, kept: _KeptHour, documents: list[SpeedDocument], skipped: list[Skipped], boundary: Boundary
    ) -> tuple[_KeptHour, set[int]]:
        with_skipped = add_skipped(kept.table, skipped)
        table, movies = add_documents(with_skipped, documents, boundary.now)
        result = replace(kept, table=table)
        unreadable = {skip.movie_id for skip in kept.table.skipped}
        # An unreadable document may have replaced a readable one, or the reverse.
        if with_skipped is not kept.table or any(document.movie_id in unreadable for document in documents):
            soon = self._monotonic() + UNREADABLE_REREAD_SECONDS
            result.due = min(kept.due, soon)
            result.overdue = min(kept.overdue, soon + UNREADABLE_REREAD_SECONDS)
        return result, set(movies.tolist())

    def _find_unsure(
        self,
        hours: Mapping[datetime, _KeptHour],
        wanted: Iterable[datetime],
        layers: Layers,
        *,
        in_background: bool = False,
    ) -> list[datetime]:
        """Returns those hours that are unknown, due, or at odds with the layer state."""
        now, layer = self._monotonic(), layers.speed.get(self._data_type)
        result = []
        for hour in wanted:
            kept = hours.get(hour)
            if kept is None or now > (kept.due if in_background else kept.overdue):
                result.append(hour)
                continue
            empty = kept.table.is_empty
            # While nothing is known of the layer, any empty hour may have been filled.
            doubted = empty if layer is None else empty == (hour in layer.held)
            if doubted and now - kept.read_at > MAX_AGE:
                result.append(hour)
        return result

    def _first_piece(self, hours: Sequence[datetime]) -> list[datetime]:
        """Returns the first of some hours in time order, and as many of those right after it as one find may read."""
        largest = max((len(kept.table.rows) for kept in self._hours.values()), default=MAX_DOCUMENTS_PER_FIND)
        most = min(MAX_HOURS_PER_FIND, max(1, MAX_DOCUMENTS_PER_FIND // max(1, largest)))
        piece = [hours[0]]
        for hour in hours[1:most]:
            if hour != piece[-1] + HOUR:
                break
            piece.append(hour)
        return piece

    def _reread(self, piece: Sequence[datetime], boundary: Boundary, layers: Layers) -> None:
        """Reads adjacent hours whole, notes what changed in them, and decides when each is reread."""
        began = self._monotonic()
        raw = self._find(piece[0], piece[-1] + HOUR, as_text=layers.hours_as_text)
        tables = build_tables(self._data_type, piece, self._contract.read(speed=raw), boundary.now)
        has_text_stamps = any(isinstance(document.get("synced_at"), str) for document in raw)
        findable_since = self._deltas.earliest_findable(boundary)
        after_miss = max(MISSED_REREAD_SECONDS, MISSED_REST_FACTOR * (self._monotonic() - began))
        hours, changed, missed = dict(self._hours), set[int](), set[int]()
        for hour, table in tables.items():
            before = hours.get(hour)
            differing = before.table.differing_movies(table) if before else set[int]()
            changed |= differing
            wait = _regular_wait(hour, boundary.open_hour)
            if has_text_stamps and hour >= boundary.open_hour - HOUR:
                wait = _REREAD_AT_ONCE  # a find of changes never sees stamps that are text
            elif not table.covers_all(differing, since=findable_since):
                missed |= differing
                wait = _Wait(min(wait.keep, after_miss), MISSED_REREAD_SECONDS)
            hours[hour] = _keep(before, table, began, wait)
        self._hours = hours
        self._changes.note(self._data_type, changed, missed)

    def _find(self, first: datetime, after: datetime, *, as_text: bool) -> list[Document]:
        spans: list[dict[str, Any]] = [{"$gte": first, "$lt": after}]
        if as_text:
            spans += text_ranges(first, after)
        result: list[Document] = []
        for key in self._contract.aliases.speed_type_keys:
            for span in spans:
                found = self._store.find(Find(SPEED, {key: self._data_type, "hour": span}, without=("_id",)))
                if found:
                    self._deltas.note_key(key)
                result += found
        return result


def _keep(before: _KeptHour | None, table: HourTable, read_at: float, wait: _Wait) -> _KeptHour:
    due = read_at + wait.keep
    if before is None:
        return _KeptHour(table, read_at, due, due + wait.grace, used_at=read_at)
    # An equal table stays the same object, so that what was computed from it stays too.
    table = before.table if before.table.has_same_content(table) else table
    return _KeptHour(table, read_at, due, due + wait.grace, before.used_at)


def _regular_wait(hour: datetime, open_hour: datetime) -> _Wait:
    spread = (hour.hour * 7 + hour.day) % 24 / 24
    seconds = MIN_KEEP_SECONDS + spread * (MAX_KEEP_SECONDS - MIN_KEEP_SECONDS)
    return _Wait(seconds * (SETTLED_FACTOR if hour <= open_hour - SETTLED_AGE else 1), GRACE_SECONDS)
