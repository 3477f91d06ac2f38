"""Monotonic reads from a replica set: no read shows an older state than an earlier one did.

With ``readPreference=secondaryPreferred`` each find may go to another member, and members lag behind each other. The
first may report a batch run of which the second has nothing yet: the answer would be cut at the new boundary and filled
from the old data, a plausible, wrong total. So every read carries the newest cluster time that an earlier one showed
(``afterClusterTime``), and a member that is behind waits until it has caught up, within the read's time limit:
https://www.mongodb.com/docs/manual/core/causal-consistency-read-write-concerns/, "monotonic reads".

A process that bumps a generation shares its cluster time with the others: it lies in Redis beside the generations
(``RedisTier``). It is signed, since a time that never comes would block every read.

The primary is never behind; reads that can only go there carry nothing.
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

_SIGNATURE_BYTES = 16


class CausalClock:
    """The newest cluster time that this process has read.

    Args:
        client: makes the reads.
        secret: signs what other processes are sent; they must have the same.
    """

    def __init__(self, client: MongoClient[Any], secret: bytes = b"") -> None:
        self._client = client
        self._secret = secret
        self._lock = threading.Lock()
        # Operation time and cluster time. Replaced as a whole, so that readers need no lock.
        self._newest: tuple[Timestamp, Mapping[str, Any]] | None = None

    @property
    def is_needed(self) -> bool:
        """Whether reads may go to other members than the primary."""
        return bool(self._client.read_preference != ReadPreference.PRIMARY)

    def export(self) -> bytes:
        """Returns the time in a signed form for other processes; empty before the first read."""
        newest = self._newest
        if newest is None:
            return b""
        content = bson.encode({"operation": newest[0], "cluster": newest[1]})
        return self._sign(content) + content

    def receive(self, exported: bytes) -> None:
        """Advances to the time of another process, so that later reads show what it has seen.

        Args:
            exported: what the other process exported; anything without a valid signature is ignored.
        """
        signature, content = exported[:_SIGNATURE_BYTES], exported[_SIGNATURE_BYTES:]
        if content and hmac.compare_digest(signature, self._sign(content)):
            moment = bson.decode(content)
            self._advance(moment["operation"], moment["cluster"])

    def _sign(self, content: bytes) -> bytes:
        return hmac.digest(self._secret, b"seen\n" + content, "sha256")[:_SIGNATURE_BYTES]

    @contextmanager
    def session(self) -> Iterator[ClientSession | None]:
        """Yields a session for one read that shows nothing older; ``None`` if only the primary is asked.

        Raises:
            PyMongoError: from starting the session, or from the read inside.
        """
        if not self.is_needed:
            yield None
            return
        with self._client.start_session(causal_consistency=True) as session:
            newest = self._newest
            if newest is not None:
                session.advance_operation_time(newest[0])
                session.advance_cluster_time(newest[1])
            yield session
            if session.operation_time is not None and session.cluster_time is not None:
                self._advance(session.operation_time, session.cluster_time)

    def _advance(self, operation_time: Timestamp, cluster_time: Mapping[str, Any]) -> None:
        with self._lock:
            if self._newest is None or operation_time > self._newest[0]:
                self._newest = operation_time, cluster_time
