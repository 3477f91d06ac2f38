"""Keeps the records of migrations, and the lock that lets one host at a time run them, in ``view_migrations``.

The lock is a document that expires unless its holder renews it, so a host that dies holds it for 30 seconds at most.
Its times are the server's, so the clocks of hosts may differ. Correctness does not depend on the lock: a migration may
be restarted, or run twice at once, and reaches the same end. The lock only saves the duplicate work.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import msgspec
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from merger.errors import MergerError, StoreError
from merger.migrations_mongo.migration import Migration
from merger.migrations_mongo.plan import Record
from merger.stores.mongo.errors import map_error, mapping_errors

COLLECTION: Final = "view_migrations"


LOCK: Final = "lock"
"""``_id`` of the lock document; every other document is a record, with the migration's name as its ``_id``."""


LOCK_EXPIRES_AFTER: Final = timedelta(seconds=30)


RENEW_INTERVAL_SECONDS: Final = 5.0


RETRY_INTERVAL_SECONDS: Final = 0.5
"""Time between two attempts to take a lock that another host holds."""


class LockHeld(MergerError):
    """Another host is running migrations."""


class LockLost(MergerError):
    """The lock was not renewed in time: another host may be running migrations by now."""


class MigrationLog:
    """The records and the lock of one database.

    Args:
        database: holds the collections.
        expires_after: time until a lock that is not renewed becomes free.
        renew_interval: seconds.
    """

    def __init__(
        self,
        database: Database[dict[str, Any]],
        expires_after: timedelta = LOCK_EXPIRES_AFTER,
        renew_interval: float = RENEW_INTERVAL_SECONDS,
    ) -> None:
        self._documents = database[COLLECTION]
        self._admin = database.client.admin
        self._expires_after = expires_after
        self._renew_interval = renew_interval

    def records(self) -> dict[str, Record]:
        """Reads all records, by name.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            found = list(self._documents.find({"_id": {"$ne": LOCK}}))
        return {str(each["_id"]): _read_record(each) for each in found}

    def begin(self, migration: Migration, *, backward: bool) -> None:
        """Records that a migration is about to run.

        Raises:
            StoreError: from the store.
        """
        started = {
            "ended": False,
            "backward": backward,
            "checksum": migration.checksum,
            "began_at": self._now(),
            "host": socket.gethostname(),
            "faked": False,
        }
        self._write(migration.name, started)

    def end(self, migration: Migration, seconds: float, documents: int, *, faked: bool = False) -> None:
        """Records that a migration was applied.

        Args:
            migration: the migration.
            seconds: how long it took.
            documents: how many it read.
            faked: it was recorded without running.

        Raises:
            StoreError: from the store.
        """
        if faked:
            self.begin(migration, backward=False)
        ended = {"ended": True, "seconds": round(seconds, 3), "documents": documents, "faked": faked}
        self._write(migration.name, ended)

    def forget(self, migration: Migration) -> None:
        """Deletes the record of a migration that was rolled back.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            self._documents.delete_one({"_id": migration.name})

    @contextmanager
    def hold_lock(self, wait: float, on_wait: Callable[[str], None]) -> Iterator[Callable[[], None]]:
        """Holds the lock for the ``with`` block.

        Args:
            wait: seconds to wait for another host to finish.
            on_wait: called once with the name of that host.

        Yields:
            A function that raises ``LockLost`` once another host may hold the lock.

        Raises:
            LockHeld: another host did not finish in time.
            StoreError: from the store.
        """
        token = uuid4().hex
        self._acquire(token, wait, on_wait)
        renewer = _LockRenewer(lambda: self._renew(token), self._expires_after.total_seconds(), self._renew_interval)
        try:
            with renewer:
                yield renewer.check
        finally:
            with mapping_errors():
                self._documents.delete_one({"_id": LOCK, "token": token})

    def _acquire(self, token: str, wait: float, on_wait: Callable[[str], None]) -> None:
        give_up, has_reported = time.monotonic() + wait, False
        while not self._try_to_acquire(token):
            with mapping_errors():
                holder = str((self._documents.find_one({"_id": LOCK}) or {}).get("host", "another host"))
            if time.monotonic() >= give_up:
                raise LockHeld(f"{holder} is running migrations")
            if not has_reported:
                on_wait(holder)
                has_reported = True
            time.sleep(RETRY_INTERVAL_SECONDS)

    def _try_to_acquire(self, token: str) -> bool:
        now = self._now()
        content = {"token": token, "host": socket.gethostname(), "until": now + self._expires_after}
        try:
            # While the lock is held and not expired, nothing matches, and the upsert fails as a duplicate.
            self._documents.update_one({"_id": LOCK, "until": {"$lte": now}}, {"$set": content}, upsert=True)
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise map_error(error) from error
        return True

    def _renew(self, token: str) -> bool:
        until = self._now() + self._expires_after
        with mapping_errors():
            changed = self._documents.update_one({"_id": LOCK, "token": token}, {"$set": {"until": until}})
        return changed.matched_count == 1

    def _now(self) -> datetime:
        with mapping_errors():
            moment: datetime = self._admin.command("hello", codec_options=self._documents.codec_options)["localTime"]
        return moment

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        with mapping_errors():
            self._documents.update_one({"_id": name}, {"$set": content}, upsert=True)


class _LockRenewer:
    """Renews a lock in a thread of its own during a ``with`` block."""

    def __init__(self, renew: Callable[[], bool], expires_after: float, interval: float) -> None:
        self._renew, self._expires_after, self._interval = renew, expires_after, interval
        self._renewed_at = time.monotonic()
        self._is_lost = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="migration-lock", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raises ``LockLost`` if the lock may have expired or another host has it."""
        if self._is_lost or time.monotonic() - self._renewed_at >= self._expires_after:
            raise LockLost("the lock was lost; run the command again to continue where it stopped")

    def _run(self) -> None:
        while not self._is_lost and not self._ended.wait(self._interval):
            renewed_at = time.monotonic()
            try:
                self._is_lost = not self._renew()
            except StoreError:
                continue  # there is time for further attempts until the lock expires
            self._renewed_at = renewed_at


def _read_record(document: Mapping[str, Any]) -> Record:
    name = str(document["_id"])
    try:
        return msgspec.convert({**document, "name": name}, Record)
    except msgspec.ValidationError:
        # Edited by hand: the migration counts as half done and runs again, which is safe at any time.
        return Record(name, ended=False)
