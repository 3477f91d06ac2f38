"""Who sends which credentials, as this process knows for the moment: a request with known ones costs no SQL query.

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
"""Seconds for which a process relies on what it last read."""

MAX_ENTRIES = 10_000
"""Bearers, and refusals, that are held; the oldest makes room."""


class Caller(NamedTuple):
    """Who sends valid credentials and what these admit."""

    user: AbstractBaseUser | AnonymousUser
    grant: AccessGrant


class ValidCredentials(NamedTuple):
    """A bearer and when the credentials expire, aware UTC; ``None``: never."""

    bearer: Caller
    expires_at: datetime | None


class CredentialCache(ABC, Generic[P]):
    """Finds the bearers of one kind of credentials in the SQL database, and remembers for a moment what it found.

    Args:
        now: aware UTC.
        clock: seconds since any fixed moment.
        most: bearers, and refusals, that it holds.
    """

    def __init__(
        self, now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic, most: int = MAX_ENTRIES
    ) -> None:
        self._now = now
        self._clock = clock
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        # Apart, so that nobody's wrong credentials push out the right ones.
        self._found: dict[bytes, tuple[float, Caller]] = {}
        self._refused: dict[bytes, tuple[float, None]] = {}

    def find(self, text: str) -> Caller | None:
        """Who sends these credentials; ``None`` where they are unknown, wrong, expired or revoked.

        Raises:
            DatabaseError: the SQL database can't be asked.
        """
        held_as = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret).digest()
        held = self._found.get(held_as) or self._refused.get(held_as)
        if held is not None and self._clock() < held[0]:
            return held[1]
        parsed = self.parse(text)
        return None if parsed is None else self._look_up(parsed, held_as)

    @abstractmethod
    def parse(self, text: str) -> P | None:
        """What can be told without the database; ``None``: this can't be valid."""

    @abstractmethod
    def look_up(self, parsed: P, now: datetime) -> ValidCredentials | None:
        """What the database knows of it.

        Raises:
            DatabaseError: it can't be asked.
        """

    def _look_up(self, parsed: P, held_as: bytes) -> Caller | None:
        close_old_connections()  # as Django would before a request
        asked, now = self._clock(), self._now()
        found = self.look_up(parsed, now)
        if found is None:
            with self._lock:
                self._found.pop(held_as, None)
            self._hold(self._refused, held_as, (asked + CACHE_SECONDS, None))
            return None
        until = asked + CACHE_SECONDS
        if found.expires_at is not None:
            until = min(until, asked + (found.expires_at - now).total_seconds())
        self._hold(self._found, held_as, (until, found.bearer))
        return found.bearer

    def _hold(self, entries: dict[bytes, T], held_as: bytes, entry: T) -> None:
        with self._lock:
            entries.pop(held_as, None)
            entries[held_as] = entry
            if len(entries) > self._most:
                del entries[next(iter(entries))]
