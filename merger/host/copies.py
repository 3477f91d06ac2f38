"""Folders that one process of a host makes and all its processes map: each holds one generation of something.

A generation is named by what it is made from, so that processes agree on it without a word, and a restart finds it. One
process makes it, under a lock, in a folder beside; it is renamed when it is whole. A crash leaves the former
generations as they were. A process that uses a folder holds a lock on it, and unused folders are removed.

Requirement M9.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

_LOCK, _CURRENT, _MAKING, _USERS = "lock", "current", "making", "users"
_PRIVATE: Final = 0o700


class HeldFolder:
    """A folder in use; it stays until ``release``, or until this object or the process ends.

    Args:
        path: of the folder.
        lock: descriptor of its locked file.
    """

    def __init__(self, path: Path, lock: int) -> None:
        self.path, self.lock = path, lock
        self._release = weakref.finalize(self, os.close, lock)

    def is_lost(self) -> bool:
        """Whether the folder was removed in spite of the lock; what is mapped from it can still be read."""
        return not self.path.is_dir()

    def remove(self) -> None:
        """Removes the folder although it may be in use; what is mapped from it can still be read."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.release()

    def release(self) -> None:
        """Lets the folder be removed."""
        self._release()


class HostCopies:
    """The generations of one thing on this host.

    Args:
        directory: where their folders lie; made on the first write.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def find(self, name: str) -> HeldFolder | None:
        """Returns a whole generation; ``None``: there is none of this name."""
        return self._hold(self._directory / name)

    def find_current(self) -> HeldFolder | None:
        """Returns the generation that was made last; ``None`` before the first one."""
        with suppress(OSError):
            return self._hold(self._directory / (self._directory / _CURRENT).readlink().name)
        return None

    def find_or_make(self, name: str, write: Callable[[Path], None]) -> HeldFolder:
        """Returns a generation; makes it if no process of this host has. Waits while another process makes any.

        Args:
            name: of the generation, a file name.
            write: writes it into an empty folder.

        Raises:
            OSError: it can't be written; the former generations stay.
        """
        with self._one_maker():
            found = self.find(name)
            if found is None:
                self._make(name, write)
                found = self.find(name)
        if found is None:
            raise OSError(f"{self._directory / name} was removed as soon as it was made")
        return found

    def tidy(self) -> None:
        """Removes unused generations, but not the newest one."""
        with suppress(OSError), self._one_maker():
            current = (self._directory / _CURRENT).readlink().name
            for path in self._directory.iterdir():
                if path.is_dir() and not path.is_symlink() and path.name != current:
                    _remove_unused(path)

    def _make(self, name: str, write: Callable[[Path], None]) -> None:
        making, whole = self._directory / _MAKING, self._directory / name
        shutil.rmtree(making, ignore_errors=True)  # what a crash left
        making.mkdir(_PRIVATE)
        try:
            write(making)
            (making / _USERS).touch(0o600)
            making.rename(whole)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        link = self._directory / f"{_CURRENT}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(name)
        link.replace(self._directory / _CURRENT)

    @contextmanager
    def _one_maker(self) -> Iterator[None]:
        self._directory.mkdir(_PRIVATE, parents=True, exist_ok=True)
        with os.fdopen(os.open(self._directory / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _hold(path: Path) -> HeldFolder | None:
        try:
            held = HeldFolder(path, os.open(path / _USERS, os.O_RDONLY))
        except OSError:
            return None
        fcntl.flock(held.lock, fcntl.LOCK_SH)
        return held if (path / _USERS).exists() else None  # else it was removed between both calls


def _remove_unused(path: Path) -> None:
    try:
        with (path / _USERS).open("r") as users:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path)
    except BlockingIOError:
        return
    except FileNotFoundError:
        shutil.rmtree(path, ignore_errors=True)  # never became whole
    except OSError as error:
        _log.warning("%s can't be removed: %s", path, error)
