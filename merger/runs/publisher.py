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
from merger.gates.limits import Limits
from merger.gates.reading import RunReader
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
from merger.runs.checking import Check, RunChecker, run_before
from merger.runs.journal import Journal, Record
from merger.runs.listing import BatchRun, RunLister
from merger.runs.replaced import ReplacedDocuments
from merger.stores.mongo.store import MongoStore

LONGEST_REASON: Final = 500
"""Characters of the reason for publishing a run by force."""


MOST_FAULTS: Final = 20
"""What gates find wrong with a run is recorded up to this number of sentences."""


_SHOWN_FAULTS: Final = 5


_FIND_SECONDS: Final = 60.0


_CHECKS: Final = 3
"""Times that a run is checked if it, or the run before, changes meanwhile."""


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
        limits: how far a run may differ from the run before.
    """

    def __init__(
        self,
        database: Database[dict[str, Any]],
        contract: Contract,
        boundary: Callable[[], Boundary],
        limits: Limits | None = None,
    ) -> None:
        self._journal = Journal(database)
        store = MongoStore(database, _FIND_SECONDS)
        self._checker = RunChecker(RunReader(store, contract, boundary), limits or Limits())
        self._lister = RunLister(database, contract)
        self._replaced = ReplacedDocuments(database, contract, boundary)
        self._boundary = boundary

    def runs(self) -> list[BatchRun]:
        """Lists every run that has a record or documents, newest first.

        Raises:
            StoreError: from the store.
        """
        return self._lister.list(self._journal.records())

    def check(self, run_id: str, covers_until: datetime | None = None) -> Check:
        """Asks the gates about a run; changes nothing.

        Args:
            run_id: the run's id as text.
            covers_until: event time up to which its input was complete, aware UTC; ``None``: as its documents state.

        Raises:
            NotPublishable: there is no such run, or it has no documents.
            StoreError: from the store.
        """
        runs = self.runs()
        run = _find_run(run_id, runs)
        if not run.total:
            raise NotPublishable(f"run {run_id!r} has no documents in {BATCH}")
        return self._checker.check(run, runs, covers_until)

    def publish(
        self, run_id: str, covers_until: datetime | None = None, *, force: bool = False, because: str = ""
    ) -> BatchRun:
        """Makes a run visible that passes the gates.

        Args:
            run_id: the run's id as text.
            covers_until: event time up to which its input was complete, aware UTC; ``None``: as its documents state.
            force: publish even if gates refuse it.
            because: why; recorded.

        Raises:
            NotPublishable: it has no documents, or gates refuse it; nothing has changed.
            StoreError: from the store.
        """
        reason = because.strip()[:LONGEST_REASON]
        if force and not reason:
            raise NotPublishable("a run is published by force only with a reason")
        for _ in range(_CHECKS):
            check = self.check(run_id, covers_until)
            if check.faults and not force:
                raise NotPublishable(describe_refusal(check))
            done = self._publish(check, covers_until, reason if check.faults else "", force=force)
            if done is not None:
                return done
        raise NotPublishable(f"run {run_id!r} or the run before it changed while it was checked; publish it again")

    def _publish(self, check: Check, covers_until: datetime | None, because: str, *, force: bool) -> BatchRun | None:
        """Publishes a run; ``None`` if it, or the run before it, is no longer what was checked."""
        done: list[BatchRun] = []
        faults = check.faults[:MOST_FAULTS]

        def decide(records: Sequence[Record]) -> list[Record]:
            done.clear()
            runs = self._lister.list(records)
            run = _find_run(check.run_id, runs)
            if not force and not check.is_of(run, run_before(run, runs)):
                return []
            stated = {} if covers_until is None else {"covers_until": covers_until}
            now, documents = self._boundary().now, dict(run.documents)
            content = {"status": PUBLISHED, "published_at": now, "documents": documents, **stated}
            earlier = [each.run_id for each in runs if each is not run and each.status is None]
            covers = covers_until or run.covers_until
            shown = replace(run, status=PUBLISHED, is_visible=True, published_at=now, covers_until=covers)
            done.append(replace(shown, faults=faults, because=because))
            forced = {"faults": faults, "because": because}
            return [*_adopt(earlier, records, now), _change(run.run_id, {**content, **forced}, records, now)]

        self._journal.change(decide)
        return done[0] if done else None

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


def describe_refusal(check: Check) -> str:
    """What the gates say against a run, in one sentence."""
    shown = "; ".join(check.faults[:_SHOWN_FAULTS])
    more = len(check.faults) - _SHOWN_FAULTS
    return f"gates refuse run {check.run_id!r}: {shown}" + (f"; and {more} more" if more > 0 else "")
