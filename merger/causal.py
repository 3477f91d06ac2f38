"""Reads from several members of a replica set, none of which shows less than what this process has seen before.

With ``readPreference=secondaryPreferred`` each find may be answered by another member, and one may be behind another:
the first tells of a batch run of which the second has nothing yet. The answer would be cut where the one says and filled
with what the other has: a plausible, wrong total. So every read carries the newest moment of the data that an earlier
one showed (``afterClusterTime``), and a member that is not there yet waits until it is, within the read's time limit:
"monotonic reads" of https://www.mongodb.com/docs/manual/core/causal-consistency-read-write-concerns/.

The primary shows all there is; reads that can only go there carry nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bson.timestamp import Timestamp
from pymongo import MongoClient, ReadPreference
from pymongo.client_session import ClientSession


class Seen:
    """The newest moment of the data that this process has read.

    Args:
        client: whose reads these are.
    """

    def __init__(self, client: MongoClient[Any]) -> None:
        self._client = client
        self._lock = threading.Lock()
        self._operation_time: Timestamp | None = None
        self._cluster_time: Mapping[str, Any] | None = None

    @contextmanager
    def reading(self) -> Iterator[ClientSession | None]:
        """A session for one read, which shows nothing older; ``None`` where the primary alone is asked.

        Raises:
            PyMongoError: as the read.
        """
        if self._client.read_preference == ReadPreference.PRIMARY:
            yield None
            return
        with self._client.start_session(causal_consistency=True) as session:
            with self._lock:
                operation_time, cluster_time = self._operation_time, self._cluster_time
            if operation_time is not None and cluster_time is not None:
                session.advance_cluster_time(cluster_time)
                session.advance_operation_time(operation_time)
            yield session
            self._note(session)

    def _note(self, session: ClientSession) -> None:
        operation_time, cluster_time = session.operation_time, session.cluster_time
        if operation_time is None or cluster_time is None:
            return
        with self._lock:
            if self._operation_time is None or operation_time > self._operation_time:
                self._operation_time, self._cluster_time = operation_time, cluster_time
