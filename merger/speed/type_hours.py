"""The kept hours of one speed data type: what is known of each, and when it is read again."""

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
from merger.deadline import patience
from merger.errors import StoreUnavailable
from merger.layers.state import MAX_AGE, TOO_OLD
from merger.layers.text_dates import text_spans
from merger.speed.change_log import ChangeLog
from merger.speed.deltas import Delta, Deltas
from merger.speed.table_builder import add_documents, add_skipped, build_tables
from merger.speed.tables import HourTable
from merger.stores.store import Document, Find, Store

MIN_KEEP_SECONDS, MAX_KEEP_SECONDS = 60.0, 120.0
"""Seconds after which a kept hour is read again; each hour has its own, so that they don't all fall due at once."""


SETTLED_AGE = timedelta(hours=3)


SETTLED_FACTOR = 5
"""From this age on an hour is kept so many times longer."""


GRACE_SECONDS = 15.0
"""Seconds that an answer leaves a due hour to the thread that rereads beside the answers."""


UNREADABLE_REREAD_SECONDS = 5.0
"""Seconds after which an hour is reread of which a look at the changes can't tell everything."""


MISSED_REREAD_SECONDS = 2.0
"""Seconds after which an hour is reread in which rereading found what no look could: documents that were removed, or
written under old stamps. Whoever restores or rewrites history seldom stops at one, and may be half-way."""


MISSED_REST_FACTOR = 3.0
"""But after so many times as long as reading took: a producer whose clock is far behind is missed by every look."""


FORGET_SECONDS = 600.0
"""Without a look for so many seconds everything is read anew, when it is wanted."""


MAX_HOURS_PER_FIND, MAX_DOCUMENTS_PER_FIND = 12, 10_000
"""What one find reads at most, as far as known hours tell: each hour is kept, so that a try which runs out of time gets
the next one further, and documents on their way to a table take ten times the table's memory."""


@dataclass(slots=True)
class _KeptHour:
    """A kept hour; all times are seconds of the monotonic clock.

    Args:
        table: what was read.
        read_at: when it was read whole.
        due: when the thread that refreshes rereads it.
        overdue: when an answer does.
        used_at: when an answer last used it.
    """

    table: HourTable
    read_at: float
    due: float
    overdue: float
    used_at: float


