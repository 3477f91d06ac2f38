"""What `make run` keeps in ``DATA_DIR``: the secret key, the running copy's lock, meters and stores' addresses."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

METERS = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable by which prometheus_client learns that several processes count, and in which directory."""


class AlreadyRunningError(Exception):
    """Another process holds this data directory."""


class SampleState(StrEnum):
    """How far the load of the sample world got; one that was interrupted stays at ``LOADING``."""

    ABSENT = "absent"
    LOADING = "loading"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class StoreAddresses:
    """Where the stores of the running copy answer; empty texts where there are none of its own."""

    mongodb_uri: str = ""
    redis_url: str = ""


@dataclass(frozen=True, slots=True)
class LocalData:
    """The data directory of this checkout.

    Attributes:
        directory: its path; made on the first write.
    """

    directory: Path

    def secret_key(self) -> str:
        """The key that ``make_secret_key`` kept here, or an empty text."""
        try:
            return self._key_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def make_secret_key(self) -> str:
        """The kept key; a new random one, readable by its owner alone, the first time."""
        if not self.secret_key():
            self.directory.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
        return self.secret_key()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the directory for this process; the system lets go of it however the process ends.

        Raises:
            AlreadyRunningError: another process holds it.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunningError(str(self.directory)) from error
            yield

    def sample_state(self) -> SampleState:
        """How far the sample world got in the embedded store of this directory."""
        try:
            return SampleState(self._sample_file.read_text(encoding="ascii").strip())
        except (FileNotFoundError, ValueError):
            return SampleState.ABSENT

    def sample_written(self) -> datetime:
        """When the sample world's state was last written, in aware UTC; it must not be absent."""
        return datetime.fromtimestamp(self._sample_file.stat().st_mtime, UTC)

    def write_sample_state(self, state: SampleState) -> None:
        """Notes how far the sample world got."""
        self._sample_file.write_text(state, encoding="ascii")

    def fresh_meters(self) -> Path:
        """The directory of the workers' meters, absolute, without those of an earlier run."""
        meters = self.directory.absolute() / "metrics"
        shutil.rmtree(meters, ignore_errors=True)
        meters.mkdir(parents=True)
        return meters

    def publish_stores(self, addresses: StoreAddresses) -> None:
        """Lets other commands of this checkout find the stores for as long as the lock is held."""
        self._stores_file.write_text(json.dumps(asdict(addresses)), encoding="utf-8")

    def withdraw_stores(self) -> None:
        """Undoes ``publish_stores``."""
        self._stores_file.unlink(missing_ok=True)

    def running_stores(self) -> StoreAddresses:
        """The published addresses; none where nobody holds the lock, whatever a killed run left behind."""
        if not self._is_locked():
            return StoreAddresses()
        try:
            return StoreAddresses(**json.loads(self._stores_file.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return StoreAddresses()

    def _is_locked(self) -> bool:
        try:
            with self._lock_file.open("r") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    @property
    def _key_file(self) -> Path:
        return self.directory / "secret_key"

    @property
    def _lock_file(self) -> Path:
        return self.directory / "lock"

    @property
    def _sample_file(self) -> Path:
        return self.directory / "sample_world"

    @property
    def _stores_file(self) -> Path:
        return self.directory / "stores.json"
