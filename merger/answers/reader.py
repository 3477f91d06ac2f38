"""Reads what one answer is made of: all of it, or, where one layer fails, what the other one holds (F5).

Of a layer that fails anywhere on the way nothing is used in this answer: half of its documents would pass for all of
them. The merge then reports what only that layer could have told as missing, since ``Layers.away`` and the empty
coverage say so.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import CatalogueLoader
from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.errors import StoreError
from merger.layers.state import LayerState, without
from merger.request_context import TimedStep, asking
from merger.speed.shared_hours import SpeedHours
from merger.speed.tables import SharedHours
from merger.stores.bulkhead import Bulkhead
from merger.stores.store import Document, Find, Store
from merger.views.plans import Plan, PlanContext, View
from merger.views.reading import NO_CATALOGUE, ViewInputs


@dataclass(slots=True)
class FailedReads:
    """Collections that failed while one answer was made, each with its first error."""

    errors: dict[str, StoreError] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.errors)

    def __contains__(self, collection: str) -> bool:
        return collection in self.errors

    def note(self, collection: str, error: StoreError) -> None:
        """Adds one, unless it failed before."""
        self.errors.setdefault(collection, error)

    @property
    def first(self) -> StoreError:
        """The error to tell who gets no answer."""
        return next(iter(self.errors.values()))


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one answer is made of, and how good that is.

    Args:
        reading: for the view's ``build``.
        lost: what failed.
        is_current: nothing failed, and the copy of the catalogue in it knows all that is known of the batch layer.
    """

    reading: ViewInputs
    lost: FailedReads
    is_current: bool


@dataclass(frozen=True, slots=True)
class Planned:
    """What would be read for an answer.

    Args:
        layers: as they are now.
        plan: from them.
        found: of each of the plan's reads, what the server says of it, or why it says nothing.
        catalogue_as_of: the batch run that the copy of the catalogue at hand is from, where the plan needs it.
    """

    layers: Layers
    plan: Plan
    found: Sequence[Mapping[str, Any] | StoreError]
    catalogue_as_of: datetime | None


