"""The read-through cache: encoded answers in Redis, by TTL class (C1, C2, C5).

An entry is one line of JSON, about the answer, followed by the answer's own JSON bytes, which are served as they are.
Redis away is no failure of the service: the answer is computed, and for a moment Redis is left alone, so that its
absence costs one time-out and not one per request.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import orjson
from redis import Redis
from redis.exceptions import RedisError

from merger.errors import Interval
from merger.freshness import intervals_as_list

LEAVE_ALONE = 1.0
"""Seconds for which Redis is not asked after it failed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored answer.

    Args:
        body: encoded JSON object.
        etag: strong entity tag, quoted.
        made: when it was computed; aware UTC.
        ttl: seconds that it keeps from then on.
        missing: intervals that the answer lacks (M8).
    """

    body: bytes
    etag: str
    made: datetime
    ttl: int
    missing: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, body: bytes, made: datetime, ttl: int, missing: tuple[Interval, ...]) -> Entry:
        digest = hashlib.blake2b(body, digest_size=12).hexdigest()
        return cls(body, f'"{digest}"', made, ttl, missing)

    def encoded(self) -> bytes:
        about = {
            "etag": self.etag,
            "made": self.made.timestamp(),
            "ttl": self.ttl,
            "missing": intervals_as_list(self.missing),
        }
        return orjson.dumps(about) + b"\n" + self.body

    @classmethod
    def decoded(cls, raw: bytes) -> Entry:
        """The inverse of ``encoded``.

        Raises:
            ValueError: the bytes are something else.
        """
        head, _, body = raw.partition(b"\n")
        try:
            about = orjson.loads(head)
            missing = tuple((_moment(item["start"]), _moment(item["end"])) for item in about["missing"])
            return cls(
                body=body,
                etag=str(about["etag"]),
                made=datetime.fromtimestamp(about["made"], UTC),
                ttl=int(about["ttl"]),
                missing=tuple((start, end) for start, end in missing if end is not None),
            )
        except (KeyError, TypeError, OverflowError) as error:
            raise ValueError("not a cache entry") from error


class Cache(Protocol):
    """Where encoded answers are kept."""

    def get(self, key: str) -> Entry | None: ...

    def set(self, key: str, entry: Entry) -> None: ...


class RedisCache:
    """Entries in Redis.

    Args:
        connection: gives the Redis client; called on each use, since it may not be reachable at the start.
        namespace: prefix of every key; two services with different data or rules must differ in it.
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, connection: Callable[[], Redis], namespace: str, monotonic: Callable[[], float]) -> None:
        self._connection = connection
        self._namespace = namespace
        self._monotonic = monotonic
        self._alone_until = float("-inf")

    def get(self, key: str) -> Entry | None:
        """The entry, or ``None`` when there is none, when it can't be read, or when Redis is away."""
        raw = self._ask(lambda redis: redis.get(self._namespace + key))
        if not isinstance(raw, bytes):
            return None
        try:
            return Entry.decoded(raw)
        except ValueError:
            _log.warning("cache entry %s could not be read; it will be replaced", key)
            return None

    def set(self, key: str, entry: Entry) -> None:
        """Stores an entry for its TTL; does nothing while Redis is away."""
        self._ask(lambda redis: redis.set(self._namespace + key, entry.encoded(), ex=entry.ttl))

    def _ask(self, question: Callable[[Redis], object]) -> object:
        if self._monotonic() < self._alone_until:
            return None
        try:
            return question(self._connection())
        except RedisError as error:
            self._alone_until = self._monotonic() + LEAVE_ALONE
            _log.warning("Redis does not answer (%s); going on without the cache", type(error).__name__)
            return None


class NoCache:
    """Keeps nothing; for tests and for measuring."""

    def get(self, key: str) -> Entry | None:
        return None

    def set(self, key: str, entry: Entry) -> None:
        return None


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
