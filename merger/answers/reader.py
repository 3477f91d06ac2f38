"""Reads the inputs of one answer: all of them, or, where one layer fails, those of the other layer.

A layer that fails anywhere on the way is not used at all for this answer: half of its documents would pass for all of
them. The merge then reports what only that layer could have known as missing, since ``Layers.away`` and the empty
coverage say so. Requirement F5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from merger.catalogue.catalogue import Catalogue
from merger.catalogue.loader import CatalogueLoader
from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.contract.coverage import without_future
from merger.contract.documents import Contract
from merger.core.boundary import Boundary, Layers
from merger.errors import StoreError
from merger.finding.finder import Finder
from merger.layers.published_store import PublishedStore
from merger.layers.state import LayerState, without_layers
from merger.request_context import TimedStep, current_request
from merger.speed.shared_hours import SpeedHours
from merger.speed.tables import SharedHours
from merger.stores.bulkhead import Bulkhead
from merger.stores.side_by_side import start
from merger.stores.store import Document, Find
from merger.views.plans import Plan, PlanContext, View, naming_reads
from merger.views.reading import NO_CATALOGUE, ViewInputs
from search.reading import SearchIndex

FailedReads = dict[str, StoreError]
"""Collections that failed while one answer was computed, each with its first error, in the order in which they
failed."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The inputs that were read for one answer, and their quality.

    Args:
        inputs: what the view's ``build`` takes.
        failed: collections that could not be read.
        is_current: nothing failed, and every copy in it was read after the last known change of the data.
    """

    inputs: ViewInputs
    failed: FailedReads
    is_current: bool


@dataclass(frozen=True, slots=True)
class ChangedAt:
    """When the data last changed, as far as is known; seconds of the monotonic clock.

    Args:
        batch: the batch layer.
        any: either layer, apart from changes of a single movie: an answer reads that movie's documents itself.
    """

    batch: float = float("-inf")
    any: float = float("-inf")


UNCHANGED = ChangedAt()


@dataclass(frozen=True, slots=True)
class PlannedReads:
    """The reads that an answer would need.

    Args:
        layers: their present state.
        plan: made from them.
        explanations: the server's explanation of each of the plan's reads, or the error in its place.
        catalogue_as_of: batch run of the present copy of the catalogue, where the plan needs it.
    """

    layers: Layers
    plan: Plan
    explanations: Sequence[Mapping[str, Any] | StoreError]
    catalogue_as_of: datetime | None


@dataclass
class Reader:
    """Reads the inputs of answers.

    Args:
        store: both collections; the reads of an answer see the same batch runs (M12).
        contract: reads stored documents.
        layer_state, hours, loader, finder: what the process keeps for all answers.
        places: bounds for how many answers documents are read at the same time.
    """

    store: PublishedStore
    contract: Contract
    layer_state: LayerState
    hours: SpeedHours
    loader: CatalogueLoader
    finder: Finder
    places: Bulkhead
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, thread_name_prefix="reads"))

    def read(self, view: View[Any], params: object, boundary: Boundary, changed: ChangedAt = UNCHANGED) -> ReadResult:
        """Reads the inputs of one answer.

        Args:
            view: whose answer it is.
            params: its parameters.
            boundary: the answer's time boundary.
            changed: when the data last changed. Copies that the process read before do not make a current answer.

        Raises:
            StoreError: so much failed that there is no answer.
        """
        with self.places.place():
            # Asked before they are used, since another thread may replace them meanwhile.
            known_since = self.layer_state.known_since(view.coverage)
            layers, failed, plan = self._make_plan(view, params, boundary)
            self._check(view, plan, failed)
            _note_layers(plan)
            if plan.hours is not None:
                known_since = min(known_since, self.hours.known_since(plan.hours.types))
            with nullcontext() if BATCH in failed else self.store.one_publication():
                found = self._find_all(plan, failed)
            hours = self._read_hours(plan, boundary, layers, failed)
        catalogue = self._load_catalogue(boundary, changed.batch, failed) if plan.catalogue else None
        self._check(view, plan, failed)
        indexed, looked_up = (None, None) if plan.lookup is None else self._ask_index(plan.lookup)
        inputs = ViewInputs(
            boundary=boundary,
            layers=without_layers(layers, failed),
            documents=without_future(
                self.contract.read(
                    batch=_select(BATCH, found, failed),
                    speed=self.contract.speed_of_types(_select(SPEED, found, failed), plan.speed_types),
                ),
                boundary,
            ),
            hours=SharedHours() if SPEED in failed else hours,
            catalogue=catalogue or NO_CATALOGUE,
            found=looked_up,
            is_index_behind=plan.lookup is not None and indexed != (catalogue or NO_CATALOGUE).text_name,
        )
        is_current = not failed and known_since >= changed.any
        is_current &= catalogue is None or _is_current(catalogue, layers, changed.batch)
        is_current &= not inputs.is_index_behind
        return ReadResult(inputs, failed, is_current)

    def look_again(self, view: View[Any], params: object, inputs: ViewInputs) -> ViewInputs | None:
        """Reads whatever names the movie of an answer, before it is said to be unknown.

        A view reads the documents of some types alone; others, and those that can't be read, show that the movie exists
        (requirement D2).

        Returns:
            The inputs with these documents; ``None`` if there are none.

        Raises:
            StoreError: from the store.
        """
        movie_id = view.identity(params)
        if movie_id is None:
            return None
        failed: FailedReads = {}
        with self.places.place(), self.store.one_publication():
            found = self._find_all(Plan(naming_reads(movie_id, inputs.layers)), failed)
        if failed:
            raise next(iter(failed.values()))
        read = self.contract.read(batch=_select(BATCH, found, failed), speed=_select(SPEED, found, failed))
        documents = without_future(read, inputs.boundary)
        return replace(inputs, documents=documents) if documents.of_movie(movie_id).names_any else None

    def explain(self, view: View[Any], params: object, boundary: Boundary) -> PlannedReads:
        """Plans the reads of an answer, and asks the store how it would run them. Nothing is kept.

        Raises:
            StoreUnavailable: too many requests are waiting for the store.
        """
        with self.places.place():
            layers, failed, plan = self._make_plan(view, params, boundary)
            explanations = [self._explain_read(read) for read in plan.reads]
        as_of_run = (self.loader.at_hand or NO_CATALOGUE).as_of_run if plan.catalogue else None
        return PlannedReads(without_layers(layers, failed), plan, explanations, as_of_run)

    def _explain_read(self, read: Find) -> Mapping[str, Any] | StoreError:
        try:
            return self.store.explain(read)
        except StoreError as error:
            return error

    def _make_plan(self, view: View[Any], params: object, boundary: Boundary) -> tuple[Layers, FailedReads, Plan]:
        with TimedStep("layers"):
            layers, failed = self.layer_state.available_layers(view.coverage, boundary)
        with TimedStep("plan"):
            return layers, failed, view.plan(PlanContext(params, boundary, layers, self.contract.aliases))

    def _check(self, view: View[Any], plan: Plan, failed: FailedReads) -> None:
        """Raises where too much failed for an answer."""
        # The catalogue, and the index of the search, are copies that answer without the store.
        has_copy = plan.catalogue and not plan.reads and self.loader.at_hand is not None
        if BATCH in failed and SPEED in failed and not has_copy:
            raise next(iter(failed.values()))
        for collection in view.rests_on:
            # A view that rests on the catalogue alone is answered from the present copy.
            if collection in failed and (plan.reads or plan.hours or self.loader.at_hand is None):
                raise failed[collection]

    def _find_all(self, plan: Plan, failed: FailedReads) -> list[tuple[str, list[Document]]]:
        """Runs the plan's own reads side by side; returns their documents, each list with its collection."""
        reads = [read for read in plan.reads if read.collection not in failed]
        later = [start(self._threads, self._find, read) for read in reads[1:]]
        own: list[Callable[[], list[Document]]] = [partial(self._find, read) for read in reads[:1]]
        found: list[tuple[str, list[Document]]] = []
        for read, wait in zip(reads, [*own, *later], strict=True):
            try:
                found.append((read.collection, wait()))
            except StoreError as error:
                failed.setdefault(read.collection, error)
        return found

    def _read_hours(self, plan: Plan, boundary: Boundary, layers: Layers, failed: FailedReads) -> SharedHours:
        if plan.hours is not None and SPEED not in failed:
            try:
                with TimedStep("hours of all movies"):
                    return self.hours.read(plan.hours, boundary, layers)
            except StoreError as error:
                failed.setdefault(SPEED, error)
        return SharedHours()

    def _load_catalogue(self, boundary: Boundary, changed_at: float, failed: FailedReads) -> Catalogue:
        if BATCH not in failed:
            try:
                with TimedStep("catalogue"):
                    return self.loader.current(boundary, changed_at=changed_at)
            except StoreError as error:
                failed.setdefault(BATCH, error)
        return self.loader.at_hand or NO_CATALOGUE

    def _ask_index(self, lookup: Callable[[SearchIndex], object]) -> tuple[str, object]:
        with TimedStep("search"):
            return self.finder.ask(lookup)

    def _find(self, read: Find) -> list[Document]:
        with TimedStep(f"find in {read.collection}"):
            return self.store.find(read)


def _note_layers(plan: Plan) -> None:
    """Notes in the request's context which layers are read for it."""
    current = current_request.get()
    if current is not None:
        current.layers |= {LAYER_OF[read.collection] for read in plan.reads}
        current.layers |= {LAYER_OF[SPEED]} if plan.hours else set()


def _is_current(catalogue: Catalogue, layers: Layers, changed_at: float) -> bool:
    """Whether a copy of the catalogue has the newest batch run and was read after the last known change."""
    newest = layers.batch_computed_at
    if newest is not None and (catalogue.as_of_run is None or catalogue.as_of_run < newest):
        return False
    return catalogue.as_of_runs == layers.runs and catalogue.read_at >= changed_at


def _select(wanted: str, found: list[tuple[str, list[Document]]], failed: FailedReads) -> list[Document]:
    """The documents of a collection, none where any read of it failed."""
    return [] if wanted in failed else [raw for collection, part in found if collection == wanted for raw in part]
