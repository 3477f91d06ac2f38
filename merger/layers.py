"""What the layers hold as a whole, kept current with a few cheap reads (M8, F3, F4).

For each speed data type: the hours in which any movie has a document, and the newest sync; for the batch layer the
newest ``computed_at``. Asking that afresh for each answer would read whole collections, so each fact is kept with a
*witness*, the id of one document that proves it. A refresh asks whether the witnesses are still there (one find by
id), whether anything newer arrived (one range), and whether the known gaps have filled (one range each).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from merger.boundary import Boundary, Layers, SpeedLayer, as_intervals, closed_hours
from merger.contract import VIEWS, Aliases
from merger.fields import full_hour, moment
from merger.query import HOUR
from merger.routing import BATCH, SPEED
from merger.store import Document, Store

MAX_AGE = 2.0
"""Seconds for which a layer's state may be used without another look."""

_LOOKS_BACK = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=36500),
)
"""How far back the newest document is looked for, step by step, where none is known yet."""


@dataclass
class _Newest:
    """The newest value of a date field and the document that carries it."""

    value: datetime | None = None
    witness: Any = None


@dataclass
class _TypeState:
    """What is known of one speed data type."""

    witnesses: dict[datetime, Any] = field(default_factory=dict)
    probed: set[datetime] = field(default_factory=set)
    newest: _Newest = field(default_factory=_Newest)
    read_at: float = float("-inf")
    lock: threading.Lock = field(default_factory=threading.Lock)


