"""Files and directories that only their owner may use, whatever the umask: keys, sessions and passwords lie in them.

Requirement S5.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

DIRECTORY_MODE: Final = 0o700
FILE_MODE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def make_directory(path: Path) -> None:
    """Makes a directory, and its parents, if there is none; one that exists stays as it is."""
    path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)


def make_file(path: Path) -> None:
    """Makes an empty file, and its directory, if there is none; one that exists is not even opened.

    Closing a database that this process has open elsewhere would take SQLite's locks away: another process would count
    itself as the last one, and delete the log that this one goes on writing to.
    """
    make_directory(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))


def write(path: Path, text: str) -> None:
    """Replaces a file as a whole: readers see the old text or the new one, also where the disk is full.

    Raises:
        OSError: it can't be written; the old file stays.
    """
    with _written_beside(path, text) as whole:
        whole.replace(path)


def write_once(path: Path, text: str) -> None:
    """Makes a file with a text, as a whole; one that exists stays as it is, also where several processes do this.

    Raises:
        OSError: it can't be written.
    """
    with _written_beside(path, text) as whole:
        try:
            path.hardlink_to(whole)
        except FileExistsError:
            return
        except OSError:  # a file system without hard links
            whole.replace(path)


@contextmanager
def _written_beside(path: Path, text: str) -> Iterator[Path]:
    """A file in the same directory that holds the text; it is removed unless the body moves it."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # only its owner may read it
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield Path(name)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def find_open(directory: Path) -> Iterator[Path]:
    """Yields the directory and whatever lies directly in it, as far as others than its owner may use it.

    What lies deeper can't be reached once these are closed.
    """
    for path in (directory, *_entries(directory)):
        with suppress(FileNotFoundError):  # it may have been removed meanwhile
            mode = path.lstat().st_mode
            if not stat.S_ISLNK(mode) and mode & _OTHERS:
                yield path


def close(directory: Path) -> list[Path]:
    """Takes a directory and whatever lies directly in it away from everybody but its owner.

    Returns:
        What could not be closed, since it belongs to another user.
    """
    return [path for path in find_open(directory) if not close_one(path)]


def close_one(path: Path) -> bool:
    """Takes one file or directory away from everybody but its owner; ``False``: it belongs to another user."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)
    except FileNotFoundError:
        return True
    except PermissionError:
        return False
    return True


@contextmanager
def private_umask() -> Iterator[None]:
    """Has this process, and the children that it starts, make files inside that only their owner may use."""
    former = os.umask(_OTHERS)
    try:
        yield
    finally:
        os.umask(former)


def _entries(directory: Path) -> list[Path]:
    try:
        return sorted(directory.iterdir())
    except OSError:
        return []
