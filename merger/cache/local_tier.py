"""The process's own cache tier: what it has just served, for a second or so. Pure but for a lock."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass

from merger.cache.entry import Entry

MOST_ENTRIES, MOST_BYTES = 1_500, 2 * 2**20
"""Bounds of one process; the oldest entries are dropped first."""


@dataclass(slots=True)
class CachedEntry:
    """An entry held by the process.

    Args:
        entry: what is served.
        until: monotonic seconds up to which it is served without asking Redis.
        state: ``HIT`` or ``STALE``.
        original: the entry without a warning, to fall back on when the store is away; the same one where it has none.
            ``None``: a partial answer, which is never fallen back on.
    """

    entry: Entry
    until: float
    state: str
    original: Entry | None

    @property
    def size(self) -> int:
        """Approximate bytes that it occupies."""
        original = self.original if self.original is not self.entry else None
        return self.entry.size + (original.size if original else 0)


class LocalTier:
    """Entries by request, bounded in number and bytes.

    Reading takes no lock: a dictionary's own lookup is atomic, and a held entry is never changed.

    Attributes:
        bytes: approximate bytes of all entries.
    """

    def __init__(self, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._held: dict[Hashable, CachedEntry] = {}
        self.bytes = 0
        self._lock = threading.Lock()

    def get(self, ident: Hashable) -> CachedEntry | None:
        """Returns the entry held for a request, expired or not."""
        return self._held.get(ident)

    def put(self, ident: Hashable, cached: CachedEntry) -> None:
        """Holds an entry in place of the one before; an entry larger than an eighth of all bytes is not held."""
        with self._lock:
            self._drop(ident)
            if cached.size > self._most_bytes // 8:
                return
            self._held[ident] = cached
            self.bytes += cached.size
            while len(self._held) > self._most_entries or self.bytes > self._most_bytes:
                self._drop(next(iter(self._held)))

    def clear(self) -> None:
        """Drops everything."""
        with self._lock:
            self._held.clear()
            self.bytes = 0

    def _drop(self, ident: Hashable) -> None:
        dropped = self._held.pop(ident, None)
        if dropped is not None:
            self.bytes -= dropped.size

    def __len__(self) -> int:
        return len(self._held)
