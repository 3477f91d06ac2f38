"""Warns of an outage once, and only when it lasts: one slow answer of a busy store is none."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Final

from merger.errors import StoreError, StoreUnavailable

FAILED_LOOKS: Final = 3
"""Failed looks in a row after which there is a warning."""


@dataclass(slots=True)
class Outage:
    """Counts the looks in a row that failed. One thread calls it.

    Args:
        log: gets the warning, and the news of its end.
    """

    log: logging.Logger
    _failed: int = field(default=0, init=False)
    _reason: str = field(default="", init=False)

    def note_failure(self, error: StoreError) -> None:
        """Counts a look that failed. The first error of an outage is its cause; after it the breaker refuses."""
        if not self._failed:
            self._reason = "MongoDB is not answering" if isinstance(error, StoreUnavailable) else str(error)
        self._failed += 1
        if self._failed == FAILED_LOOKS:
            self.log.warning("Paused watching for changes: %s. Retrying.", self._reason)

    def note_success(self) -> None:
        """Counts a look that succeeded as a whole, which ends an outage."""
        if self._failed >= FAILED_LOOKS:
            self.log.info("Watching for changes again.")
        self._failed = 0
