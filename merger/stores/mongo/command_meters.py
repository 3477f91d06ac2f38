"""What pymongo tells of its commands and of its connections, as meters (O1).

pymongo calls a listener in the thread that sends the command, before and after it. Awaited changes (a ``getMore`` with
a time limit of its own) are left out: how long nothing happens is no latency.
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


class _Sent(threading.local):
    """The command that this thread is waiting for, and its collection."""

    request_id: int | None = None
    collection: str = OTHER


class CommandMeter(monitoring.CommandListener):
    """Meters the time from each command to its reply."""

    def __init__(self) -> None:
        self._sent = _Sent()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Remembers what the command is about, which its end does not tell."""
        command, name = event.command, event.command_name
        if name == "getMore" and "maxTimeMS" in command:
            self._sent.request_id = None
            return
        found = command.get("collection" if name == "getMore" else name)
        self._sent.collection = found if found in (BATCH, SPEED) else OTHER
        self._sent.request_id = event.request_id

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """A reply."""
        self._observe(event, OK)

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """An error, or no reply in time."""
        self._observe(event, FAILED)

    def _observe(self, event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent, outcome: str) -> None:
        if self._sent.request_id != event.request_id:
            return
        self._sent.request_id = None
        name = event.command_name if event.command_name in COMMANDS else OTHER
        _seconds(name, self._sent.collection, outcome).observe(event.duration_micros / 1_000_000)


class PoolMeter(monitoring.ConnectionPoolListener):
    """Meters the connections that commands are sent by, and the wait for one."""

    def __init__(self) -> None:
        self._open = meters.MONGODB_POOL_CONNECTIONS.labels(OPEN)
        self._in_use = meters.MONGODB_POOL_CONNECTIONS.labels(IN_USE)

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        """One more is open."""
        self._open.inc()

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        """One less is."""
        self._open.dec()

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        """One is in use, after some wait."""
        self._in_use.inc()
        meters.MONGODB_POOL_WAIT.observe(event.duration or 0.0)

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:
        """It is free again."""
        self._in_use.dec()

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        """None was to be had."""
        if event.reason == monitoring.ConnectionCheckOutFailedReason.TIMEOUT:
            meters.MONGODB_POOL_TIMEOUTS.inc()

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        """Says nothing of connections; nor do the three below."""

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """Nothing."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """Nothing: each connection that it closes is told."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """Nothing, likewise."""

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """Nothing: it was counted when it was made."""

    def connection_check_out_started(self, event: monitoring.ConnectionCheckOutStartedEvent) -> None:
        """Nothing: its end tells how long it took."""


def listeners() -> list[monitoring._EventListener]:
    """For a client's ``event_listeners``."""
    return [CommandMeter(), PoolMeter()]


@cache
def _seconds(command: str, collection: str, outcome: str) -> Histogram:
    return meters.MONGODB_COMMAND_SECONDS.labels(command, collection, outcome)
