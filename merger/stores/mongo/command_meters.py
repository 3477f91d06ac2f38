"""Meters MongoDB commands and connections through pymongo's listeners.

pymongo calls a listener in the thread that sends the command, before and after it. A ``getMore`` that waits for changes
(one with a time limit of its own) is left out: the time until something happens is not latency. Requirement O1.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from prometheus_client import Histogram
from pymongo import monitoring

from merger import meters
from merger.contract.collections import BATCH, SPEED

OTHER: Final = "other"


COMMANDS: Final = ("find", "getMore", "aggregate", "ping", "hello", "listIndexes", "collStats", OTHER)


COLLECTIONS: Final = (BATCH, SPEED, OTHER)


OK, FAILED = "ok", "failed"


OPEN, IN_USE = "open", "in_use"


class _PendingCommand(threading.local):
    """The command that the current thread is waiting for, and its collection."""

    request_id: int | None = None
    collection: str = OTHER


class CommandMeter(monitoring.CommandListener):
    """Measures the time from each command to its reply."""

    def __init__(self) -> None:
        self._pending = _PendingCommand()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Remembers the collection, which the event that ends the command does not name."""
        command, name = event.command, event.command_name
        if name == "getMore" and "maxTimeMS" in command:
            self._pending.request_id = None
            return
        found = command.get("collection" if name == "getMore" else name)
        self._pending.collection = found if found in (BATCH, SPEED) else OTHER
        self._pending.request_id = event.request_id

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Observes a command that was answered."""
        self._observe(event, OK)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Observes a command that failed, or had no reply in time."""
        self._observe(event, FAILED)

    def _observe(self, event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent, outcome: str) -> None:
        if self._pending.request_id != event.request_id:
            return
        self._pending.request_id = None
        name = event.command_name if event.command_name in COMMANDS else OTHER
        _seconds(name, self._pending.collection, outcome).observe(event.duration_micros / 1_000_000)


class PoolMeter(monitoring.ConnectionPoolListener):
    """Counts open and used connections, and measures the wait for one."""

    def __init__(self) -> None:
        self._open = meters.MONGODB_POOL_CONNECTIONS.labels(OPEN)
        self._in_use = meters.MONGODB_POOL_CONNECTIONS.labels(IN_USE)

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        """Counts one more open connection."""
        self._open.inc()

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        """Counts one open connection fewer."""
        self._open.dec()

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        """Counts one more in use, and observes the wait for it."""
        self._in_use.inc()
        meters.MONGODB_POOL_WAIT.observe(event.duration or 0.0)

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:
        """Counts one fewer in use."""
        self._in_use.dec()

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        """Counts a wait that ended without a connection."""
        if event.reason == monitoring.ConnectionCheckOutFailedReason.TIMEOUT:
            meters.MONGODB_POOL_TIMEOUTS.inc()

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        """Nothing to count."""

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """Nothing to count."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """Nothing to count: every connection that it closes has an event of its own."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """Nothing to count, for the same reason."""

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """Nothing to count: the connection was counted when it was created."""

    def connection_check_out_started(self, event: monitoring.ConnectionCheckOutStartedEvent) -> None:
        """Nothing to count: the event that ends the wait says how long it took."""


def listeners() -> list[monitoring._EventListener]:
    """Returns new listeners for a client's ``event_listeners``."""
    return [CommandMeter(), PoolMeter()]


@cache
def _seconds(command: str, collection: str, outcome: str) -> Histogram:
    return meters.MONGODB_COMMAND_SECONDS.labels(command, collection, outcome)
