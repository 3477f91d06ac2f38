"""Publishes batch runs, rolls them back, and deletes documents that newer runs have replaced. For commands and staff.

Each is one change of the journal, so none comes between the reading and the writing of another, over all hosts; every
process sees it within two seconds. Requirements M12 and M15.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from bson import ObjectId
from pymongo.database import Database

from merger.contract.collections import BATCH
from merger.contract.documents import Contract
from merger.core.boundary import Boundary
from merger.errors import MergerError
from merger.layers.publication import (
    ADOPTED,
    BASES,
    PUBLISHED,
    ROLLED_BACK,
    RUN_KEY,
    Publication,
    changed_at,
    listed_runs,
    newest_records,
)
from merger.runs.journal import Journal, Record
from merger.runs.listing import BatchRun, RunLister
from merger.runs.replaced import ReplacedDocuments

MIN_SHARE: Final = 0.5
"""Share of the previous run's documents of a view type that a run must have to be published without force."""


SEEN_AFTER: Final = timedelta(minutes=1)
"""From this age on of its publication every process answers from a run, whatever the hosts' clocks."""


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
        self._journal = Journal(database)
        self._lister = RunLister(database, contract)
        self._replaced = ReplacedDocuments(database, contract, boundary)
        self._boundary = boundary

    def runs(self) -> list[BatchRun]:
        """Lists every run that has a record or documents, newest first.

        Raises:
            StoreError: from the store.
        """
        return self._lister.list(self._journal.records())

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
        done: list[BatchRun] = []

        def decide(records: Sequence[Record]) -> list[Record]:
            runs = self._lister.list(records)
            run = _find_run(run_id, runs)
            if not run.total:
                raise NotPublishable(f"run {run_id!r} has no documents in {BATCH}")
            before = next((each for each in runs if each.is_visible and each is not run and each.total), None)
            shortfalls = [] if before is None else _list_shortfalls(run, before)
            if before is not None and shortfalls and not force:
                few = ", ".join(shortfalls)
                raise NotPublishable(f"run {run_id!r} looks incomplete beside {before.run_id!r}: {few}")
            stated = {} if covers_until is None else {"covers_until": covers_until}
            now, documents = self._boundary().now, dict(run.documents)
            content = {"status": PUBLISHED, "published_at": now, "documents": documents, **stated}
            earlier = [each.run_id for each in runs if each is not run and each.status is None]
            covers = covers_until or run.covers_until
            done[:] = [replace(run, status=PUBLISHED, is_visible=True, published_at=now, covers_until=covers)]
            return [*_adopt(earlier, records, now), _change(run.run_id, content, records, now)]

        self._journal.change(decide)
        return done[0]

    def roll_back(self, run_id: str | None = None, *, force: bool = False) -> BatchRun:
        """Hides a published run again; its documents stay.

        Args:
            run_id: the run's id as text; ``None``: the newest published run.
            force: hide it even if readers would be left without documents.

        Raises:
            NotPublishable: there is no such published run, or nothing would be left.
            StoreError: from the store.
        """
        done: list[BatchRun] = []

        def decide(records: Sequence[Record]) -> list[Record]:
            nonlocal run_id
            runs = self._lister.list(records)
            published = [run for run in runs if run.status == PUBLISHED]
            if run_id is None and not published:
                raise NotPublishable("no run is published")
            run = published[0] if run_id is None else _find_run(run_id, runs)
            run_id = str(run.run_id)  # another one is never meant, even if this is decided again
            if run.status != PUBLISHED:
                raise NotPublishable(f"run {run_id!r} is not published")
            if not force and not any(each.is_visible and each.total for each in runs if each is not run):
                raise NotPublishable(f"without run {run_id!r} readers would see no batch documents of any run")
            if not force and run.is_base:
                raise NotPublishable(f"documents that run {run_id!r} replaced were pruned; readers would miss them")
            done[:] = [replace(run, status=ROLLED_BACK, is_visible=False)]
            return [_change(run.run_id, {"status": ROLLED_BACK}, records, self._boundary().now)]

        self._journal.change(decide)
        return done[0]

    def prune(self, keep: int, *, dry_run: bool = False) -> Iterator[tuple[BatchRun, int]]:
        """Deletes documents that readers see no more, and would not after a rollback of any run that is kept.

        A document goes if a run has replaced it that is no newer than the oldest kept one. Such a run is marked as a
        base before anything is deleted: from then on only force rolls it back. The kept runs that are newer may be
        rolled back at any moment.

        Args:
            keep: number of newest visible runs to leave untouched.
            dry_run: count without deleting.

        Yields:
            Each run checked, and the number of its documents deleted.

        Raises:
            StoreError: from the store; documents deleted before stay deleted.
        """
        visible: list[BatchRun] = []
        bases: list[BatchRun] = []

        def decide(records: Sequence[Record]) -> list[Record]:
            visible[:] = [run for run in self._lister.list(records) if run.is_visible and run.total]
            newest, seen_before = newest_records(records), self._boundary().now - SEEN_AFTER
            bases[:] = [
                run
                for run in visible[keep - 1 : -1]
                if run.run_id not in newest or changed_at(newest[run.run_id]) <= seen_before
            ]
            if dry_run or all(run.is_base for run in bases):
                return []
            known = [*listed_runs(records, BASES)]
            runs = [*known, *(run.run_id for run in bases if not run.is_base)]
            return [{"_id": BASES, RUN_KEY: None, "status": BASES, "runs": runs}]

        self._journal.change(decide)
        for place, run in enumerate(visible[keep:], keep):
            newer = [each.run_id for each in bases if each in visible[:place]]
            yield run, sum(self._replaced.delete(run.run_id, newer, dry_run=dry_run)) if newer else 0


def _adopt(run_ids: Sequence[Any], records: Sequence[Record], now: datetime) -> list[Record]:
    """Before the first run is published, the record of the runs without a record, so that they stay visible."""
    if not run_ids or Publication.of(records).is_in_use:
        return []
    return [{"_id": ADOPTED, RUN_KEY: None, "status": ADOPTED, "runs": list(run_ids), "updated_at": now}]


def _change(run_id: Any, content: Record, records: Sequence[Record], now: datetime) -> Record:
    """New fields of the record that counts of a run, or of its first record."""
    record = newest_records(records).get(run_id)
    if record is None:
        return {"_id": ObjectId(), RUN_KEY: run_id, **content, "updated_at": now}
    # The clocks of hosts differ: the newest record counts, so it must not look older than it was.
    stamp = max(now, changed_at(record) + timedelta(milliseconds=1))
    return {"_id": record["_id"], RUN_KEY: run_id, **content, "updated_at": stamp}


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
