"""Reads from several members of a replica set, none of which shows less than what this process has seen before.

With ``readPreference=secondaryPreferred`` each find may be answered by another member, and one may be behind another:
the first tells of a batch run of which the second has nothing yet. The answer would be cut where the one says and
filled with what the other has: a plausible, wrong total. So every read carries the newest moment of the data that an
earlier one showed (``afterClusterTime``), and a member that is not there yet waits until it is, within the read's time
limit: https://www.mongodb.com/docs/manual/core/causal-consistency-read-write-concerns/, "monotonic reads".

What one process saw, others learn with what it told them to make anew: the moment lies in Redis beside the generations
(``SharedTier``), signed, since a moment that never comes would stop every read.

The primary shows all there is; reads that can only go there carry nothing.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import bson
from bson.timestamp import Timestamp
from pymongo import MongoClient, ReadPreference
from pymongo.client_session import ClientSession

_SIGNATURE = 16
"""Bytes."""


class CausalClock:
    """The newest moment of the data that this process has read.

    Args:
        client: whose reads these are.
        secret: signs what is told to other processes, who must have the same.
    """

    def __init__(self, client: MongoClient[Any], secret: bytes = b"") -> None:
        self._client = client
        self._secret = secret
        self._lock = threading.Lock()
        self._operation_time: Timestamp | None = None
        self._cluster_time: Mapping[str, Any] | None = None

    @property
    def matters(self) -> bool:
        """Whether anybody but the primary may be asked."""
        return bool(self._client.read_preference != ReadPreference.PRIMARY)

    def told(self) -> bytes:
        """For other processes; empty where nothing was read yet."""
        with self._lock:
            if self._operation_time is None or self._cluster_time is None:
                return b""
            content = bson.encode({"operation": self._operation_time, "cluster": self._cluster_time})
        return self._signature(content) + content

    def hear(self, told: bytes) -> None:
        """Reads from now on show what another process has seen.

        Args:
            told: by it; anything else is not believed.
        """
        signature, content = told[:_SIGNATURE], told[_SIGNATURE:]
        if content and hmac.compare_digest(signature, self._signature(content)):
            moment = bson.decode(content)
            self._advance(moment["operation"], moment["cluster"])

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._secret, b"seen\n" + content, "sha256")[:_SIGNATURE]

    @contextmanager
    def reading(self) -> Iterator[ClientSession | None]:
        """A session for one read, which shows nothing older; ``None`` where the primary alone is asked.

        Raises:
            PyMongoError: as the read.
        """
        if not self.matters:
            yield None
            return
        with self._client.start_session(causal_consistency=True) as session:
            with self._lock:
                operation_time, cluster_time = self._operation_time, self._cluster_time
            if operation_time is not None and cluster_time is not None:
                session.advance_cluster_time(cluster_time)
                session.advance_operation_time(operation_time)
            yield session
            if session.operation_time is not None and session.cluster_time is not None:
                self._advance(session.operation_time, session.cluster_time)

    def _advance(self, operation_time: Timestamp, cluster_time: Mapping[str, Any]) -> None:
        with self._lock:
            if self._operation_time is None or operation_time > self._operation_time:
                self._operation_time, self._cluster_time = operation_time, cluster_time
