"""The state of both layers, kept current with a few cheap reads.

It holds, for each speed data type, the hours in which any movie has a document and the newest sync; for the batch
layer, the newest ``computed_at``. Reading these for each answer would read whole collections, so each fact is kept with
a *witness*: the id of one document that proves it. A refresh checks that the witnesses still exist (one find by id),
that nothing newer arrived (one range), and whether known gaps have been filled (one range each). Requirements M8, F3
and F4.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.contract.documents import Aliases
from merger.contract.payloads import VIEWS
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.intervals import as_intervals, closed_hours
from merger.core.windows import HOUR, floor_hour
from merger.deadline import lock_timeout
from merger.errors import StoreError, StoreUnavailable
from merger.layers.newest import ANY_TEXT, Newest, find_newest, read_date
from merger.layers.publication import Publication
from merger.layers.text_dates import text_ranges
from merger.stores.store import Document, Find, Store

MAX_AGE = 2.0
"""Seconds for which a layer's state may be used without a refresh."""


WAIT_AGE = 5.0
"""Beyond this age in seconds a request waits for a refresh in progress instead of using the known state."""


_MAX_CANDIDATES = 20
"""Most documents to check for one that belongs to an hour, so that an invalid document hides no other."""


THOROUGH_INTERVAL = 30.0
"""Seconds between two searches for spellings and text dates that no producer is known to use."""


@dataclass
class _TypeState:
    """The state of one speed data type."""

    witnesses: dict[datetime, Any] = field(default_factory=dict)
    probed: set[datetime] = field(default_factory=set)
    newest: Newest = field(default_factory=Newest)
    keys_in_use: set[str] = field(default_factory=set)
    has_text: bool = False
    thorough_at: float = float("-inf")
    read_at: float = float("-inf")
    layer: SpeedLayer = field(default_factory=SpeedLayer)
    lock: threading.Lock = field(default_factory=threading.Lock)


