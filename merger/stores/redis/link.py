"""The way to Redis: a client that may be away, and what its absence costs (C5).

Redis away is no failure of the service. It is found out once: whoever meets it first waits one time-out, after that
nobody asks until a thread of its own has had an answer again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from redis import Redis, RedisCluster
from redis import exceptions as vendor

from merger.stores.redis.cluster import look

T = TypeVar("T")


ASK_AGAIN = 0.5
"""Seconds between two looks at whether Redis is back."""


_AWAY = (
    vendor.ConnectionError,
    vendor.TimeoutError,
    vendor.BusyLoadingError,
    OSError,
    # Of a Cluster: some slots have no master, or no node tells who has them.
    vendor.ClusterDownError,
    vendor.RedisClusterException,
)


_log = logging.getLogger(__name__)


class RedisTrouble(Exception):
    """Redis could not be asked.

    RedisTrouble
    ├── RedisAway       it does not answer; asking again costs nothing until it does
    └── RedisRefused    it answers with an error: it is full, read-only, or holds something else under this key
    """


class RedisAway(RedisTrouble):
    """It does not answer."""


class RedisRefused(RedisTrouble):
    """It answered with an error."""


class _OwnLine(threading.local):
    """This thread's own connection, if one is open."""

    line: Any = None


class RedisLink:
    """Asks Redis while it answers.

    Args:
        connection: gives the client; called on each use, since it may not be reachable at the start.
        ask_again: seconds between two looks at whether it is back.
        tags: a hash tag for each partition of the keys; one server has a single partition, and needs none.
    """

    def __init__(
        self, connection: Callable[[], Redis], ask_again: float = ASK_AGAIN, tags: Sequence[str] = ("",)
    ) -> None:
        self._connection = connection
        self.tags = tags
        self._ask_again = ask_again
        self._lock = threading.Lock()
        self._own = _OwnLine()
        self.is_away = False

    def ask(self, question: Callable[[Redis], T]) -> T:
        """What Redis answers.

        Args:
            question: one round trip, made with the client that it is given.

        Raises:
            RedisAway: it does not answer; at once while that is known.
            RedisRefused: it answered with an error.
        """
        if self.is_away:
            raise RedisAway("Redis is away")
        try:
            return question(self._connection())
        except _AWAY as error:
            self._lost(error)
            raise RedisAway(type(error).__name__) from error
        except vendor.RedisError as error:
            raise RedisRefused(f"{type(error).__name__}: {error}") from error

    def command(self, *words: bytes | str | int) -> Any:
        """The bare reply to one command, by a connection of this thread's own.

        It costs a fifth of what it does through the client's methods and its pool, and is for questions that make up a
        good part of a request. In a Cluster it is the client that knows which connection to use.

        Raises:
            RedisAway, RedisRefused: as ``ask``.
        """
        return self.ask(lambda redis: self._reply(redis, words))

    def _reply(self, redis: Redis, words: tuple[bytes | str | int, ...]) -> Any:
        if isinstance(redis, RedisCluster):
            return redis.execute_command(*words)
        if self._own.line is not None:
            try:
                return self._said(self._own.line, words)
            except vendor.ConnectionError:
                pass  # what was open may have been closed at the other end long ago; that says nothing of now
        # Beside the pool, whose bounds and books are for connections that come back to it.
        pool = redis.connection_pool
        line = pool.connection_class(**pool.connection_kwargs)
        line.connect()  # here it is that Sentinels are asked who is the master
        self._own.line = line
        return self._said(line, words)

    def _said(self, line: Any, words: tuple[bytes | str | int, ...]) -> Any:
        try:
            line.send_command(*words)
            return line.read_response()
        except (vendor.ConnectionError, vendor.TimeoutError, OSError):
            self._own.line = None  # another time it may be another server
            line.disconnect()
            raise

    def _lost(self, error: Exception) -> None:
        with self._lock:
            if self.is_away:
                return
            self.is_away = True
        _log.warning("Redis does not answer (%s); going on without it", type(error).__name__)
        threading.Thread(target=self._wait_for_it, name="redis-away", daemon=True).start()

    def _wait_for_it(self) -> None:
        pause = threading.Event()
        while self.is_away:
            pause.wait(self._ask_again)
            try:
                look(self._connection())
            except (vendor.RedisError, *_AWAY):
                continue
            self.is_away = False
        _log.warning("Redis answers again")
