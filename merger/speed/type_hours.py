"""Keeps the hours of one speed data type current, and decides when each is reread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from merger.contract.documents import Contract, Skipped, SpeedDocument
from merger.core.boundary import Boundary, Layers
from merger.core.stamps import form_of
from merger.core.windows import HOUR
from merger.deadline import lock_timeout
from merger.errors import StoreUnavailable
from merger.layers.state import MAX_AGE, WAIT_AGE
from merger.speed.change_log import ChangeLog
from merger.speed.deltas import Delta, Deltas
from merger.speed.hour_reads import HourReads, Recount, count_by_hour
from merger.speed.kept_hours import GRACE_SECONDS, REST_FACTOR, KeptHour, Wait, keep, regular_wait
from merger.speed.table_builder import add_documents, add_skipped, build_tables
from merger.speed.tables import HourTable
from merger.stores.store import Document, Store

UNREADABLE_REREAD_SECONDS = 5.0
"""Seconds until an hour is reread after an unreadable document may have replaced a readable one, or the reverse."""

UNREADABLE_KEEP_SECONDS = 20.0
"""Seconds until the background thread rereads an hour with unreadable documents: it may be mended by deleting them."""

MISSED_REREAD_SECONDS = 2.0
"""Seconds until an hour is reread after rereading found what a find of changes could not: documents that were removed,
or written under old stamps. A producer that restores or rewrites history is likely to be still at it."""

FLOOD_SECONDS, FLOOD_REREAD_SECONDS = 60.0, 20.0
"""For how long after more documents than a find reads an hour is reread more often, and how often."""

FORGET_SECONDS = 600.0
"""After this many seconds without a find of changes, all hours are dropped, and read when they are wanted."""

MAX_HOURS_PER_FIND, MAX_DOCUMENTS_PER_FIND = 12, 10_000
"""Limits of one find, estimated from the hours already kept. The hours of each find are kept at once, so that after a
read that ran out of time the next one gets further; and documents not yet in a table take ten times the table's
memory."""


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
        self._contract = contract
        self._data_type = data_type
        self._monotonic = monotonic
        self._changes = changes
        self._reads = HourReads(store, contract, data_type)
        self._deltas = Deltas(store, contract, data_type, monotonic)
        # Replaced as a whole, never modified, so that readers need no lock.
        self._hours: Mapping[datetime, KeptHour] = {}
        self._looked_at = self._flooded_at = float("-inf")
        self._has_undated_news = False
        self._recount = Recount(self._reads, monotonic)
        self._lock = threading.Lock()

    @property
    def known_since(self) -> float:
        """When all changes that the kept hours have were read; seconds of the monotonic clock."""
        lacking = (kept.lacks_since for kept in self._hours.values() if kept.lacks_since is not None)
        return min([self._looked_at, *lacking])

    def take_undated_news(self) -> bool:
        """Whether a document whose hour can't be read was written since the last call."""
        news, self._has_undated_news = self._has_undated_news, False
        return news

    def is_unchanged(self, document: SpeedDocument, since: float) -> bool:
        """Whether a bucket says what its hour's table says, and the table would have noted any change since a time."""
        kept = self._hours.get(document.hour)
        return kept is not None and kept.since < since and kept.table.says(document)

    def finds(self, stamp: datetime | None, boundary: Boundary) -> bool:
        """Whether the finds of changes surely find a document that is written now with this stamp."""
        return self._deltas.finds(stamp, boundary)

    def note_rewritten(self, hour: datetime | None) -> None:
        """Has an hour reread soon: no find of changes finds what was written in it.

        Args:
            hour: the hour; ``None``: documents of unknown hours were deleted.
        """
        with self._lock:
            if hour is None:
                self._recount.begin(self._hours)
                self._has_undated_news = True
            elif hour in self._hours:
                self._hours = {**self._hours, hour: self._hours[hour].rewritten(self._looked_at)}

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
            for hour in self._recount.find_changed(self._hours, layers):
                self._hours = {**self._hours, hour: self._hours[hour].rewritten(self._looked_at)}
            # The hour that has just begun joins those in use.
            wanted = sorted({*self._hours, *([boundary.open_hour] if self._hours else [])})
            unsure = self._find_unsure(self._hours, wanted, layers, in_background=True)
            if unsure:
                # The one that has waited longest comes first: more may fall due again than can be reread meanwhile.
                first = min(unsure, key=lambda hour: self._hours[hour].due if hour in self._hours else 0.0)
                self._reread(self._first_piece(unsure[unsure.index(first) :]), boundary, layers)

    def _read_changes(self, boundary: Boundary, layers: Layers, max_age: float) -> None:
        """Applies what was written since the last call, if that was more than ``max_age`` seconds ago."""
        began = self._monotonic()
        age = began - self._looked_at
        if age <= max_age:
            return
        if age > FORGET_SECONDS:
            self._hours = {}
            self._deltas.start(layers.speed_of(self._data_type).synced_at, boundary)
            self._changes.note_start(self._data_type)
        else:
            spellings = layers.spellings.get(self._data_type, ())
            self._apply(self._deltas.find_new(boundary, layers.sync_forms, spellings), boundary, layers)
        self._looked_at = began

    def _apply(self, delta: Delta, boundary: Boundary, layers: Layers) -> None:
        hours = {hour: kept for hour, kept in self._hours.items() if hour >= boundary.speed_from}
        if delta.is_flood:
            self._note_flood(hours, boundary, layers)
        documents = delta.documents.speed_by_hour
        changed: set[int] = set()
        self._has_undated_news |= None in delta.movies
        for hour_or_none, new in delta.movies.items():
            kept = None if hour_or_none is None else hours.get(hour_or_none)
            if kept is None or kept.since > self._looked_at:
                changed |= new  # there is no table that knows what was written before
        touched = {*documents, *(skip.hour for skip in delta.documents.skipped if skip.hour)}
        of_parts = {*delta.documents.hours_of_parts, *(s.hour for s in delta.documents.skipped if s.part is not None)}
        for hour in touched & hours.keys():
            if hour in of_parts or hours[hour].table.is_of_parts:
                hours[hour] = hours[hour].rewritten(self._looked_at)
                continue
            skipped = [skip for skip in delta.documents.skipped if skip.hour == hour]
            hours[hour], movies = self._update(hours[hour], documents.get(hour, []), skipped, boundary)
            changed |= movies
        self._hours = hours
        self._changes.note(self._data_type, changed)

    def _note_flood(self, hours: dict[datetime, KeptHour], boundary: Boundary, layers: Layers) -> None:
        """Has every kept hour reread; hours that are not kept count as changed."""
        self._flooded_at = self._monotonic()
        for hour, kept in hours.items():
            hours[hour] = kept.lacking(self._looked_at, kept.read_at, self._flooded_at - kept.read_at + GRACE_SECONDS)
        held = layers.speed_of(self._data_type).held
        if any(boundary.uses_speed_hour(hour) for hour in held - hours.keys()):
            self._changes.note_any(self._data_type)

    def _update(
        self, kept: KeptHour, documents: list[SpeedDocument], skipped: list[Skipped], boundary: Boundary
    ) -> tuple[KeptHour, set[int]]:
        with_skipped = add_skipped(kept.table, skipped)
        table, movies = add_documents(with_skipped, documents, boundary.now)
        result = replace(kept, table=table)
        unreadable = {skip.movie_id for skip in kept.table.skipped}
        changed = kept.table.newly_skipped(skipped)
        # An unreadable document may have replaced a readable one, or the reverse.
        if changed or any(document.movie_id in unreadable for document in documents):
            result.reread_by(self._monotonic() + UNREADABLE_REREAD_SECONDS, UNREADABLE_REREAD_SECONDS)
        return result, changed | set(movies.tolist())

    def _find_unsure(
        self,
        hours: Mapping[datetime, KeptHour],
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
            is_due = kept is None or now > (kept.due if in_background else kept.overdue)
            if kept is None or is_due or (kept.contradicts(layer) and now - kept.read_at > MAX_AGE):
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
        raw = self._find(piece[0], piece[-1] + HOUR, layers)
        tables = build_tables(self._data_type, piece, self._contract.read(speed=raw), boundary.now)
        has_other_stamps = any(type(at := each.get("synced_at")) is not datetime and not form_of(at) for each in raw)
        findable_since = self._deltas.earliest_findable(boundary)
        found, took = count_by_hour(raw), self._monotonic() - began
        after_miss = max(MISSED_REREAD_SECONDS, REST_FACTOR * took)
        hours, changed, missed = dict(self._hours), set[int](), set[int]()
        for hour, table in tables.items():
            before = hours.get(hour)
            differing = before.table.differing_movies(table) if before else set[int]()
            changed |= differing
            wait = regular_wait(hour, boundary.open_hour)
            if began < self._flooded_at + FLOOD_SECONDS:
                wait = Wait(FLOOD_REREAD_SECONDS)
            elif table.skipped:
                wait = Wait(min(wait.keep, UNREADABLE_KEEP_SECONDS), wait.keep + wait.grace)
            if has_other_stamps and hour >= boundary.open_hour - HOUR:
                missed |= differing
                wait = Wait(MAX_AGE, 0.0)  # a find of changes never sees them
            elif not table.covers_all(differing, since=findable_since):
                missed |= differing
                wait = Wait(min(wait.keep, after_miss), MISSED_REREAD_SECONDS)
            hours[hour] = keep(before, table, found[hour], began, took, wait)
        self._hours = hours
        self._changes.note(self._data_type, changed, missed)

    def _find(self, first: datetime, after: datetime, layers: Layers) -> list[Document]:
        result: list[Document] = []
        for spelling, found in self._reads.find(first, after, layers):
            if found:
                self._deltas.note_spelling(spelling)
            result += found
        return result
