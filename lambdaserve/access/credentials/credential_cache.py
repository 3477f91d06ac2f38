"""Cache of checked credentials: a request with known ones costs no SQL query.

Accepted and refused credentials are both remembered for ``CACHE_SECONDS``, so a revocation takes effect everywhere
within five seconds. The key is a digest under a secret of this process: no credentials lie in memory as text.
"""

from __future__ import annotations

import secrets
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from django.db import close_old_connections

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

    from lambdaserve.access.credentials.scopes import AccessGrant

P = TypeVar("P")
T = TypeVar("T")

CACHE_SECONDS = 4.0
"""Seconds for which a process relies on the result of its last query."""

MAX_ENTRIES = 10_000
"""Callers kept, and refusals kept, per cache; the oldest makes room."""


class Caller(NamedTuple):
    """The sender of valid credentials, and what these permit."""

    user: AbstractBaseUser | AnonymousUser
    grant: AccessGrant


class ValidCredentials(NamedTuple):
    """A caller and when the credentials expire, aware UTC; ``None``: never."""

    caller: Caller
    expires_at: datetime | None


class CredentialCache(ABC, Generic[P]):
    """Finds the callers of one kind of credentials in the SQL database and remembers the result for a moment.

    Args:
        now: returns the time, aware UTC.
        clock: returns seconds since any fixed moment.
        max_entries: callers, and refusals, that it keeps.
    """

    def __init__(
        self, now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic, max_entries: int = MAX_ENTRIES
    ) -> None:
        self._now = now
        self._clock = clock
        self._max_entries = max_entries
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        # Kept apart, so that a flood of wrong credentials pushes out no right ones.
        self._accepted: dict[bytes, tuple[float, Caller]] = {}
        self._refused: dict[bytes, tuple[float, None]] = {}

    def find(self, text: str) -> Caller | None:
        """Returns who sends these credentials; ``None`` where they are unknown, wrong, expired or revoked.

        Raises:
            DatabaseError: the SQL database can't be asked.
        """
        cache_key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret).digest()
        cached = self._accepted.get(cache_key) or self._refused.get(cache_key)
        if cached is not None and self._clock() < cached[0]:
            return cached[1]
        parsed = self.parse(text)
        return None if parsed is None else self._check(parsed, cache_key)

    @abstractmethod
    def parse(self, text: str) -> P | None:
        """Parses credentials without the database; ``None``: they can't be valid."""

    @abstractmethod
    def look_up(self, parsed: P, now: datetime) -> ValidCredentials | None:
        """Looks the credentials up in the database.

        Raises:
            DatabaseError: it can't be asked.
        """

    def _check(self, parsed: P, cache_key: bytes) -> Caller | None:
        close_old_connections()  # as Django would before a request
        started, now = self._clock(), self._now()
        valid = self.look_up(parsed, now)
        until = started + CACHE_SECONDS
        if valid is None:
            with self._lock:
                self._accepted.pop(cache_key, None)
            self._store(self._refused, cache_key, (until, None))
            return None
        if valid.expires_at is not None:
            until = min(until, started + (valid.expires_at - now).total_seconds())
        self._store(self._accepted, cache_key, (until, valid.caller))
        return valid.caller

    def _store(self, entries: dict[bytes, T], cache_key: bytes, entry: T) -> None:
        with self._lock:
            entries.pop(cache_key, None)
            entries[cache_key] = entry
            if len(entries) > self._max_entries:
                del entries[next(iter(entries))]
