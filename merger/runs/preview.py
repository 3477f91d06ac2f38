"""Run records as they would be if a run was published now, or if no run had been published after it. Pure.

Requirement M14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from merger.contract.fields import readable
from merger.contract.stamps import moment
from merger.errors import BadQuery, PrunedRun
from merger.layers.publication import ADOPTED, BASES, PUBLISHED, ROLLED_BACK, RUN_KEY, listed_runs, newest_records
from merger.runs.listing import BatchRun
from merger.stores.store import Document


def as_published(records: Sequence[Document], run: BatchRun, runs: Iterable[BatchRun], now: datetime) -> list[Document]:
    """Returns the records after ``RunPublisher.publish``.

    Args:
        records: without the journal; those of the run may have changed since it was listed.
        run: the one to show.
        runs: all of them. Those without a record stay visible, unless runs are published already.
        now: aware UTC.
    """
    shown: Document = {
        **newest_records(records).get(run.run_id, {}),
        RUN_KEY: run.run_id,
        "status": PUBLISHED,
        "documents": dict(run.documents),
        "published_at": now,
        "updated_at": now,
    }
    others = [record for record in records if record.get(RUN_KEY) != run.run_id]
    if not any(record.get("status") in (PUBLISHED, ADOPTED) for record in records):
        unrecorded = [each.run_id for each in runs if each.status is None and each.run_id != run.run_id]
        others.append({"status": ADOPTED, "runs": unrecorded})
    return [*others, shown]


def as_newest(records: Sequence[Document], run: str) -> list[Document]:
    """Returns the records as if the runs that were published after a run had been rolled back.

    Args:
        records: without the journal.
        run: the id of a published run, as text.

    Raises:
        BadQuery: the records don't say which runs came after it.
        PrunedRun: documents were deleted that one of these has replaced.
    """
    published = {name: each for name, each in newest_records(records).items() if each["status"] == PUBLISHED}
    stamps = {name: readable(each.get("published_at"), moment) for name, each in published.items()}
    since = next((stamp for name, stamp in stamps.items() if str(name) == run), None)
    moments = list(stamps.values())
    if since is None or None in moments or moments.count(since) > 1:
        raise BadQuery("run", run, "a published run only if the records tell which runs were published after it")
    later = {name for name, stamp in stamps.items() if stamp is not None and stamp > since}
    if bases := sorted(str(name) for name in later.intersection(listed_runs(records, BASES))):
        raise PrunedRun(run, bases[0])
    return [_rolled_back(record) if record.get(RUN_KEY) in later else record for record in records]


def _rolled_back(record: Document) -> dict[str, Any]:
    return {**record, "status": ROLLED_BACK} if record.get("status") == PUBLISHED else dict(record)
