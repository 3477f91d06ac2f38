"""Publishes batch runs, rolls them back, and deletes documents that newer runs have replaced. For commands and staff.

Publishing is one write of one record, so it is atomic; every process sees it within two seconds. Requirement M12.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from pymongo import DESCENDING
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.documents import BatchDocument, Contract
from merger.contract.fields import readable
from merger.contract.identity import Identity, identity_of, recency_of
from merger.contract.payloads import VIEWS
from merger.contract.stamps import moment
from merger.core.boundary import Boundary
from merger.core.stamps import ANY_FORM
from merger.core.windows import EPOCH
from merger.errors import MergerError
from merger.layers.publication import ADOPTED, PUBLISHED, ROLLED_BACK, RUN_KEY, RUNS, Publication
from merger.stores.mongo.batches import batched
from merger.stores.mongo.errors import mapping_errors

BATCH_SIZE: Final = 500
"""Documents to check, and to delete, at a time."""


MIN_SHARE: Final = 0.5
"""Share of the previous run's documents of a view type that a run must have to be published without force."""


class NotPublishable(MergerError):
    """The request would leave readers with too little, or makes no sense."""


@dataclass(frozen=True, slots=True)
class BatchRun:
    """One batch run.

    Attributes:
        run_id: the stored id.
        status: its record's; ``None`` without one.
        is_visible: whether readers see it.
        covers_until: what its record states, aware UTC.
        published_at: aware UTC.
        computed_at: its newest document's, aware UTC.
        documents: their number by view type.
    """

    run_id: Any
    status: str | None
    is_visible: bool
    covers_until: datetime | None = None
    published_at: datetime | None = None
    computed_at: datetime | None = None
    documents: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """The number of all its documents."""
        return sum(self.documents.values())


