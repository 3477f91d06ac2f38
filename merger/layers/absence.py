"""What it means that the published batch runs do not name something: proof, an assumption, or nothing.

The record of a run may state how many documents of each view type it wrote: ``documents: {"sentiment": 9000}``. If they
are all there, a movie or a day that the run does not name had no events in what it covers. Requirements M8 and M12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.contract.payloads import VIEWS
from merger.contract.values import BatchDocument
from merger.core.boundary import Boundary, Strategy
from merger.core.evidence import Absence
from merger.core.stamps import ANY_FORM
from merger.errors import StoreError
from merger.layers.publication import RUN_KEY, Publication
from merger.stores.store import Find, Store

COUNT_INTERVAL: Final = 60.0
"""Seconds after which the documents of runs are counted again, though nothing seems to have changed."""


RETRY_INTERVAL: Final = 10.0
"""Seconds after which they are counted again where counting failed: a server that is busy must not get busier."""


_MOST_RUNS: Final = 3
"""Newest runs to look at: an older one that is whole proves something where a newer one is not."""


class RunEvidence:
    """Counts the documents of published runs now and then, and keeps what they show.

    Args:
        store: holds the batch documents; reads published runs only.
        contract: knows the spellings of view types.
        monotonic: clock in seconds.

    Attributes:
        absence: by view type.
    """

    def __init__(self, store: Store, contract: Contract, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._contract = contract
        self._monotonic = monotonic
        self._basis: tuple[str, Any] | None = None
        self._counted_at = float("-inf")
        self._newest_stamp: datetime | None = None
        self.absence: Mapping[str, Absence] = {}

    def refresh(self, publication: Publication, newest: datetime | None, boundary: Boundary) -> None:
        """Counts again if other runs are published, the newest document is another one, or the last count is old.

        Where counting fails, nothing is shown until it succeeds.
        """
        basis = publication.mark, newest
        pause = RETRY_INTERVAL if self._basis is None else COUNT_INTERVAL
        if self._basis in (None, basis) and self._monotonic() - self._counted_at <= pause:
            return
        self._basis, self._counted_at, self._newest_stamp = basis, self._monotonic(), newest
        self.absence = {}
        judge = self._absence_of if publication.is_in_use else self._unrecorded
        # With the fixed strategy it is not known which runs may answer.
        if boundary.policy.strategy is Strategy.WATERMARK:
            try:
                # One after another: some servers find the newest of a type by reading all of it.
                self.absence = {view_type: judge(view_type, publication, boundary) for view_type in VIEWS}
            except StoreError:
                self._basis = None

    def _absence_of(self, view_type: str, publication: Publication, boundary: Boundary) -> Absence:
        ends = {run_id: self._end_of(view_type, run_id, end) for run_id, end in publication.published.items()}
        runs = [(boundary.watermark(end), run_id) for run_id, end in ends.items() if end is not None]
        assumed_until, is_broken = None, False
        for end, run_id in sorted(runs, key=lambda run: run[0], reverse=True)[:_MOST_RUNS]:
            stated = publication.written.get(run_id)
            if stated is None:
                assumed_until = assumed_until or end
            elif view_type in stated:
                if self._count(view_type, run_id) >= stated[view_type]:
                    return Absence(end, assumed_until, is_broken=is_broken)
                is_broken = True
        return Absence(None, assumed_until, is_broken=is_broken)

    def _unrecorded(self, view_type: str, publication: Publication, boundary: Boundary) -> Absence:
        """Without records: the coverage of the newest document."""
        for document in self._newest(view_type, {}):
            if publication.is_visible(document.run_id) and boundary.uses_batch(document.computed_at):
                return Absence(unrecorded_until=boundary.watermark(document.covers_until))
        return Absence()

    def _end_of(self, view_type: str, run_id: Any, stated: datetime | None) -> datetime | None:
        """Event time up to which a run covers: as its record states, else as its newest document does."""
        if stated is not None:
            return stated
        found = self._newest(view_type, {RUN_KEY: run_id})
        return next((document.covers_until for document in found if document.is_coverage_stated), None)

    def _newest(self, view_type: str, wanted: Mapping[str, Any]) -> Iterator[BatchDocument]:
        """Yields the newest readable document of each spelling of a view type and each form of stamps."""
        for name in self._contract.aliases.names_of_view(view_type):
            # A job often gives all documents of a run one stamp. Where it does not, some servers read the whole type.
            for moments in (*filter(None, [self._newest_stamp]), *ANY_FORM):
                within = {"view_type": name, **wanted, "computed_at": moments}
                newest_by = None if moments is self._newest_stamp else "computed_at"
                found = self._store.find(Find(BATCH, within, newest_by=newest_by, limit=1))
                yield from self._contract.read(batch=found).batch

    def _count(self, view_type: str, run_id: Any) -> int:
        spellings = self._contract.aliases.names_of_view(view_type)
        return sum(self._store.count(BATCH, {"view_type": name, RUN_KEY: run_id}) for name in spellings)
