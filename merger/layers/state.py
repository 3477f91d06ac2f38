"""The state of both layers, kept current with a few cheap reads.

It holds, for each speed data type, the hours that are held or pass for held, and the newest sync; for the batch layer,
the newest ``computed_at``. Reading these for each answer would read whole collections, so each fact is kept with a
*witness*: the id of one document that proves it. Requirements M8, F3 and F4.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.contract.documents import Contract
from merger.contract.payloads import SPEED_TYPES, VIEWS
from merger.core.boundary import Boundary, Layers, SpeedLayer
from merger.core.stamps import StampForm
from merger.deadline import lock_timeout
from merger.errors import StoreError, StoreUnavailable
from merger.layers.absence import RunEvidence
from merger.layers.newest import Newest, NewestSearch, finds_text_ids
from merger.layers.publication import Publication
from merger.layers.silence import Silence
from merger.layers.type_forms import FORMS_INTERVAL, NEVER
from merger.layers.type_state import THOROUGH_INTERVAL, TypeState
from merger.stores.side_by_side import map_side_by_side
from merger.stores.store import Document, Store

MAX_AGE = 2.0
"""Seconds for which a layer's state may be used without a refresh."""


WAIT_AGE = 5.0
"""Beyond this age in seconds a request waits for a refresh in progress instead of using the known state."""


_THREADS = len(SPEED_TYPES) + len(VIEWS)
"""Threads that refresh: one for each speed type, and one for each view type's newest document."""


EVIDENCE_AGE = 30.0
"""Seconds for which the state of a data type may be used to judge the silence of another one."""


