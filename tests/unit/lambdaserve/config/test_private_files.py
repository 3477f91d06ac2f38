"""Files that only their owner may use, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdaserve.config import private_files


@pytest.fixture(autouse=True)
def wide_umask() -> Iterator[None]:
    """The umask that leaves everything to everybody."""
    former = os.umask(0)
    yield
    os.umask(former)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_directories_and_files_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "data" / "accounts"
    private_files.make_file(file)
    assert (mode_of(file.parent), mode_of(file)) == (0o700, 0o600)
    file.write_text("kept")
    private_files.make_file(file)
    assert file.read_text() == "kept"


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "state"
    private_files.write(file, "old")
    with file.open() as reader:
        private_files.write(file, "new")
        assert reader.read() == "old"
    assert file.read_text() == "new"
    assert mode_of(file) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state"
    private_files.write(file, "old")

    def fail(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        private_files.write(file, "new")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_others_may_use_is_found_and_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    directory = tmp_path / "data"
    (directory / "mongo").mkdir(parents=True)
    (directory / "accounts").touch()
    (directory / "secret").touch(0o600)
    (directory / "elsewhere").symlink_to(tmp_path)
    assert list(private_files.find_open(directory)) == [directory, directory / "accounts", directory / "mongo"]
    assert private_files.close(directory) == []
    assert list(private_files.find_open(directory)) == []
    assert [mode_of(directory), mode_of(directory / "accounts"), mode_of(directory / "mongo")] == [0o700, 0o600, 0o700]
    assert mode_of(tmp_path) != 0o700, "a link leads out of the directory"


def test_what_belongs_to_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)

    def refuse(*_: Any) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    assert private_files.close(tmp_path) == [tmp_path]


def test_children_make_private_files_inside_the_umask(tmp_path: Path) -> None:
    with private_files.private_umask():
        os.system(f"touch '{tmp_path}/child'")
    (tmp_path / "later").touch()
    assert (mode_of(tmp_path / "child"), mode_of(tmp_path / "later")) == (0o600, 0o666)
