"""Counts what any client of this process writes to MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo import monitoring

READS = {"find", "getMore", "aggregate", "count", "distinct", "explain", "collStats", "dbStats", "killCursors"}
"""Commands that change nothing; so do those of sessions and the connection."""

_ABOUT_THE_SERVER = {
    "hello",
    "isMaster",
    "ismaster",
    "ping",
    "buildInfo",
    "endSessions",
    "serverStatus",
    "getParameter",
}
_LISTS = {"listCollections", "listIndexes", "listDatabases"}


class WriteCounter(monitoring.CommandListener):
    """Counts commands that may change something.

    Attributes:
        count: commands since the process began.
    """

    def __init__(self) -> None:
        self.count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name not in READS | _ABOUT_THE_SERVER | _LISTS:
            self.count += 1

    def succeeded(self, event: Any) -> None:
        """Ignores the end of a command."""

    def failed(self, event: Any) -> None:
        """Ignores the end of a command."""


writes = WriteCounter()
# Of every client that is created later; tests create theirs in fixtures.
monitoring.register(writes)
