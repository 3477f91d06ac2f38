"""The in-process tier of the cache: what this process has just given, for a second or so. Pure but for a lock."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass

from merger.cache.entry import Entry

MOST_ENTRIES, MOST_BYTES = 1_500, 2 * 2**20
"""Bounds of one process; what was put in first gives way."""


@dataclass(slots=True)
class CachedEntry:
    """An entry in the process.

    Args:
        entry: what is given.
        until: monotonic seconds up to which it is given without asking anybody.
        state: ``HIT`` or ``STALE``.
        original: the entry without a warning, to fall back on when the store is away; the same one where it has none.
            ``None``: a half answer, which would be told anew.
    """

    entry: Entry
    until: float
    state: str
    original: Entry | None

    @property
    def size(self) -> int:
        """Bytes that it may occupy, about."""
        kept = self.original if self.original is not self.entry else None
        return self.entry.size + (kept.size if kept else 0)


class LocalTier:
    """Entries by question, bounded in number and bytes.

    Reading takes no lock: a dictionary's own lookup is atomic, and an entry is never changed once it is in.
    """

    def __init__(self, most_entries: int = MOST_ENTRIES, most_bytes: int = MOST_BYTES) -> None:
        self._most_entries, self._most_bytes = most_entries, most_bytes
        self._held: dict[Hashable, CachedEntry] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, question: Hashable) -> CachedEntry | None:
        """What is held, whether its time is over or not."""
        return self._held.get(question)

    def put(self, question: Hashable, held: CachedEntry) -> None:
        """Holds it, in place of what was held before; an entry above an eighth of all bytes is not taken."""
        with self._lock:
            self._drop(question)
            if held.size > self._most_bytes // 8:
                return
            self._held[question] = held
            self._bytes += held.size
            while len(self._held) > self._most_entries or self._bytes > self._most_bytes:
                self._drop(next(iter(self._held)))

    def clear(self) -> None:
        """Holds nothing any more."""
        with self._lock:
            self._held.clear()
            self._bytes = 0

    def _drop(self, question: Hashable) -> None:
        gone = self._held.pop(question, None)
        if gone is not None:
            self._bytes -= gone.size

    def __len__(self) -> int:
        return len(self._held)

    @property
    def bytes(self) -> int:
        """Bytes held, about."""
        return self._bytes