class RunPublisher:
    """Publishes, rolls back and prunes the runs of one database.

    Args:
        database: holds ``batch_views`` and ``batch_runs``.
        contract: reads the documents.
        boundary: the boundary at the current time.
    """

    def __init__(
        self, database: Database[dict[str, Any]], contract: Contract, boundary: Callable[[], Boundary]
    ) -> None:
        self._batch, self._records = database[BATCH], database[RUNS]
        self._contract = contract
        self._boundary = boundary

    def runs(self) -> list[BatchRun]:
        """Lists every run that has a record or documents, newest first.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            records = list(self._records.find())
            publication = Publication.of(records)
            by_id = {record[RUN_KEY]: record for record in records if record.get(RUN_KEY) not in (None, "")}
            counts: dict[Any, Counter[str]] = {run_id: Counter() for run_id in by_id}
            for view_type, spelling in self._types():
                for run_id in self._batch.distinct(RUN_KEY, {"view_type": spelling}):
                    if run_id not in (None, ""):
                        number = self._batch.count_documents({"view_type": spelling, RUN_KEY: run_id})
                        counts.setdefault(run_id, Counter())[view_type] += number
            runs = []
            for run_id, documents in counts.items():
                record, is_visible = by_id.get(run_id, {}), publication.is_visible(run_id)
                covers_until = readable(record.get("covers_until"), moment)
                published_at = readable(record.get("published_at"), moment)
                stamps = covers_until, published_at, self._computed_at(run_id, documents)
                # A plain dict: to Django's templates, "items" of a Counter is one more count.
                runs.append(BatchRun(run_id, _text(record.get("status")), is_visible, *stamps, dict(documents)))
        return sorted(runs, key=lambda run: run.computed_at or run.published_at or EPOCH, reverse=True)

    def publish(self, run_id: str, covers_until: datetime | None = None, *, force: bool = False) -> BatchRun:
        """Makes a run visible.

        Args:
            run_id: the run's id as text.
            covers_until: event time up to which its input was complete, aware UTC; ``None``: as its documents state.
            force: publish even if it has far fewer documents than the previous run.

        Raises:
            NotPublishable: it has no documents, or far fewer than the previous run; nothing has changed.
            StoreError: from the store.
        """
        runs = self.runs()
        run = _find_run(run_id, runs)
        if not run.total:
            raise NotPublishable(f"run {run_id!r} has no documents in {BATCH}")
        before = next((each for each in runs if each.is_visible and each is not run and each.total), None)
        shortfalls = [] if before is None else _list_shortfalls(run, before)
        if before is not None and shortfalls and not force:
            raise NotPublishable(f"run {run_id!r} looks incomplete beside {before.run_id!r}: {', '.join(shortfalls)}")
        with mapping_errors():
            self._adopt([each.run_id for each in runs if each is not run and each.status is None])
            content = {"status": PUBLISHED, "published_at": self._boundary().now, "documents": dict(run.documents)}
            self._record(run.run_id, content if covers_until is None else {**content, "covers_until": covers_until})
        return _find_run(run_id, self.runs())

    def roll_back(self, run_id: str | None = None, *, force: bool = False) -> BatchRun:
        """Hides a published run again; its documents stay.

        Args:
            run_id: the run's id as text; ``None``: the newest published run.
            force: hide it even if readers would be left without documents.

        Raises:
            NotPublishable: there is no such published run, or nothing would be left.
            StoreError: from the store.
        """
        runs = self.runs()
        published = [run for run in runs if run.status == PUBLISHED]
        if run_id is None and not published:
            raise NotPublishable("no run is published")
        run = published[0] if run_id is None else _find_run(run_id, runs)
        if run.status != PUBLISHED:
            raise NotPublishable(f"run {run_id!r} is not published")
        if not force and not any(each.is_visible and each.total for each in runs if each is not run):
            raise NotPublishable(f"without run {run.run_id!r} readers would see no batch documents of any run")
        with mapping_errors():
            self._record(run.run_id, {"status": ROLLED_BACK})
        return _find_run(str(run.run_id), self.runs())

    def prune(self, keep: int, *, dry_run: bool = False) -> Iterator[tuple[BatchRun, int]]:
        """Deletes documents that a newer visible run has replaced, except those of the newest visible runs.

        Args:
            keep: number of newest runs to leave untouched.
            dry_run: count without deleting.

        Yields:
            Each run checked, and the number of its documents deleted.

        Raises:
            StoreError: from the store; documents deleted before stay deleted.
        """
        visible = [run for run in self.runs() if run.is_visible and run.total]
        for place, run in enumerate(visible[keep:], keep):
            newer = [each.run_id for each in visible[:place]]
            yield run, sum(self._delete_replaced(run, newer, dry_run=dry_run))

    def _delete_replaced(self, run: BatchRun, newer: Sequence[Any], *, dry_run: bool) -> Iterator[int]:
        for view_type, spelling in self._types():
            with mapping_errors():
                for documents in self._documents({"view_type": spelling, RUN_KEY: run.run_id}):
                    ids = list(self._find_superseded(view_type, documents, newer))
                    if ids and not dry_run:
                        self._batch.delete_many({"_id": {"$in": ids}})
                    yield len(ids)

    def _find_superseded(
        self, view_type: str, documents: Mapping[Any, BatchDocument], newer: Sequence[Any]
    ) -> Iterator[Any]:
        """Yields the ids of those documents that one of the newer runs has replaced."""
        spellings = {"$in": list(self._contract.aliases.names_of_view(view_type))}
        movies = sorted({document.movie_id for document in documents.values() if document.movie_id is not None})
        wanted: dict[str, Any] = {"view_type": spellings, RUN_KEY: {"$in": list(newer)}}
        newest: dict[Identity, Any] = {}
        boundary = self._boundary()
        if len(movies) == len(documents) and view_type in ("movie_details", "sentiment"):
            wanted["movie_id"] = {"$in": movies}  # all of them can be found by movie
        for found in self._documents(wanted):
            for rival in found.values():
                # A document that may not be used yet replaces nothing.
                if boundary.uses_batch(rival.computed_at):
                    identity, recency = identity_of(rival), recency_of(rival)
                    newest[identity] = max(newest.get(identity, recency), recency)
        for raw_id, document in documents.items():
            rival_age = newest.get(identity_of(document))
            if rival_age is not None and rival_age > recency_of(document):
                yield raw_id

    def _documents(self, wanted: Mapping[str, Any]) -> Iterator[Mapping[Any, BatchDocument]]:
        """Reads readable documents by id, in batches."""
        for raw_batch in batched(self._batch.find(wanted, batch_size=BATCH_SIZE), BATCH_SIZE):
            read = ((raw["_id"], self._contract.read(batch=[raw]).batch) for raw in raw_batch)
            found = {raw_id: document for raw_id, documents in read for document in documents}
            if found:
                yield found

    def _types(self) -> Iterator[tuple[str, str]]:
        """Pairs of each view type with each of its spellings."""
        for view_type in VIEWS:
            for spelling in self._contract.aliases.names_of_view(view_type):
                yield view_type, spelling

    def _computed_at(self, run_id: Any, documents: Mapping[str, int]) -> datetime | None:
        dates = []
        for view_type, spelling in self._types():
            if documents.get(view_type):
                for span in ANY_FORM:
                    wanted = {"view_type": spelling, RUN_KEY: run_id, "computed_at": span}
                    newest = self._batch.find_one(wanted, {"computed_at": 1}, sort=[("computed_at", DESCENDING)])
                    dates.append(readable((newest or {}).get("computed_at"), moment))
        return max((date for date in dates if date is not None), default=None)

    def _adopt(self, run_ids: Sequence[Any]) -> None:
        """Before the first run is published, records the runs without a record in one write, so they stay visible."""
        if run_ids and self._records.find_one({"status": {"$in": [PUBLISHED, ADOPTED]}}) is None:
            content = {"status": ADOPTED, "runs": list(run_ids), "updated_at": self._boundary().now}
            self._records.update_one({"_id": ADOPTED}, {"$set": content}, upsert=True)

    def _record(self, run_id: Any, content: Mapping[str, Any]) -> None:
        stamped = {**content, "updated_at": self._boundary().now}
        self._records.update_one({RUN_KEY: run_id}, {"$set": stamped}, upsert=True)


def _find_run(run_id: str, runs: Sequence[BatchRun]) -> BatchRun:
    for run in runs:
        if str(run.run_id) == run_id:
            return run
    known = ", ".join(repr(str(run.run_id)) for run in runs[:5]) or "none"
    raise NotPublishable(f"there is no run {run_id!r}; the newest are: {known}")


def _list_shortfalls(run: BatchRun, before: BatchRun) -> list[str]:
    return [
        f"{run.documents.get(view_type, 0):,} {view_type} after {number:,}"
        for view_type, number in before.documents.items()
        if run.documents.get(view_type, 0) < MIN_SHARE * number
    ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
