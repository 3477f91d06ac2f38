"""Log of documents that could not be read: one line per kind of fault, with an example."""

from __future__ import annotations

import logging

from merger.contract.documents import Skipped
from merger.meters import DOCUMENTS_SKIPPED

_log = logging.getLogger(__name__)


class SkippedLog:
    """Counts the documents that could not be read, and logs each kind once.

    Requirement D2.
    """

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str], int] = {}

    def note(self, skipped: tuple[Skipped, ...]) -> None:
        """Counts skipped documents, and logs the first of each kind."""
        for entry in skipped:
            key = (entry.layer, entry.kind)
            if key not in self.counts:
                _log.warning("A %s document could not be read (%s): %s", *key, entry.reason)
            self.counts[key] = self.counts.get(key, 0) + 1
            DOCUMENTS_SKIPPED.labels(*key).inc()
