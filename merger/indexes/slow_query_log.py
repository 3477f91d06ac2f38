"""The log of slow queries: a capped collection to which every process adds the shapes of its slow queries.

A shape holds the fields of a query and never a value. A process keeps a bounded number of shapes between two reports,
and the collection is bounded too, so neither a slow store nor an unusual caller makes them grow. Requirement O3.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import msgspec
from pymongo.database import Database
from pymongo.errors import CollectionInvalid, OperationFailure

from merger.errors import StoreError
from merger.stores.mongo.errors import mongo_call
from merger.stores.mongo.query_shapes import SlowTotals
from merger.stores.mongo.slow_queries import SlowQueries

COLLECTION: Final = "slow_queries"


SIZE_BYTES: Final = 4 * 2**20
"""Size of the collection; the oldest documents make room for new ones."""


MAX_DOCUMENTS: Final = 10_000
"""Most documents in the collection."""


WRITE_SECONDS, READ_SECONDS = 0.5, 10.0
"""Time limits. Writing has the shorter one, since the writing thread has other work to do."""


_log = logging.getLogger(__name__)


class SlowQueryLog:
    """Adds to and reads from the capped collection.

    Args:
        database: the one with the two collections.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database

    def add(self, slow: list[SlowTotals], at: datetime) -> None:
        """Adds the slow queries of a process.

        Raises:
            StoreError: from the store.
        """
        documents = [{"at": at, "host": socket.gethostname(), **msgspec.to_builtins(each)} for each in slow]
        if documents:
            with mongo_call(WRITE_SECONDS):
                self._ensure_collection()
                self._database[COLLECTION].insert_many(documents, ordered=False)

    def since(self, start: datetime) -> list[SlowTotals]:
        """Returns what was added since a time; unreadable records are ignored.

        Raises:
            StoreError: from the store.
        """
        with mongo_call(READ_SECONDS):
            found = list(self._database[COLLECTION].find({"at": {"$gte": start}}, limit=MAX_DOCUMENTS))
        return [slow for slow in map(_read, found) if slow is not None]

    def _ensure_collection(self) -> None:
        # Always attempted: an insert into a missing collection would create one without bounds.
        with suppress(CollectionInvalid, OperationFailure):
            self._database.create_collection(COLLECTION, capped=True, size=SIZE_BYTES, max=MAX_DOCUMENTS)


def report_slow_queries(slow: SlowQueries, log: SlowQueryLog, now: datetime) -> None:
    """Moves the slow queries of this process to the log; those that can't be added are lost.

    Args:
        slow: this process's slow queries; they are taken out.
        log: the one that all processes share.
        now: aware UTC.
    """
    try:
        log.add(slow.take(), now)
    except StoreError as error:
        _log.info("slow queries could not be recorded: %s", error)


def _read(document: Mapping[str, Any]) -> SlowTotals | None:
    with suppress(msgspec.ValidationError):
        return msgspec.convert(document, SlowTotals)
    return None
