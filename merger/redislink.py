"""The way to Redis: a client that may be away, and what its absence costs (C5).

Redis away is no failure of the service. It is found out once: whoever meets it first waits one time-out, after that
nobody asks until a thread of its own has had an answer again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from redis import Redis
from redis import exceptions as vendor

T = TypeVar("T")

ASK_AGAIN = 0.5
"""Seconds between two looks at whether Redis is back."""

_AWAY = (vendor.ConnectionError, vendor.TimeoutError, vendor.BusyLoadingError, OSError)

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
    """This thread's own connection; one that failed has closed itself, and opens anew when it is used."""

    line: Any = None


class RedisLink:
    """Asks Redis while it answers.

    Args:
        connection: gives the client; called on each use, since it may not be reachable at the start.
        ask_again: seconds between two looks at whether it is back.
    """

    def __init__(self, connection: Callable[[], Redis], ask_again: float = ASK_AGAIN) -> None:
        self._connection = connection
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
        good part of a request.

        Raises:
            RedisAway, RedisRefused: as ``ask``.
        """
        return self.ask(lambda redis: self._reply(redis, words))

    def _reply(self, redis: Redis, words: tuple[bytes | str | int, ...]) -> Any:
        is_new = self._own.line is None
        if is_new:
            # Beside the pool, whose bounds and books are for connections that come back to it.
            pool = redis.connection_pool
            self._own.line = pool.connection_class(**pool.connection_kwargs)
        line = self._own.line
        try:
            line.send_command(*words)
            return line.read_response()
        except vendor.ConnectionError:
            # What was open may have been closed at the other end long ago; that says nothing of now.
            if is_new:
                raise
            line.send_command(*words)
            return line.read_response()

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
                self._connection().ping()
            except (vendor.RedisError, OSError):
                continue
            self.is_away = False
        _log.warning("Redis answers again")