class LayerState:
    """Holds the state of both layers and refreshes it on demand.

    Args:
        store: holds both collections; reads published batch runs only.
        aliases: spellings of the types.
        monotonic: a monotonic clock, in seconds.
        published: reads which batch runs are published.
    """

    def __init__(
        self,
        store: Store,
        aliases: Aliases,
        monotonic: Callable[[], float],
        published: Callable[[], Publication] = Publication,
    ) -> None:
        self._store = store
        self._aliases = aliases
        self._monotonic = monotonic
        self._speed: dict[str, _TypeState] = {}
        self._published = published
        self._batch, self._runs = Newest(), ""
        self._batch_read_at = float("-inf")
        self._batch_lock = threading.Lock()
        self._lock = threading.Lock()

    @property
    def batch_seen(self) -> datetime | None:
        """The newest ``computed_at`` of the batch layer at the last refresh."""
        return self._batch.value

    def layers(self, types: tuple[str, ...], boundary: Boundary, *, max_age: float = MAX_AGE) -> Layers:
        """The state of the batch layer, and of the speed layer for some data types.

        It is refreshed when it is older than ``max_age`` seconds; 0: whatever its age, for the background thread.
        While another thread refreshes it, it may be as old as ``WAIT_AGE``, unless ``max_age`` is 0.

        Raises:
            StoreError: from the store; the known state is kept.
        """
        computed_at = self._batch_computed_at(boundary, max_age)
        return replace(self._speed_layers(types, boundary, max_age), batch_computed_at=computed_at, runs=self._runs)

    def available_layers(self, types: tuple[str, ...], boundary: Boundary) -> tuple[Layers, dict[str, StoreError]]:
        """The state of the layers that answer, and the error of each collection that does not.

        ``Layers.away`` names the layers that do not answer. A speed layer that is away holds nothing; of a batch layer
        that is away, the newest run last seen is returned.
        """
        errors: dict[str, StoreError] = {}
        try:
            computed_at = self._batch_computed_at(boundary, MAX_AGE)
        except StoreError as error:
            errors[BATCH], computed_at = error, self._batch.value
        layers = Layers(batch_computed_at=computed_at, runs=self._runs)
        try:
            speed = self._speed_layers(types, boundary, MAX_AGE)
            layers = replace(speed, batch_computed_at=computed_at, runs=self._runs)
        except StoreError as error:
            errors[SPEED] = error
        return without_layers(layers, errors), errors

    def _speed_layers(self, types: tuple[str, ...], boundary: Boundary, max_age: float) -> Layers:
        return Layers(
            speed={data_type: self._speed_layer(data_type, boundary, max_age) for data_type in types},
            hours_as_text=any(state.has_text for state in list(self._speed.values())),
        )

    def note_newest_batch(self, document: Document | None) -> None:
        """Notes the newest batch document that the catalogue has just read, as a starting point."""
        value = None if document is None else read_date(document, "computed_at")
        if document is None or value is None:
            return
        with self._batch_lock:
            if self._batch.value is None or value > self._batch.value:
                self._batch = Newest(value, document["_id"], document["computed_at"])

    def _batch_computed_at(self, boundary: Boundary, max_age: float) -> datetime | None:
        if self._acquire(self._batch_lock, self._batch_read_at, max_age):
            try:
                if self._monotonic() - self._batch_read_at > max_age:
                    names = [name for view_type in VIEWS for name in self._aliases.names_of_view(view_type)]
                    choices = [{"view_type": name} for name in names]
                    self._runs = self._published().mark
                    self._batch = find_newest(self._store, BATCH, choices, "computed_at", self._batch, boundary.now)
                    self._batch_read_at = self._monotonic()
            finally:
                self._batch_lock.release()
        return self._batch.value

    def _speed_layer(self, data_type: str, boundary: Boundary, max_age: float) -> SpeedLayer:
        with self._lock:
            state = self._speed.setdefault(data_type, _TypeState())
        if self._acquire(state.lock, state.read_at, max_age):
            try:
                if self._monotonic() - state.read_at > max_age:
                    self._refresh(data_type, state, boundary)
                    state.layer = SpeedLayer(frozenset(state.witnesses), state.newest.value)
                    state.read_at = self._monotonic()
            finally:
                state.lock.release()
        return state.layer

    def _acquire(self, lock: threading.Lock, read_at: float, max_age: float) -> bool:
        """Acquires the lock if a refresh is due; waits for it only if the known state is too old."""
        age = self._monotonic() - read_at
        if age <= max_age:
            return False
        if age <= WAIT_AGE and max_age >= MAX_AGE:
            return lock.acquire(blocking=False)
        if not lock.acquire(timeout=lock_timeout()):
            raise StoreUnavailable("the state of the layers is still being read")
        return True

    def _refresh(self, data_type: str, state: _TypeState, boundary: Boundary) -> None:
        self._drop_lost_hours(state)
        thorough = self._monotonic() - state.thorough_at > THOROUGH_INTERVAL
        every = self._aliases.speed_type_keys
        keys = every if thorough else tuple(k for k in every if k == every[0] or k in state.keys_in_use)
        choices = [{key: data_type} for key in keys]
        state.newest = find_newest(self._store, SPEED, choices, "synced_at", state.newest, boundary.now)
        if thorough:
            texts = ({**wanted, "hour": ANY_TEXT} for wanted in choices)
            state.has_text = any(self._store.find(Find(SPEED, wanted, only=("hour",), limit=1)) for wanted in texts)
            state.thorough_at = self._monotonic()
        usable = closed_hours(boundary.speed_from, boundary.open_hour + HOUR, None)
        for expired in (state.witnesses.keys() | state.probed) - set(usable):
            state.witnesses.pop(expired, None)
            state.probed.discard(expired)
        for hour in self._hours_to_probe(data_type, state, usable, keys):
            witness = self._find_document(data_type, state, hour, hour + HOUR, keys)
            state.probed.add(hour)
            if witness is not None:
                state.witnesses[hour] = witness["_id"]

    def _drop_lost_hours(self, state: _TypeState) -> None:
        """Drops the hours whose witness no longer exists."""
        if not state.witnesses:
            return
        ids = list(state.witnesses.values())
        found = self._store.find(Find(SPEED, {"_id": {"$in": ids}}, only=("hour",)))
        still = {document["_id"]: _hour_of(document) for document in found}
        lost = [hour for hour, witness in state.witnesses.items() if still.get(witness) != hour]
        for hour in lost:
            del state.witnesses[hour]
            state.probed.discard(hour)

    def _hours_to_probe(
        self, data_type: str, state: _TypeState, usable: list[datetime], keys: Sequence[str]
    ) -> list[datetime]:
        """Hours without a witness that were never probed, or are in a gap that now contains a document."""
        unknown = [hour for hour in usable if hour not in state.witnesses]
        result = [hour for hour in unknown if hour not in state.probed]
        for start, end in as_intervals(hour for hour in unknown if hour in state.probed):
            if start is not None and self._find_document(data_type, state, start, end, keys) is not None:
                result += closed_hours(start, end, None)
        return result

    def _find_document(
        self, data_type: str, state: _TypeState, start: datetime, end: datetime, keys: Sequence[str]
    ) -> Document | None:
        ranges: list[tuple[dict[str, Any], int]] = [({"$gte": start, "$lt": end}, _MAX_CANDIDATES)]
        if state.has_text:
            # Ranges of text are those of whole days, unless it is a single hour: then all their documents are checked.
            limit = _MAX_CANDIDATES if end - start == HOUR else 0
            ranges += [(each, limit) for each in text_ranges(start, end)]
        for key in keys:
            for hours, limit in ranges:
                find = Find(SPEED, {key: data_type, "hour": hours}, only=("hour",), limit=limit)
                for document in self._store.find(find):
                    hour = _hour_of(document)
                    if hour is not None and start <= hour < end:
                        state.keys_in_use.add(key)
                        return document
        return None


def without_layers(layers: Layers, away: Collection[str]) -> Layers:
    """The state of the layers for an answer that has to do without some collections."""
    names = frozenset(LAYER_OF[collection] for collection in away)
    return replace(layers, away=names, speed={} if SPEED in away else layers.speed)


def _hour_of(document: Document) -> datetime | None:
    value = read_date(document, "hour")
    return value if value is not None and value == floor_hour(value) else None
