"""Uses of API keys that wait to be written: noted by requests in memory, written by a thread of their own.

A request never waits for these writes, so a locked, read-only or full database delays no reader. Requirement S1.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple

from django.db import DatabaseError, transaction
from django.db.models import Q

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.models import ApiKey

RESOLUTION: Final = timedelta(minutes=1)
"""Shortest time between two writes of a key's ``last_used_at``."""

MAX_NOTES: Final = 10_000
"""Keys whose use is noted while the database takes no writes; uses of further keys are lost."""

_log = logging.getLogger(__name__)


class Use(NamedTuple):
    """The newest use of a key: when, aware UTC, and the key's digest under the present pepper."""

    at: datetime
    digest: str


class KeyUses:
    """Notes of uses, at most one for each key. Threads may share it.

    Args:
        max_notes: keys that it keeps a note of.
    """

    def __init__(self, max_notes: int = MAX_NOTES) -> None:
        self._max_notes = max_notes
        self._lock = threading.Lock()
        self._notes: dict[int, Use] = {}
        self._is_failing = False

    def note(self, key: ApiKey, text: KeyText, now: datetime) -> None:
        """Notes a use, unless the stored one is less than ``RESOLUTION`` old. It asks no database.

        Args:
            key: as it was just read.
            text: its text, of which only the digest is kept.
            now: aware UTC.
        """
        if key.last_used_at is not None and key.last_used_at > now - RESOLUTION:
            return
        with self._lock:
            if key.pk in self._notes or len(self._notes) < self._max_notes:
                self._notes[key.pk] = Use(now, text.digest())

    def write(self) -> None:
        """Writes all notes. A database that takes no writes is logged once; the notes stay for the next try."""
        with self._lock:
            taken, self._notes = self._notes, {}
        if not taken:
            return
        try:
            with transaction.atomic():
                for pk, use in sorted(taken.items()):  # in one order in all processes, so that none waits in a circle
                    _write_use(pk, use)
        except DatabaseError as error:
            if not self._is_failing:
                _log.warning("Could not record the use of %d API keys, trying again: %s", len(taken), error)
            self._is_failing = True
            with self._lock:
                self._notes = {**taken, **self._notes}  # newer ones win
        else:
            self._is_failing = False


@cache
def key_uses() -> KeyUses:
    """The notes of this process, created once."""
    return KeyUses()


def _write_use(pk: int, use: Use) -> None:
    """Writes a use unless another process wrote one in the same minute.

    The digest is written with it, so that a key in use outlives the pepper that it was hashed with.
    """
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=use.at - RESOLUTION)
    ApiKey.objects.filter(is_due, pk=pk).update(last_used_at=use.at, digest=use.digest)
