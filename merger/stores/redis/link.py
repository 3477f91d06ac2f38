"""The link to Redis, which stops asking while Redis is away.

The service works without Redis, so its absence must be cheap: the first caller that meets it waits for one time-out.
From then on every call fails at once, until a background thread gets an answer. Requirement C5.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from redis import Redis, RedisCluster
from redis import exceptions as vendor

from merger.stores.redis.cluster import ping_redis

T = TypeVar("T")


RETRY_SECONDS = 0.5
"""Seconds between two attempts to reach Redis while it is away."""


_AWAY = (
    vendor.ConnectionError,
    vendor.TimeoutError,
    vendor.BusyLoadingError,
    OSError,
    # Raised by a Cluster when some slots have no master, or when no node knows who has them.
    vendor.ClusterDownError,
    vendor.RedisClusterException,
)


_log = logging.getLogger(__name__)


class RedisTrouble(Exception):
    """Redis gave no usable reply.

    RedisTrouble
    ├── RedisAway       it does not answer; further calls fail at once until it does
    └── RedisRefused    it answers with an error: it is full, read-only, or holds another type under this key
    """


class RedisAway(RedisTrouble):
    """Redis does not answer."""


class RedisRefused(RedisTrouble):
    """Redis answered with an error."""


class _ThreadConnection(threading.local):
    """The connection of the current thread; ``None`` while it has none open.

    It lies beside the pool, whose limits and counts are for connections that return to it. redis-py documents no way to
    get one, so this class and ``RedisLink._exchange`` rely on these attributes of redis-py, which
    ``test_redis_py_has_every_attribute_the_link_relies_on`` checks:

    * ``Redis.connection_pool``, and the pool's ``connection_class`` and ``connection_kwargs``;
    * ``connect``, ``send_command``, ``read_response`` and ``disconnect`` of that class.
    """

    connection: Any = None

    def open(self, redis: Redis) -> Any:
        """Opens a connection like those of the client's pool; with Sentinels, this is where they name the master."""
        pool = redis.connection_pool
        connection = pool.connection_class(**pool.connection_kwargs)
        connection.connect()
        self.connection = connection
        return connection

    def close(self) -> None:
        """Closes it; the next one may lead to another server."""
        connection, self.connection = self.connection, None
        connection.disconnect()


class RedisLink:
    """Sends commands to Redis, or fails at once while Redis is known to be away.

    Args:
        connection: returns the client; called on each use, since Redis may not be reachable at the start.
        retry_seconds: between two attempts to reach Redis while it is away.
        tags: a hash tag for each partition of the keys; a single server has one partition, which needs none.

    Attributes:
        is_away: whether Redis did not answer when it was last tried.
    """

    def __init__(
        self, connection: Callable[[], Redis], retry_seconds: float = RETRY_SECONDS, tags: Sequence[str] = ("",)
    ) -> None:
        self._connection = connection
        self.tags = tags
        self._retry_seconds = retry_seconds
        self._lock = threading.Lock()
        self._own = _ThreadConnection()
        self.is_away = False

    def ask(self, operation: Callable[[Redis], T]) -> T:
        """Runs an operation and returns its result.

        Args:
            operation: makes one round trip with the client that it is given.

        Raises:
            RedisAway: Redis does not answer; raised at once while that is known.
            RedisRefused: Redis answered with an error.
        """
        if self.is_away:
            raise RedisAway("Redis is away")
        try:
            return operation(self._connection())
        except _AWAY as error:
            self._mark_away(error)
            raise RedisAway(type(error).__name__) from error
        except vendor.RedisError as error:
            raise RedisRefused(f"{type(error).__name__}: {error}") from error

    def command(self, *words: bytes | str | int) -> Any:
        """Sends one command over the thread's own connection and returns the bare reply.

        This costs a fifth of a call through the client's methods and its pool (15 instead of 70 µs), which matters
        where the call is a good part of a request. In a Cluster the client chooses the connection.

        Raises:
            RedisAway, RedisRefused: as ``ask``.
        """
        return self.ask(lambda redis: self._execute(redis, words))

    def _execute(self, redis: Redis, words: tuple[bytes | str | int, ...]) -> Any:
        if isinstance(redis, RedisCluster):
            return redis.execute_command(*words)
        if self._own.connection is not None:
            try:
                return self._exchange(self._own.connection, words)
            except vendor.ConnectionError:
                pass  # the server may have closed an idle connection long ago: no sign that it is away now
        return self._exchange(self._own.open(redis), words)

    def _exchange(self, connection: Any, words: tuple[bytes | str | int, ...]) -> Any:
        try:
            connection.send_command(*words)
            return connection.read_response()
        except (vendor.ConnectionError, vendor.TimeoutError, OSError):
            self._own.close()
            raise

    def _mark_away(self, error: Exception) -> None:
        with self._lock:
            if self.is_away:
                return
            self.is_away = True
        _log.warning("Redis does not answer (%s); going on without it", type(error).__name__)
        threading.Thread(target=self._wait_until_back, name="redis-away", daemon=True).start()

    def _wait_until_back(self) -> None:
        pause = threading.Event()
        while self.is_away:
            pause.wait(self._retry_seconds)
            try:
                ping_redis(self._connection())
            except (vendor.RedisError, *_AWAY):
                continue
            self.is_away = False
        _log.warning("Redis answers again")


def without_redis() -> RedisLink:
    """Returns a link that never asks: Redis is away, and stays so."""

    def refuse() -> Redis:
        raise RedisAway("there is none")

    link = RedisLink(refuse)
    link.is_away = True
    return link
