"""The thread that writes to the SQL database what no request waits for: uses of API keys, and the cleanup.

Requirement S5.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from multiprocessing.util import Finalize
from typing import Final

from django.db import close_old_connections, connection

from lambdaserve.access.cleanup import delete_expired
from lambdaserve.access.credentials.key_uses import key_uses
from merger.background.loop import Every, keep_running

CLEANUP_SECONDS: Final = 3600.0
"""Time between two deletions of expired sessions and tokens."""

STOP_SECONDS: Final = 5.0
"""Longest wait for the last writes when the process ends."""


def start_bookkeeping() -> Callable[[], None]:
    """Starts the thread.

    Returns:
        Ends it after a last write; called by itself when the process ends, however it was started.
    """
    ended = threading.Event()

    def run() -> None:
        keep_running([write_notes, Every(CLEANUP_SECONDS, delete_expired)], ended)
        write_notes()
        connection.close()

    thread = threading.Thread(target=run, name="bookkeeping", daemon=True)

    def stop() -> None:
        ended.set()
        thread.join(STOP_SECONDS)

    thread.start()
    # Unlike `atexit`, this is called in the server's workers too, which are forked.
    Finalize(None, stop, exitpriority=0)
    return stop


def write_notes() -> None:
    """Writes what requests have noted, over a connection that is renewed as those of requests are."""
    close_old_connections()
    key_uses().write()