class LayerState:
    """Holds the state of both layers and refreshes it on demand.

    Args:
        store: holds both collections; reads published batch runs only.
        contract: reads the documents.
        monotonic: a monotonic clock, in seconds.
        published: reads which batch runs are published.
    """

    def __init__(
        self,
        store: Store,
        contract: Contract,
        monotonic: Callable[[], float],
        published: Callable[[], Publication] = Publication,
    ) -> None:
        self._store = store
        self._contract = contract
        self._monotonic = monotonic
        self._speed: dict[str, TypeState] = {}
        self._judged: dict[str, tuple[tuple[float, ...], SpeedLayer]] = {}
        self._published = published
        self._batch, self._runs = Newest(), ""
        self._evidence = RunEvidence(store, contract, monotonic)
        self._has_background = self._finds_forms_apart = False
        self._batch_forms: frozenset[StampForm] = frozenset()
        self._has_text_ids = False
        self._batch_read_at = self._batch_forms_at = NEVER
        self._batch_lock = threading.Lock()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="layers")

    @property
    def batch_seen(self) -> datetime | None:
        """The newest ``computed_at`` of the batch layer at the last refresh."""
        return self._batch.value

    @property
    def runs_seen(self) -> str:
        """The mark of the runs that were published at the last refresh."""
        return self._runs

    def layers(self, types: tuple[str, ...], boundary: Boundary, *, max_age: float = MAX_AGE) -> Layers:
        """The state of the batch layer, and of the speed layer for some data types.

        It is refreshed when it is older than ``max_age`` seconds; 0: whatever its age, for the background thread.
        While another thread refreshes it, or a background thread does so again and again, it may be as old as
        ``WAIT_AGE``, unless ``max_age`` is 0.

        Raises:
            StoreError: from the store; the known state is kept.
        """
        if max_age == 0.0:
            self._refresh_side_by_side(types, boundary)
            max_age = EVIDENCE_AGE
        computed_at = self._batch_computed_at(boundary, max_age)
        return self._with_batch(self._speed_layers(types, boundary, max_age), computed_at)

    def _refresh_side_by_side(self, types: tuple[str, ...], boundary: Boundary) -> None:
        """Refreshes the batch layer and each type in a thread of its own: a slow store takes long for each find."""
        self._has_background = True
        speed = map_side_by_side(self._threads, lambda each: self._type_state(each, boundary, 0.0), types)
        try:
            self._batch_computed_at(boundary, 0.0)
        finally:
            for _ in speed:
                pass  # it raises where a refresh failed

    def known_since(self, types: tuple[str, ...]) -> float:
        """When the state that is known now was read, the oldest part of it; seconds of the monotonic clock."""
        states = [self._speed.get(data_type) for data_type in types]
        return min([self._batch_read_at, *(NEVER if state is None else state.read_at for state in states)])

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
        layers = self._with_batch(Layers(), computed_at)
        try:
            layers = self._with_batch(self._speed_layers(types, boundary, MAX_AGE), computed_at)
        except StoreError as error:
            errors[SPEED] = error
        return without_layers(layers, errors), errors

    def _with_batch(self, speed: Layers, computed_at: datetime | None) -> Layers:
        text_ids = speed.text_ids | ({LAYER_OF[BATCH]} if self._has_text_ids else set())
        absence = self._evidence.absence
        return replace(speed, batch_computed_at=computed_at, runs=self._runs, text_ids=text_ids, absence=absence)

    def _speed_layers(self, types: tuple[str, ...], boundary: Boundary, max_age: float) -> Layers:
        states = {data_type: self._type_state(data_type, boundary, max_age) for data_type in types}
        if any(state.has_doubts for state in states.values()):
            # Only then it matters what the other types prove.
            for data_type in SPEED_TYPES:
                self._type_state(data_type, boundary, max(max_age, EVIDENCE_AGE))
        for data_type in SPEED_TYPES if types else ():
            # A movie's reads find all its types.
            self._known_state(data_type).forms.find(self._forms_age(max_age))
        every = list(self._speed.values())
        return Layers(
            speed={data_type: self._judge(state, boundary) for data_type, state in states.items()},
            hour_forms=frozenset().union(*(state.forms.of_hours for state in every)),
            sync_forms=frozenset().union(*(state.forms.of_stamps for state in every)),
            spellings={each.data_type: foreign for each in every if (foreign := each.forms.foreign_spellings)},
            text_ids=frozenset({LAYER_OF[SPEED]} if any(state.forms.has_text_ids for state in every) else ()),
        )

    def _judge(self, state: TypeState, boundary: Boundary) -> SpeedLayer:
        """The layer as it was judged after the last refresh of any type."""
        every = list(self._speed.values())
        basis = tuple(each.read_at for each in every)
        known = self._judged.get(state.data_type)
        if known is not None and known[0] == basis:
            return known[1]
        others = [other.seen for other in every if other is not state]
        layer = Silence(boundary, state.seen, others, state.count_before).judge()
        self._judged[state.data_type] = (basis, layer)
        return layer

    def note_newest_batch(self, newest: Newest, runs: str) -> None:
        """Notes the newest batch document that the catalogue has just read, as a starting point.

        Args:
            newest: the document.
            runs: mark of the publication that it was read in. After a rollback that one may hold newer documents than
                readers see.
        """
        if newest.value is None:
            return
        with self._batch_lock:
            is_of_now = self._batch_read_at == NEVER or runs == self._runs
            if is_of_now and (self._batch.value is None or newest.value > self._batch.value):
                self._batch = newest

    def _batch_computed_at(self, boundary: Boundary, max_age: float) -> datetime | None:
        if self._acquire(self._batch_lock, self._batch_read_at, max_age):
            try:
                began = self._monotonic()
                if began - self._batch_read_at > max_age:
                    publication = self._published()
                    self._runs = publication.mark
                    self._refresh_batch(boundary.now)
                    if max_age == 0.0 or not self._has_background:
                        self._evidence.refresh(publication, self._batch.value, boundary)
                    self._batch_read_at = began
            finally:
                self._batch_lock.release()
        return self._batch.value

    def find_forms(self) -> None:
        """Finds the forms besides dates in which both layers store moments, once per ``FORMS_INTERVAL`` at most.

        That takes many finds. From the first call on ``layers`` leaves them to this, so that no answer waits for them:
        a thread of its own calls it again and again.

        Raises:
            StoreError: from the store; what is known so far is kept.
        """
        self._finds_forms_apart = True
        for data_type in SPEED_TYPES:
            self._known_state(data_type).forms.find(FORMS_INTERVAL)
        if self._monotonic() - self._batch_forms_at > THOROUGH_INTERVAL:
            self._find_batch_forms()

    def _forms_age(self, max_age: float) -> float:
        """The most seconds since forms were found for which a refresh uses them."""
        if self._finds_forms_apart:
            return float("inf")
        return FORMS_INTERVAL if max_age == 0.0 else THOROUGH_INTERVAL

    def _refresh_batch(self, now: datetime) -> None:
        age = self._monotonic() - self._batch_forms_at
        if self._batch_forms_at == NEVER or age > self._forms_age(MAX_AGE):
            self._find_batch_forms()
        self._batch = self._batch_search().find_newest(self._batch_choices(), self._batch, now, self._batch_forms)

    def _find_batch_forms(self) -> None:
        began = self._monotonic()
        self._batch_forms = self._batch_search().find_forms(self._batch_choices())
        self._has_text_ids = finds_text_ids(self._store, BATCH)
        self._batch_forms_at = began

    def _batch_search(self) -> NewestSearch:
        return NewestSearch(self._store, BATCH, "computed_at", self._is_readable_batch, self._threads)

    def _batch_choices(self) -> list[dict[str, str]]:
        names_of = self._contract.aliases.names_of_view
        return [{"view_type": name} for view_type in VIEWS for name in names_of(view_type)]

    def _is_readable_batch(self, document: Document) -> bool:
        return bool(self._contract.read(batch=[document]).batch)

    def _known_state(self, data_type: str) -> TypeState:
        with self._lock:
            state = self._speed.get(data_type)
            if state is None:
                state = self._speed[data_type] = TypeState(self._store, self._contract, data_type, self._monotonic)
        return state

    def _type_state(self, data_type: str, boundary: Boundary, max_age: float) -> TypeState:
        state = self._known_state(data_type)
        if self._acquire(state.lock, state.read_at, max_age):
            try:
                if self._monotonic() - state.read_at > max_age:
                    state.refresh(boundary, forms_age=self._forms_age(max_age))
            finally:
                state.lock.release()
        return state

    def _acquire(self, lock: threading.Lock, read_at: float, max_age: float) -> bool:
        """Acquires the lock if a refresh is due; waits for it only if the known state is too old."""
        age = self._monotonic() - read_at
        if age <= max_age:
            return False
        if age <= WAIT_AGE and max_age >= MAX_AGE:
            # The background thread is about to do it, or at it; a request would only hold it up.
            return not self._has_background and lock.acquire(blocking=False)
        if not lock.acquire(timeout=lock_timeout()):
            raise StoreUnavailable("the state of the layers is still being read")
        return True


def without_layers(layers: Layers, away: Collection[str]) -> Layers:
    """The state of the layers for an answer that has to do without some collections."""
    names = frozenset(LAYER_OF[collection] for collection in away)
    # Documents that were not read show nothing by what they do not name.
    absence = {} if BATCH in away else layers.absence
    return replace(layers, away=names, speed={} if SPEED in away else layers.speed, absence=absence)
