"""Faults of the layers' documents while both stores work: late, stopped, deleted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import ReplaceOne
from pymongo.collection import Collection

from sample_data.batch_job import Document
from tests.integration.faults.serving import give_everywhere
from tests.integration.faults.stage import Stage

BATCH, SPEED = "batch_views", "speed_views"
_STOPPED_SINCE = timedelta(hours=4)
"""Above the stage's ``SPEED_LAG_LIMIT``."""

_AT_ONCE = 100
"""Documents of a write: the embedded store, which does one thing at a time, answers others between two."""

_dropped: dict[str, list[dict[str, Any]]] = {}
"""Definitions of a dropped collection's indexes."""


def stop_syncing(stage: Stage) -> None:
    """Makes the speed layer look as if no bucket had been written for hours."""
    since = datetime.now(UTC) - _STOPPED_SINCE
    with stage.database() as database:
        database[SPEED].update_many({"synced_at": {"$gt": since}}, {"$set": {"synced_at": since}})


def sync_again(stage: Stage) -> None:
    """Restores the stamp of every bucket, the newest first."""
    since = datetime.now(UTC) - _STOPPED_SINCE - timedelta(minutes=5)
    with stage.database() as database:
        _replace(database[SPEED], [each for each in reversed(stage.world.speed) if each["synced_at"] > since])


def delay_batch(stage: Stage) -> None:
    """Removes the last three nightly runs before the service starts and answers for a while."""
    stage.stop_server()
    with stage.database() as database:
        database[BATCH].delete_many({})
        database[BATCH].insert_many(stage.world.late_batch)
    stage.forget()
    stage.start_server()
    give_everywhere(stage)


def run_batch(stage: Stage) -> None:
    """Runs last night's job: documents are replaced in place, as the sample job does."""
    with stage.database() as database:
        _replace(database[BATCH], stage.world.batch)


def drop(stage: Stage, name: str) -> None:
    with stage.database() as database:
        _dropped[name] = [dict(each) for each in database[name].list_indexes() if each["name"] != "_id_"]
        database.drop_collection(name)


def restore(stage: Stage, name: str) -> None:
    """Restores the indexes, then the documents: without indexes every read meanwhile would scan the collection."""
    documents = stage.world.batch if name == BATCH else stage.world.speed
    with stage.database() as database:
        indexes = [{key: each[key] for key in each if key not in ("v", "ns")} for each in _dropped.pop(name)]
        database.command("createIndexes", name, indexes=indexes)
        for start in range(0, len(documents), _AT_ONCE):
            began = time.monotonic()
            database[name].insert_many(documents[start : start + _AT_ONCE])
            time.sleep(time.monotonic() - began)


def _replace(collection: Collection[dict[str, Any]], documents: Sequence[Document]) -> None:
    writes = [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in documents]
    collection.bulk_write(writes, ordered=True)
