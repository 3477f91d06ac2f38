"""What the layers hold as a whole, kept current with a few cheap reads (M8, F3, F4).

For each speed data type: the hours in which any movie has a document, and the newest sync; for the batch layer the
newest ``computed_at``. Asking that afresh for each answer would read whole collections, so each fact is kept with a
*witness*, the id of one document that proves it. A refresh asks whether the witnesses are still there (one find by
id), whether anything newer arrived (one range), and whether the known gaps have filled (one range each).
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
from merger.deadline import patience
from merger.errors import StoreError, StoreUnavailable
from merger.layers.newest import ANY_TEXT, Newest, newest, read_date
from merger.layers.publication import Publication
from merger.layers.text_dates import text_spans
from merger.stores.store import Document, Find, Store

MAX_AGE = 2.0
"""Seconds for which a layer's state may be used without another look."""


TOO_OLD = 5.0
"""Seconds after which an answer waits for a look that somebody else takes, rather than use what is known."""


_TRIED = 20
"""Documents of an hour that are looked at for one that is really of it: a bad one must not hide the others."""


THOROUGH_AGE = 30.0
"""Seconds after which spellings and forms that nobody is known to use are looked for again."""


@dataclass
class _TypeState:
    """What is known of one speed data type."""

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
    """Keeps the state of both layers.

    Args:
        store: where they live.
        aliases: for the spellings of the speed documents' type.
        monotonic: seconds of a monotonic clock.
        published: looks which batch runs are published; whoever reads ``store`` sees those alone.
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
        self._batch_moves = 0
        self._batch_lock = threading.Lock()
        self._lock = threading.Lock()

    @property
    def batch_moves(self) -> int:
        """How often the newest ``computed_at`` of the batch layer was found to be another one than before."""
        return self._batch_moves

    @property
    def batch_seen(self) -> datetime | None:
        """The newest ``computed_at`` of the batch layer as it was last seen, without another look."""
        return self._batch.value

    def layers(self, types: tuple[str, ...], boundary: Boundary) -> Layers:
        """The batch layer's state, and the speed layer's for some data types.

        It is looked at anew when it is older than ``MAX_AGE`` seconds; while somebody else does so, it may be as old
        as ``TOO_OLD``.

        Raises:
            StoreError: from the store; nothing that is known is lost by it.
        """
        return self._layers(types, boundary, MAX_AGE)

    def at_best(self, types: tuple[str, ...], boundary: Boundary) -> tuple[Layers, dict[str, StoreError]]:
        """``layers``, with the collections that did not answer and why; ``Layers.away`` names their layers (F5).

        Of a speed layer that is away nothing is held, of a batch layer that is the newest run is the one last seen.
        """
        lost: dict[str, StoreError] = {}
        try:
            computed_at = self._batch_computed_at(boundary, MAX_AGE)
        except StoreError as error:
            lost[BATCH], computed_at = error, self._batch.value
        layers = Layers(batch_computed_at=computed_at, runs=self._runs)
        try:
            speed = self._speed_layers(types, boundary, MAX_AGE)
            layers = replace(speed, batch_computed_at=computed_at, runs=self._runs)
        except StoreError as error:
            lost[SPEED] = error
        return without(layers, lost), lost

    def refresh(self, types: tuple[str, ...], boundary: Boundary) -> Layers:
        """The same, looked at anew whatever its age: for a thread that does so before an answer has to.

        Raises:
            StoreError: from the store; nothing that is known is lost by it.
        """
        return self._layers(types, boundary, 0.0)

    def _layers(self, types: tuple[str, ...], boundary: Boundary, max_age: float) -> Layers:
        computed_at = self._batch_computed_at(boundary, max_age)
        return replace(self._speed_layers(types, boundary, max_age), batch_computed_at=computed_at, runs=self._runs)

    def _speed_layers(self, types: tuple[str, ...], boundary: Boundary, max_age: float) -> Layers:
        return Layers(
            speed={data_type: self._speed_layer(data_type, boundary, max_age) for data_type in types},
            hours_as_text=any(state.has_text for state in list(self._speed.values())),
        )

    def batch_loaded(self, document: Document | None) -> None:
        """Tells which batch document is the newest of those that somebody has just read, to start from."""
        value = None if document is None else read_date(document, "computed_at")
        if document is None or value is None:
            return
        with self._batch_lock:
            if self._batch.value is None or value > self._batch.value:
                self._set_batch(Newest(value, document["_id"], document["computed_at"]))

    def _batch_computed_at(self, boundary: Boundary, max_age: float) -> datetime | None:
        if self._take(self._batch_lock, self._batch_read_at, max_age):
            try:
                if self._monotonic() - self._batch_read_at > max_age:
                    names = [name for view_type in VIEWS for name in self._aliases.names_of_view(view_type)]
                    choices = [{"view_type": name} for name in names]
                    self._runs = self._published().mark
                    self._set_batch(newest(self._store, BATCH, choices, "computed_at", self._batch, boundary.now))
                    self._batch_read_at = self._monotonic()
            finally:
                self._batch_lock.release()
        return self._batch.value

    def _set_batch(self, found: Newest) -> None:
        if found.value != self._batch.value:
            self._batch_moves += 1
        self._batch = found

    def _speed_layer(self, data_type: str, boundary: Boundary, max_age: float) -> SpeedLayer:
        with self._lock:
            state = self._speed.setdefault(data_type, _TypeState())
        if self._take(state.lock, state.read_at, max_age):
            try:
                if self._monotonic() - state.read_at > max_age:
                    self._refresh(data_type, state, boundary)
                    state.layer = SpeedLayer(frozenset(state.witnesses), state.newest.value)
                    state.read_at = self._monotonic()
            finally:
                state.lock.release()
        return state.layer

    def _take(self, lock: threading.Lock, read_at: float, max_age: float) -> bool:
        """Takes a lock where another look is due; waits for it only when what is known is too old."""
        age = self._monotonic() - read_at
        if age <= max_age:
            return False
        if age <= TOO_OLD and max_age >= MAX_AGE:
            return lock.acquire(blocking=False)
        if not lock.acquire(timeout=patience()):
            raise StoreUnavailable("the state of the layers is still being read")
        return True

    def _refresh(self, data_type: str, state: _TypeState, boundary: Boundary) -> None:
        self._verify(state)
        thorough = self._monotonic() - state.thorough_at > THOROUGH_AGE
        every = self._aliases.speed_type_keys
        keys = every if thorough else tuple(k for k in every if k == every[0] or k in state.keys_in_use)
        choices = [{key: data_type} for key in keys]
        state.newest = newest(self._store, SPEED, choices, "synced_at", state.newest, boundary.now)
        if thorough:
            texts = ({**wanted, "hour": ANY_TEXT} for wanted in choices)
            state.has_text = any(self._store.find(Find(SPEED, wanted, only=("hour",), limit=1)) for wanted in texts)
            state.thorough_at = self._monotonic()
        usable = closed_hours(boundary.speed_from, boundary.open_hour + HOUR, None)
        for forgotten in (state.witnesses.keys() | state.probed) - set(usable):
            state.witnesses.pop(forgotten, None)
            state.probed.discard(forgotten)
        for hour in self._worth_probing(data_type, state, usable, keys):
            witness = self._any_document(data_type, state, hour, hour + HOUR, keys)
            state.probed.add(hour)
            if witness is not None:
                state.witnesses[hour] = witness["_id"]

    def _verify(self, state: _TypeState) -> None:
        """Drops the hours whose witness is gone."""
        if not state.witnesses:
            return
        ids = list(state.witnesses.values())
        found = self._store.find(Find(SPEED, {"_id": {"$in": ids}}, only=("hour",)))
        still = {document["_id"]: _hour_of(document) for document in found}
        lost = [hour for hour, witness in state.witnesses.items() if still.get(witness) != hour]
        for hour in lost:
            del state.witnesses[hour]
            state.probed.discard(hour)

    def _worth_probing(
        self, data_type: str, state: _TypeState, usable: list[datetime], keys: Sequence[str]
    ) -> list[datetime]:
        """Hours without a witness that were never looked at, or lie in a gap that has something in it now."""
        unknown = [hour for hour in usable if hour not in state.witnesses]
        result = [hour for hour in unknown if hour not in state.probed]
        for start, end in as_intervals(hour for hour in unknown if hour in state.probed):
            if start is not None and self._any_document(data_type, state, start, end, keys) is not None:
                result += closed_hours(start, end, None)
        return result

    def _any_document(
        self, data_type: str, state: _TypeState, start: datetime, end: datetime, keys: Sequence[str]
    ) -> Document | None:
        spans: list[dict[str, Any]] = [{"$gte": start, "$lt": end}]
        if state.has_text:
            spans += text_spans(start, end)
        for key in keys:
            for span in spans:
                exact = span is spans[0] or end - start == HOUR
                found = self._store.find(
                    Find(SPEED, {key: data_type, "hour": span}, only=("hour",), limit=_TRIED if exact else 0)
                )
                for document in found:
                    hour = _hour_of(document)
                    if hour is not None and start <= hour < end:
                        state.keys_in_use.add(key)
                        return document
        return None


def without(layers: Layers, lost: Collection[str]) -> Layers:
    """The layers as they are for an answer that has to do without some collections (F5)."""
    away = frozenset(LAYER_OF[collection] for collection in lost)
    return replace(layers, away=away, speed={} if SPEED in lost else layers.speed)


def _hour_of(document: Document) -> datetime | None:
    value = read_date(document, "hour")
    return value if value is not None and value == floor_hour(value) else None
