"""The API keys that this process knows for the moment (S1): a request with one of them costs no SQL query.

Both what was found and what was refused is held for ``HOLD`` seconds, so that a revocation takes effect everywhere
within five. Keys are held by a digest of this process's own: no key lies in memory as text.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, close_old_connections
from django.db.models import Q

from lambdaserve.access.keys import KeyGrant, KeyText
from lambdaserve.access.limits import limit_of
from lambdaserve.access.models import ApiKey

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

T = TypeVar("T")

HOLD = 4.0
"""Seconds for which a process relies on what it last read."""

MOST = 10_000
"""Keys, and refusals, that are held; the oldest makes room."""

USE_RECORDED = timedelta(minutes=1)
"""How exact ``last_used_at`` is."""

_UNKNOWN_DIGEST = "0" * 64

_log = logging.getLogger(__name__)


class Bearer(NamedTuple):
    """Who sends a valid key and what it admits."""

    user: AbstractBaseUser | AnonymousUser
    grant: KeyGrant


class KeyRing:
    """Finds keys in the SQL database, and remembers for a moment what it found.

    Args:
        now: aware UTC.
        clock: seconds since any fixed moment.
        most: keys, and refusals, that it holds.
    """

    def __init__(
        self, now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic, most: int = MOST
    ) -> None:
        self._now = now
        self._clock = clock
        self._most = most
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        # Apart, so that nobody's wrong keys push out the right ones.
        self._found: dict[bytes, tuple[float, Bearer]] = {}
        self._refused: dict[bytes, tuple[float, None]] = {}

    def find(self, text: str) -> Bearer | None:
        """Who sends this key; ``None`` for one that is unknown, wrong, expired or revoked.

        Raises:
            DatabaseError: the SQL database can't be asked.
        """
        held_as = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._secret).digest()
        held = self._found.get(held_as) or self._refused.get(held_as)
        if held is not None and self._clock() < held[0]:
            return held[1]
        key = KeyText.parsed(text)
        return None if key is None else self._look_up(key, held_as)

    def _look_up(self, key: KeyText, held_as: bytes) -> Bearer | None:
        close_old_connections()  # as Django would before a request
        asked, now = self._clock(), self._now()
        record = ApiKey.objects.select_related("owner").filter(prefix=key.prefix).first()
        # Compared in any case: an unknown prefix takes as long as a wrong secret.
        right = key.matches(record.digest if record else _UNKNOWN_DIGEST)
        if record is None or not right or not record.is_valid(now):
            with self._lock:
                self._found.pop(held_as, None)
            self._hold(self._refused, held_as, (asked + HOLD, None))
            return None
        until = asked + HOLD
        if record.expires_at is not None:
            until = min(until, asked + (record.expires_at - now).total_seconds())
        bearer = _bearer(record)
        self._hold(self._found, held_as, (until, bearer))
        _record_use(record, key, now)
        return bearer

    def _hold(self, entries: dict[bytes, T], held_as: bytes, entry: T) -> None:
        with self._lock:
            entries.pop(held_as, None)
            entries[held_as] = entry
            if len(entries) > self._most:
                del entries[next(iter(entries))]


def _bearer(record: ApiKey) -> Bearer:
    limit = limit_of(record.rate, record.burst)
    grant = KeyGrant(record.pk, f"key:{record.prefix}", frozenset(record.scopes), limit)
    return Bearer(record.owner or AnonymousUser(), grant)


def _record_use(record: ApiKey, key: KeyText, now: datetime) -> None:
    """Writes ``last_used_at`` once a minute; a database that can't be written to stops no reader.

    The digest is made anew with it, so that a key in use outlives the pepper that it was drawn under.
    """
    since = now - USE_RECORDED
    if record.last_used_at is not None and record.last_used_at > since:
        return
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=since)
    try:
        ApiKey.objects.filter(stale, pk=record.pk).update(last_used_at=now, digest=key.digest())
    except DatabaseError as error:
        _log.warning("The use of API key %s was not recorded: %s", record.prefix, error)