class TypeHours:
    """The hours of one type.

    Args:
        store: where the documents are.
        contract: how to read them.
        data_type: of the documents.
        monotonic: seconds of a monotonic clock.
        changes: is told which movies' buckets change.
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
        # Replaced as a whole, never changed, so that readers need no lock.
        self._hours: Mapping[datetime, _KeptHour] = {}
        self._looked_at = float("-inf")
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """About the bytes that the tables take."""
        return sum(kept.table.size for kept in self._hours.values())

    @property
    def oldest_use(self) -> float:
        """When the least recently used hour was used; infinite without any."""
        return min((kept.used_at for kept in self._hours.values()), default=float("inf"))

    def drop_least_used(self) -> int:
        """Drops the least recently used hour, of several the oldest; returns about the bytes that it took."""
        with self._lock:
            hours = self._hours
            dropped = min(hours, key=lambda hour: (hours[hour].used_at, hour), default=None)
            if dropped is None:
                return 0
            self._hours = {hour: kept for hour, kept in hours.items() if hour != dropped}
            return hours[dropped].table.size

    def read(self, wanted: Sequence[datetime], boundary: Boundary, layers: Layers) -> list[HourTable]:
        """The tables of some hours; what was written up to ``TOO_OLD`` seconds ago is in them.

        Raises:
            StoreError: from the store.
        """
        hours = self._hours
        unsure = self._unsure(hours, wanted, layers)
        age = self._monotonic() - self._looked_at
        # For the changes alone nobody waits while somebody else is reading them.
        if (unsure or age > MAX_AGE) and self._taken(wait=bool(unsure) or age > TOO_OLD):
            try:
                self._look(boundary, layers, MAX_AGE)
                while unsure := self._unsure(self._hours, wanted, layers):
                    self._fetch(self._first_piece(unsure), boundary, layers)
                hours = self._hours
            finally:
                self._lock.release()
        now = self._monotonic()
        for hour in wanted:
            hours[hour].used_at = now
        return [hours[hour].table for hour in wanted]

    def _taken(self, *, wait: bool) -> bool:
        if not wait:
            return self._lock.acquire(blocking=False)
        if not self._lock.acquire(timeout=patience()):
            raise StoreUnavailable("the hours of the speed layer are still being read")
        return True

    def refresh(self, boundary: Boundary, layers: Layers) -> None:
        """Looks for changes, and rereads one piece of the hours that are due.

        Raises:
            StoreError: from the store.
        """
        with self._lock:
            self._look(boundary, layers, 0.0)
            # The hour that has just begun follows those that are in use.
            wanted = sorted({*self._hours, *([boundary.open_hour] if self._hours else [])})
            unsure = self._unsure(self._hours, wanted, layers, beside_answers=True)
            if unsure:
                self._fetch(self._first_piece(unsure), boundary, layers)

    def _look(self, boundary: Boundary, layers: Layers, max_age: float) -> None:
        """Applies what was written since the last look, if that was longer ago than ``max_age`` seconds."""
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
            hours[hour], movies = self._changed(hours[hour], documents.get(hour, []), skipped, boundary)
            changed |= movies
        self._hours = hours
        self._changes.note(self._data_type, changed)

    def _changed(
        self, kept: _KeptHour, documents: list[SpeedDocument], skipped: list[Skipped], boundary: Boundary
    ) -> tuple[_KeptHour, set[int]]:
        noted = add_skipped(kept.table, skipped)
        table, movies = add_documents(noted, documents, boundary.now)
        result = replace(kept, table=table)
        told = {skip.movie_id for skip in kept.table.skipped}
        # An unreadable document may have taken the place of a readable one, or the other way round.
        if noted is not kept.table or any(document.movie_id in told for document in documents):
            soon = self._monotonic() + UNREADABLE_REREAD_SECONDS
            result.due, result.overdue = min(kept.due, soon), min(kept.overdue, soon + UNREADABLE_REREAD_SECONDS)
        return result, set(movies.tolist())

    def _unsure(
        self,
        hours: Mapping[datetime, _KeptHour],
        wanted: Iterable[datetime],
        layers: Layers,
        *,
        beside_answers: bool = False,
    ) -> list[datetime]:
        """Those of the wanted hours that are unknown, due, or not what the layer watch says of them."""
        now, layer = self._monotonic(), layers.speed.get(self._data_type)
        result = []
        for hour in wanted:
            kept = hours.get(hour)
            if kept is None or now > (kept.due if beside_answers else kept.overdue):
                result.append(hour)
                continue
            empty = kept.table.is_empty
            # Where nothing is known of the layer, any empty hour may have been filled.
            doubted = empty if layer is None else empty == (hour in layer.held)
            if doubted and now - kept.read_at > MAX_AGE:
                result.append(hour)
        return result

    def _first_piece(self, hours: Sequence[datetime]) -> list[datetime]:
        """The first of some hours in time order, and as many of those right after it as one find reads."""
        largest = max((len(kept.table.rows) for kept in self._hours.values()), default=MAX_DOCUMENTS_PER_FIND)
        most = min(MAX_HOURS_PER_FIND, max(1, MAX_DOCUMENTS_PER_FIND // max(1, largest)))
        piece = [hours[0]]
        for hour in hours[1:most]:
            if hour != piece[-1] + HOUR:
                break
            piece.append(hour)
        return piece

    def _fetch(self, piece: Sequence[datetime], boundary: Boundary, layers: Layers) -> None:
        """Reads adjacent hours whole."""
        began = self._monotonic()
        raw = self._find(piece[0], piece[-1] + HOUR, as_text=layers.hours_as_text)
        # Changes of documents whose stamps are text are not found by a look.
        followed = not any(isinstance(document.get("synced_at"), str) for document in raw)
        tables = build_tables(self._data_type, piece, self._contract.read(speed=raw), boundary.now)
        reach = self._deltas.earliest_findable(boundary)
        again = max(MISSED_REREAD_SECONDS, MISSED_REST_FACTOR * (self._monotonic() - began))
        hours, changed, missed = dict(self._hours), set[int](), set[int]()
        for hour, table in tables.items():
            before = hours.get(hour)
            unlike = before.table.differing_movies(table) if before else set[int]()
            changed |= unlike
            keep, slack = _seconds_to_keep(hour, boundary.open_hour), GRACE_SECONDS
            if not (followed or hour < boundary.open_hour - HOUR):
                keep, slack = MAX_AGE, 0.0
            elif not table.covers_all(unlike, since=reach):
                missed |= unlike
                keep, slack = min(keep, again), MISSED_REREAD_SECONDS
            hours[hour] = _KeptHour(
                # The same table stays, so that what was made from it stays too.
                table=before.table if before and before.table.has_same_content(table) else table,
                read_at=began,
                due=began + keep,
                overdue=began + keep + slack,
                used_at=before.used_at if before else began,
            )
        self._hours = hours
        self._changes.note(self._data_type, changed, missed)

    def _find(self, first: datetime, after: datetime, *, as_text: bool) -> list[Document]:
        spans: list[dict[str, Any]] = [{"$gte": first, "$lt": after}]
        if as_text:
            spans += text_spans(first, after)
        result: list[Document] = []
        for key in self._contract.aliases.speed_type_keys:
            for span in spans:
                found = self._store.find(Find(SPEED, {key: self._data_type, "hour": span}, without=("_id",)))
                if found:
                    self._deltas.note_key(key)
                result += found
        return result


def _seconds_to_keep(hour: datetime, open_hour: datetime) -> float:
    spread = (hour.hour * 7 + hour.day) % 24 / 24
    seconds = MIN_KEEP_SECONDS + spread * (MAX_KEEP_SECONDS - MIN_KEEP_SECONDS)
    return seconds * (SETTLED_FACTOR if hour <= open_hour - SETTLED_AGE else 1)
