"""Slow queries of this service: noted by their shape as they end, told to all by way of a capped collection (O3).

A query's shape is its fields, never a value. What a process notes between two reports is bounded, and so is the
collection, so that neither a slow store nor an odd caller makes them grow.
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


SIZE: Final = 4 * 2**20
"""Bytes of it; the oldest documents give way."""


MOST: Final = 10_000
"""Documents in it."""


WRITTEN_WITHIN, READ_WITHIN = 0.5, 10.0
"""Seconds; who writes has other work to do."""


_log = logging.getLogger(__name__)


class SlowQueryLog:
    """The capped collection.

    Args:
        database: with the two collections.
    """

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._database = database

    def add(self, slow: list[SlowTotals], at: datetime) -> None:
        """Adds what a process noted.

        Raises:
            StoreError: from the store.
        """
        documents = [{"at": at, "host": socket.gethostname(), **msgspec.to_builtins(each)} for each in slow]
        if documents:
            with mongo_call(WRITTEN_WITHIN):
                self._make()
                self._database[COLLECTION].insert_many(documents, ordered=False)

    def since(self, start: datetime) -> list[SlowTotals]:
        """What was added from a moment on; what is no record of ours is left out.

        Raises:
            StoreError: from the store.
        """
        with mongo_call(READ_WITHIN):
            found = list(self._database[COLLECTION].find({"at": {"$gte": start}}, limit=MOST))
        return [slow for slow in map(_read, found) if slow is not None]

    def _make(self) -> None:
        # Found out by making it: whoever inserts into a collection that is missing makes one without bounds.
        with suppress(CollectionInvalid, OperationFailure):
            self._database.create_collection(COLLECTION, capped=True, size=SIZE, max=MOST)


def report_slow_queries(noted: SlowQueries, log: SlowQueryLog, now: datetime) -> None:
    """Adds what this process noted since the last report to the log; what can't be added is lost.

    Args:
        noted: of this process; it is emptied.
        log: of all processes.
        now: aware UTC.
    """
    try:
        log.add(noted.take(), now)
    except StoreError as error:
        _log.info("slow queries could not be recorded: %s", error)


def _read(document: Mapping[str, Any]) -> SlowTotals | None:
    with suppress(msgspec.ValidationError):
        return msgspec.convert(document, SlowTotals)
    return None
