"""Publishes batch runs, rolls them back, and deletes documents that newer runs have replaced. For commands and staff.

Publishing is one write of one record, so it is atomic; every process sees it within two seconds. Requirement M12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.errors import MergerError
from merger.layers.publication import ADOPTED, PUBLISHED, ROLLED_BACK, RUN_KEY, RUNS
from merger.runs.listing import BatchRun, RunLister
from merger.runs.replaced import ReplacedDocuments
from merger.stores.mongo.errors import mapping_errors

MIN_SHARE: Final = 0.5
"""Share of the previous run's documents of a view type that a run must have to be published without force."""


class NotPublishable(MergerError):
    """The request would leave readers with too little, or makes no sense."""


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
        self._records = database[RUNS]
        self._lister = RunLister(database, contract)
        self._replaced = ReplacedDocuments(database, contract, boundary)
        self._boundary = boundary

    def runs(self) -> list[BatchRun]:
        """Lists every run that has a record or documents, newest first.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            records = list(self._records.find())
        return self._lister.list(records)

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
            yield run, sum(self._replaced.delete(run.run_id, newer, dry_run=dry_run))

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