class LayerWatch:
    """Keeps the state of both layers.

    Args:
        store: where they live.
        aliases: for the spellings of the speed documents' type.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, store: Store, aliases: Aliases, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._aliases = aliases
        self._monotonic = monotonic
        self._speed: dict[str, _TypeState] = {}
        self._batch = _Newest()
        self._batch_read_at = float("-inf")
        self._lock = threading.Lock()

    def layers(self, types: tuple[str, ...], boundary: Boundary) -> Layers:
        """The batch layer's state, and the speed layer's for some data types, at most ``MAX_AGE`` seconds old.

        Raises:
            StoreError: from the store; nothing that is known is lost by it.
        """
        return Layers(
            batch_computed_at=self._batch_computed_at(boundary),
            speed={data_type: self._speed_layer(data_type, boundary) for data_type in types},
        )

    def batch_loaded(self, newest: Document | None) -> None:
        """Tells which batch document is the newest of those that somebody has just read, to start from."""
        if newest is None:
            return
        with self._lock:
            value = _date(newest, "computed_at")
            if value is not None and (self._batch.value is None or value > self._batch.value):
                self._batch = _Newest(value, newest["_id"])

    def _batch_computed_at(self, boundary: Boundary) -> datetime | None:
        with self._lock:
            if self._monotonic() - self._batch_read_at > MAX_AGE:
                self._batch = self._newest_batch(boundary.now)
                self._batch_read_at = self._monotonic()
            return self._batch.value

    def _newest_batch(self, now: datetime) -> _Newest:
        """The newest batch document by ``computed_at``, asked of one view type after the other.

        A run is large, and not every server finds its newest document without looking at all of it. So the first view
        type that has anything newer answers; where a later type has something newer still, the next look finds it.
        """
        spellings = [name for view_type in VIEWS for name in self._aliases.names_of_view(view_type)]
        if self._batch.value is not None:
            span = {"$gt": self._batch.value, "$lte": now}
            for view_type in spellings:
                newer = self._newest_since(BATCH, {"view_type": view_type}, "computed_at", span)
                if newer is not None:
                    return newer
            if self._still_says(BATCH, "computed_at", self._batch):
                return self._batch
        for view_type in spellings:
            found = self._newest_looking_back(BATCH, {"view_type": view_type}, "computed_at", now)
            if found.value is not None:
                return found
        return _Newest()

    def _speed_layer(self, data_type: str, boundary: Boundary) -> SpeedLayer:
        with self._lock:
            state = self._speed.setdefault(data_type, _TypeState())
        with state.lock:
            if self._monotonic() - state.read_at > MAX_AGE:
                self._refresh(data_type, state, boundary)
                state.read_at = self._monotonic()
            return SpeedLayer(frozenset(state.witnesses), state.newest.value)

    def _refresh(self, data_type: str, state: _TypeState, boundary: Boundary) -> None:
        self._verify(state)
        newest = [
            self._newest_sync(key, data_type, state.newest, boundary.now) for key in self._aliases.speed_type_keys
        ]
        state.newest = max(newest, key=lambda entry: (entry.value is not None, entry.value))
        usable = closed_hours(boundary.speed_from, boundary.open_hour + HOUR, None)
        for forgotten in (state.witnesses.keys() | state.probed) - set(usable):
            state.witnesses.pop(forgotten, None)
            state.probed.discard(forgotten)
        for hour in self._worth_probing(data_type, state, usable):
            witness = self._any_document(data_type, hour, hour + HOUR)
            state.probed.add(hour)
            if witness is not None:
                state.witnesses[hour] = witness["_id"]

    def _verify(self, state: _TypeState) -> None:
        """Drops the hours whose witness is gone."""
        if not state.witnesses:
            return
        ids = list(state.witnesses.values())
        found = self._store.find(SPEED, {"_id": {"$in": ids}}, only=("hour",))
        still = {document["_id"]: _date(document, "hour") for document in found}
        lost = [hour for hour, witness in state.witnesses.items() if still.get(witness) != hour]
        for hour in lost:
            del state.witnesses[hour]
            state.probed.discard(hour)

    def _worth_probing(self, data_type: str, state: _TypeState, usable: list[datetime]) -> list[datetime]:
        """Hours without a witness that were never looked at, or lie in a gap that has something in it now."""
        unknown = [hour for hour in usable if hour not in state.witnesses]
        result = [hour for hour in unknown if hour not in state.probed]
        for start, end in as_intervals(hour for hour in unknown if hour in state.probed):
            if start is not None and self._any_document(data_type, start, end) is not None:
                result += closed_hours(start, end, None)
        return result

    def _any_document(self, data_type: str, start: datetime, end: datetime) -> Document | None:
        for key in self._aliases.speed_type_keys:
            wanted = {key: data_type, "hour": {"$gte": start, "$lt": end}}
            for document in self._store.find(SPEED, wanted, only=("hour",), limit=1):
                return document
        return None

    def _newest_sync(self, key: str, data_type: str, known: _Newest, now: datetime) -> _Newest:
        """The newest bucket by ``synced_at``; values in the future are a clock's fault and don't count."""
        if known.value is not None:
            span = {"$gt": known.value, "$lte": now}
            newer = self._newest_since(SPEED, {key: data_type}, "synced_at", span)
            if newer is not None:
                return newer
            if self._still_says(SPEED, "synced_at", known):
                return known
        return self._newest_looking_back(SPEED, {key: data_type}, "synced_at", now)

    def _still_says(self, collection: str, name: str, known: _Newest) -> bool:
        found = self._store.find(collection, {"_id": known.witness}, only=(name,), limit=1)
        return bool(found) and _date(found[0], name) == known.value

    def _newest_looking_back(self, collection: str, wanted: dict[str, Any], name: str, now: datetime) -> _Newest:
        for length in _LOOKS_BACK:
            start = max(now - length, _EARLIEST)
            found = self._newest_since(collection, wanted, name, {"$gte": start, "$lte": now})
            if found is not None:
                return found
        return _Newest()

    def _newest_since(
        self, collection: str, wanted: dict[str, Any], name: str, span: dict[str, datetime]
    ) -> _Newest | None:
        found = self._store.find(collection, {**wanted, name: span}, only=(name,), newest_by=name, limit=1)
        return _Newest(_date(found[0], name), found[0]["_id"]) if found else None


_EARLIEST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _date(document: Document, name: str) -> datetime | None:
    read = full_hour if name == "hour" else moment
    try:
        return read(document.get(name))
    except (ValueError, OverflowError):
        return None
