"""Log of documents and values that could not be read: one line per kind of fault, with an example."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from merger.contract.documents import Dropped, Skipped
from merger.meters import DOCUMENTS_SKIPPED, VALUES_DROPPED

_log = logging.getLogger(__name__)


class SkippedLog:
    """Counts the documents and values that could not be read, and logs each kind once.

    Requirement D2.
    """

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}
        self.dropped: dict[tuple[str, str], int] = {}

    def note(self, skipped: tuple[Skipped, ...]) -> None:
        """Counts skipped documents, and logs the first of each kind."""
        for entry in skipped:
            key = (entry.layer, entry.kind)
            if key not in self.counts:
                example = "" if entry.id is None else f"; its _id is {entry.id}"
                _log.warning("A %s document could not be read (%s): %s%s", *key, entry.reason, example)
            self.counts[key] = self.counts.get(key, 0) + 1
            DOCUMENTS_SKIPPED.labels(*key).inc()

    def note_dropped(self, dropped: Mapping[Dropped, int]) -> None:
        """Counts values of readable documents that were dropped, and logs the first of each kind."""
        for entry, number in dropped.items():
            key = (entry.layer, entry.kind)
            if key not in self.dropped:
                _log.warning("A value of a %s document could not be read (%s): %s", *key, entry.reason)
            self.dropped[key] = self.dropped.get(key, 0) + number
            VALUES_DROPPED.labels(*key).inc(number)
