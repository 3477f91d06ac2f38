"""Files that `make run` keeps in ``DATA_DIR``: secret key, lock, meters, the embedded stores' addresses, demo user."""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import private_files

METERS = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable that makes prometheus_client collect the meters of several processes, in the directory it
names."""


_SHORTEST_KEY = 32
"""Letters; a shorter secret key can be guessed, or is what a full disk left of one."""


class AlreadyRunningError(Exception):
    """Another process has locked this data directory."""


class SampleState(StrEnum):
    """Progress of loading the sample world; an interrupted load stays at ``LOADING``."""

    ABSENT = "absent"
    LOADING = "loading"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True)
class StoreAddresses:
    """Addresses of the running copy's embedded stores; empty for a store that is not embedded."""

    mongodb_uri: str = ""
    redis_url: str = ""


@dataclass(frozen=True, slots=True)
class LocalData:
    """The data directory of this checkout.

    Attributes:
        directory: its path; created on the first write.
    """

    directory: Path

    def make(self) -> list[Path]:
        """Makes the directory if there is none, and takes it and its files away from everybody but their owner.

        Returns:
            What others may still use, since it belongs to another user.
        """
        private_files.make_directory(self.directory)
        return private_files.close(self.directory)

    def secret_key(self) -> str:
        """The key that ``make_secret_key`` stored here, or an empty text.

        Raises:
            ImproperlyConfigured: the file holds no key, or can't be read; its content is not shown.
        """
        try:
            text = self._key_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError):
            text = ""
        if len(text) < _SHORTEST_KEY:
            raise ImproperlyConfigured(
                f"{self._key_file} can't be read, or holds no secret key; restore it, or delete it: the next start "
                "makes a new one, which ends all sessions, and all API keys unless API_KEY_PEPPER is set"
            )
        return text

    def make_secret_key(self) -> str:
        """The stored key; the first time, stores a new random one that only its owner can read."""
        if not self.secret_key():
            private_files.make_directory(self.directory)
            private_files.write_once(self._key_file, secrets.token_urlsafe(48))
        return self.secret_key()

    @contextmanager
    def lock(self, part: str = "") -> Iterator[None]:
        """Locks the directory for this process; the system releases the lock however the process ends.

        Args:
            part: what of a copy this process is, beside the other parts; empty: all that a copy starts by itself.

        Raises:
            AlreadyRunningError: another process has locked it.
        """
        path = self.directory / f"{part}_lock" if part else self._lock_file
        private_files.make_file(path)
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunningError(str(self.directory)) from error
            yield

    @contextmanager
    def one_preparation(self) -> Iterator[None]:
        """Waits until no other process prepares this directory, and holds up others while the body runs."""
        path = self.directory / "prepare_lock"
        private_files.make_file(path)
        with path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def sample_state(self) -> SampleState:
        """Progress of loading the sample world into this directory's embedded store."""
        try:
            return SampleState(self._sample_file.read_text(encoding="ascii").strip())
        except (FileNotFoundError, ValueError):
            return SampleState.ABSENT

    def sample_written(self) -> datetime:
        """When the sample world's state was last written, aware UTC; the state must not be absent."""
        return datetime.fromtimestamp(self._sample_file.stat().st_mtime, UTC)

    def write_sample_state(self, state: SampleState) -> None:
        """Stores how far loading the sample world got."""
        private_files.write(self._sample_file, state)

    def collected_mark(self) -> str:
        """Of which static files those in ``static`` were collected; empty: of none, or only in part."""
        try:
            return self._collected_file.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""

    def write_collected_mark(self, mark: str) -> None:
        """Stores of which static files those in ``static`` were collected."""
        private_files.write(self._collected_file, mark)

    def note_demo_user(self, password: str | None) -> None:
        """Notes for the end of the start whether there is a demo user, and its password until that has been shown.

        Args:
            password: of the user that was just made; empty: it was made earlier; ``None``: there is no such user.
        """
        if password:
            private_files.write(self._demo_file, password)
        elif password is None:
            self._demo_file.unlink(missing_ok=True)
        else:
            private_files.write_once(self._demo_file, "")

    def take_demo_password(self) -> str | None:
        """The demo user's password, once; afterwards empty. ``None``: there is no such user."""
        try:
            password = self._demo_file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        if password:
            with suppress(OSError):  # a full disk: it is shown again at the next start
                private_files.write(self._demo_file, "")
        return password

    def empty_meters(self) -> Path:
        """Empties the directory of the workers' meters and returns its absolute path."""
        meters = self.directory.absolute() / "metrics"
        shutil.rmtree(meters, ignore_errors=True)
        private_files.make_directory(meters)
        return meters

    def publish_stores(self, addresses: StoreAddresses) -> None:
        """Publishes the stores' addresses for other commands of this checkout, while the lock is held."""
        private_files.write(self._stores_file, json.dumps(asdict(addresses)))

    def withdraw_stores(self) -> None:
        """Removes the published addresses."""
        self._stores_file.unlink(missing_ok=True)

    def running_stores(self) -> StoreAddresses:
        """The published addresses; none unless a run holds the lock, since a killed run leaves them behind."""
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
    def _collected_file(self) -> Path:
        return self.directory / "collected"

    @property
    def _demo_file(self) -> Path:
        return self.directory / "demo_user"

    @property
    def _stores_file(self) -> Path:
        return self.directory / "stores.json"


def passing_key(arguments: Sequence[str]) -> str:
    """A key for a process that signs nothing, so that a producer can try a file without any setting; else empty.

    Args:
        arguments: the process's, its program first.
    """
    return secrets.token_urlsafe(64) if arguments[1:2] == ["check_views"] else ""
