"""What has expired is deleted from the SQL database now and then: it does not grow for as long as we serve (S5)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.core.management import call_command
from django.db import DatabaseError, connection

EVERY: Final = 3600.0
"""Seconds between two times."""

COMMANDS: Final = ("clearsessions", "flushexpiredtokens")
"""Management commands that do it."""

_log = logging.getLogger(__name__)


class Cleanup:
    """Deletes now and then; one thread calls it. That every process does so costs a query or two an hour.

    Args:
        monotonic: seconds of a monotonic clock.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._due = float("-inf")

    def run(self) -> None:
        """Deletes, if it is time to; a database that is away is asked again the next time."""
        if self._monotonic() < self._due:
            return
        self._due = self._monotonic() + EVERY
        try:
            for command in COMMANDS:
                call_command(command)
        except DatabaseError as error:
            _log.warning("What has expired was not deleted: %s", error)
        finally:
            connection.close()
