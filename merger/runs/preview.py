"""Run records as they would be if a run was published now. Pure.

Requirement M14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from merger.layers.publication import ADOPTED, PUBLISHED, RUN_KEY, newest_records
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