class Reader:
    """Reads for answers.

    Args:
        store: both collections.
        contract: how stored documents are read.
        watch, hours, reference: what is kept for all answers.
        places: for those who read at the same time.
        one_publication: all that is read within sees the same batch runs (M12).
    """

    def __init__(
        self,
        *,
        store: Store,
        contract: Contract,
        watch: LayerState,
        hours: SpeedHours,
        reference: CatalogueLoader,
        places: Bulkhead,
        one_publication: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        self._store = store
        self._contract = contract
        self._watch = watch
        self._hours = hours
        self._reference = reference
        self._places = places
        self._one_publication = one_publication
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="reads")

    def read(self, view: View[Any], params: object, boundary: Boundary, told: str) -> ReadResult:
        """What an answer of a view is made of.

        Args:
            view: whose answer it is.
            params: its parameters.
            boundary: of this answer.
            told: generation of the batch layer's data, as for ``CatalogueLoader.current``.

        Raises:
            StoreError: so much failed that there is no answer.
        """
        with self._places.place():
            layers, errors, plan = self._planned(view, params, boundary)
            lost = FailedReads(errors)
            self._check(view, plan, lost)
            _note(plan)
            with nullcontext() if BATCH in lost else self._one_publication():
                found = self._found(plan, lost)
            hours = self._shared_hours(plan, boundary, layers, lost)
        reference = self._catalogue(boundary, told, lost) if plan.reference else None
        self._check(view, plan, lost)
        reading = ViewInputs(
            boundary=boundary,
            layers=without(layers, lost.errors),
            documents=self._contract.read(
                batch=_of(BATCH, found, lost),
                speed=self._contract.speed_of_types(_of(SPEED, found, lost), plan.speed_types),
            ),
            hours=SharedHours() if SPEED in lost else hours,
            reference=reference or NO_CATALOGUE,
        )
        return ReadResult(reading, lost, not lost and (reference is None or _is_current(reference, layers, told)))

    def explain(self, view: View[Any], params: object, boundary: Boundary) -> Planned:
        """What would be read for an answer, and how the store reads it. Nothing is kept of it.

        Raises:
            StoreUnavailable: too many questions are waiting for the store.
        """
        with self._places.place():
            layers, errors, plan = self._planned(view, params, boundary)
            found = [self._explained(read) for read in plan.reads]
        catalogue = self._reference.at_hand if plan.reference else None
        return Planned(without(layers, errors), plan, found, catalogue.as_of_run if catalogue else None)

    def _explained(self, read: Find) -> Mapping[str, Any] | StoreError:
        try:
            return self._store.explain(read)
        except StoreError as error:
            return error

    def _planned(
        self, view: View[Any], params: object, boundary: Boundary
    ) -> tuple[Layers, dict[str, StoreError], Plan]:
        with TimedStep("layers"):
            layers, errors = self._watch.at_best(view.coverage, boundary)
        with TimedStep("plan"):
            return layers, errors, view.plan(PlanContext(params, boundary, layers, self._contract.aliases))

    def _check(self, view: View[Any], plan: Plan, lost: FailedReads) -> None:
        """Raises where nothing is left to answer with."""
        if BATCH in lost and SPEED in lost:
            raise lost.first
        for collection in view.rests_on:
            # What rests on the catalogue alone does with the copy that is at hand.
            if collection in lost and (plan.reads or plan.hours or self._reference.at_hand is None):
                raise lost.first

    def _found(self, plan: Plan, lost: FailedReads) -> list[tuple[str, list[Document]]]:
        """What the plan's own reads give, each with its collection; they run beside each other."""
        reads = [read for read in plan.reads if read.collection not in lost]
        later = [self._beside(read) for read in reads[1:]]
        waits: list[Callable[[], list[Document]]] = [future.result for future in later]
        if reads:
            waits.insert(0, lambda: self._find(reads[0]))
        found: list[tuple[str, list[Document]]] = []
        for read, wait in zip(reads, waits, strict=True):
            try:
                found.append((read.collection, wait()))
            except StoreError as error:
                lost.note(read.collection, error)
        return found

    def _shared_hours(self, plan: Plan, boundary: Boundary, layers: Layers, lost: FailedReads) -> SharedHours:
        if plan.hours is not None and SPEED not in lost:
            try:
                with TimedStep("hours of all movies"):
                    return self._hours.read(plan.hours, boundary, layers)
            except StoreError as error:
                lost.note(SPEED, error)
        return SharedHours()

    def _catalogue(self, boundary: Boundary, told: str, lost: FailedReads) -> Catalogue:
        if BATCH not in lost:
            try:
                with TimedStep("catalogue"):
                    return self._reference.current(boundary, told=told)
            except StoreError as error:
                lost.note(BATCH, error)
        return self._reference.at_hand or NO_CATALOGUE

    def _beside(self, read: Find) -> Future[list[Document]]:
        # The deadline of the request is a context variable; a thread of a pool does not inherit those.
        return self._threads.submit(contextvars.copy_context().run, self._find, read)

    def _find(self, read: Find) -> list[Document]:
        with TimedStep(f"find in {read.collection}"):
            return self._store.find(read)


def _note(plan: Plan) -> None:
    """Tells the request which layers are read for it."""
    current = asking.get()
    if current is not None:
        current.layers |= {LAYER_OF[read.collection] for read in plan.reads}
        current.layers |= {LAYER_OF[SPEED]} if plan.hours else set()


def _is_current(reference: Catalogue, layers: Layers, told: str) -> bool:
    """Whether a copy of the catalogue knows the newest run and the changes that were told of."""
    newest = layers.batch_computed_at
    if newest is not None and (reference.as_of_run is None or reference.as_of_run < newest):
        return False
    if reference.as_of_runs != layers.runs:
        return False
    return told in ("", reference.as_of_change)


def _of(wanted: str, found: list[tuple[str, list[Document]]], lost: FailedReads) -> list[Document]:
    """The documents of a collection, none where any read of it failed."""
    return [] if wanted in lost else [raw for collection, part in found if collection == wanted for raw in part]
