"""What is recorded of migrations, and the lock that lets one host at a time run them. Lives beside the collections.

The lock is a document that expires unless its holder renews it: a host that dies holds it for thirty seconds at most.
All times of it are the server's, so clocks of hosts may differ. Nothing depends on the lock for correctness: every
migration may be begun anew, or run twice at once, and comes to the same end; the lock spares the work.
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

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, PyMongoError

from merger.errors import MergerError, StoreError
from merger.migrations_mongo.migration import Migration
from merger.migrations_mongo.plan import Record
from merger.stores.mongo.errors import mapped, mapping_errors

COLLECTION: Final = "view_migrations"


LOCK: Final = "lock"
"""``_id`` of the lock; all other documents are records, under the migrations' names."""


EXPIRES_AFTER: Final = timedelta(seconds=30)


RENEWED_EVERY: Final = 5.0


ASKED_EVERY: Final = 0.5
"""Seconds between two attempts to get a lock that another host holds."""


class LockHeld(MergerError):
    """Another host is running migrations."""


class LockLost(MergerError):
    """The lock could not be renewed in time: another host may be running migrations by now."""


class MigrationLog:
    """Records and the lock of one database.

    Args:
        database: with the collections.
        expires_after: until a lock that nobody renews is free.
        renewed_every: seconds.
    """

    def __init__(
        self,
        database: Database[dict[str, Any]],
        expires_after: timedelta = EXPIRES_AFTER,
        renewed_every: float = RENEWED_EVERY,
    ) -> None:
        self._documents = database[COLLECTION]
        self._admin = database.client.admin
        self._expires_after = expires_after
        self._renewed_every = renewed_every

    def records(self) -> dict[str, Record]:
        """By name.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            found = list(self._documents.find({"_id": {"$ne": LOCK}}))
        return {str(each["_id"]): _record(each) for each in found}

    def begin(self, migration: Migration, *, backward: bool) -> None:
        """Something is about to be changed.

        Raises:
            StoreError: from the store.
        """
        content = {
            "ended": False,
            "backward": backward,
            "checksum": migration.checksum,
            "began_at": self._now(),
            "host": socket.gethostname(),
            "faked": False,
        }
        self._write(migration.name, content)

    def end(self, migration: Migration, seconds: float, documents: int, *, faked: bool = False) -> None:
        """It was applied.

        Args:
            migration: which.
            seconds: that it took.
            documents: that were looked at.
            faked: it was not run.

        Raises:
            StoreError: from the store.
        """
        content: dict[str, Any] = {"ended": True, "seconds": round(seconds, 3), "documents": documents}
        if faked:
            self.begin(migration, backward=False)
            content["faked"] = True
        self._write(migration.name, content)

    def forget(self, migration: Migration) -> None:
        """It was taken back.

        Raises:
            StoreError: from the store.
        """
        with mapping_errors():
            self._documents.delete_one({"_id": migration.name})

    @contextmanager
    def locked(self, wait: float, on_wait: Callable[[str], None]) -> Iterator[Callable[[], None]]:
        """Holds the lock.

        Args:
            wait: seconds for another host to end.
            on_wait: told the name of that host, once.

        Yields:
            What raises ``LockLost`` once the lock may be another's.

        Raises:
            LockHeld: another host did not end.
            StoreError: from the store.
        """
        token = uuid4().hex
        self._acquire(token, wait, on_wait)
        keeper = _Keeper(lambda: self._renew(token), self._expires_after.total_seconds(), self._renewed_every)
        try:
            with keeper:
                yield keeper.check
        finally:
            with mapping_errors():
                self._documents.delete_one({"_id": LOCK, "token": token})

    def _acquire(self, token: str, wait: float, on_wait: Callable[[str], None]) -> None:
        give_up, told = time.monotonic() + wait, False
        while not self._try(token):
            with mapping_errors():
                holder = str((self._documents.find_one({"_id": LOCK}) or {}).get("host", "another host"))
            if time.monotonic() >= give_up:
                raise LockHeld(f"{holder} is running migrations")
            if not told:
                on_wait(holder)
                told = True
            time.sleep(ASKED_EVERY)

    def _try(self, token: str) -> bool:
        now = self._now()
        content = {"token": token, "host": socket.gethostname(), "until": now + self._expires_after}
        try:
            # Where it is there and not expired, nothing matches, and what would be inserted is a duplicate.
            self._documents.update_one({"_id": LOCK, "until": {"$lte": now}}, {"$set": content}, upsert=True)
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise mapped(error) from error
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


class _Keeper:
    """Renews a lock in a thread of its own for as long as the ``with`` block lasts."""

    def __init__(self, renew: Callable[[], bool], expires_after: float, every: float) -> None:
        self._renew, self._expires_after, self._every = renew, expires_after, every
        self._renewed_at = time.monotonic()
        self._taken = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="migration-lock", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raises ``LockLost``."""
        if self._taken or time.monotonic() - self._renewed_at >= self._expires_after:
            raise LockLost("the lock was lost; run the command again, it goes on where it stopped")

    def _run(self) -> None:
        while not self._taken and not self._ended.wait(self._every):
            asked_at = time.monotonic()
            try:
                self._taken = not self._renew()
            except StoreError:
                continue  # until it has expired there is time to try again
            self._renewed_at = asked_at


def _record(document: Mapping[str, Any]) -> Record:
    return Record(
        name=str(document["_id"]),
        ended=document.get("ended") is True,
        backward=document.get("backward") is True,
        checksum=str(document.get("checksum", "")),
        began_at=document.get("began_at"),
        seconds=document.get("seconds"),
        documents=int(document.get("documents", 0)),
        host=str(document.get("host", "")),
        faked=document.get("faked") is True,
    )
