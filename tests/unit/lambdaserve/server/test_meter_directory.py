"""The directory of meters lies in memory, is private, and leaves nothing behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from lambdaserve.server import meter_directory as module
from lambdaserve.server.meter_directory import meter_directory


def on_disk() -> Path:
    return Path("on disk")


@pytest.fixture(autouse=True)
def much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=module.NEEDED_BYTES))


def left_behind(memory: Path, name: str = "lambdaserve-meters-left", *, locked_before: bool = True) -> Path:
    directory = memory / name
    directory.mkdir()
    if locked_before:
        (directory / "lock").touch()
    (directory / "counter_1.db").touch()
    return directory


def test_it_is_private_and_removed_at_the_end(tmp_path: Path) -> None:
    with meter_directory(on_disk, tmp_path) as directory:
        assert directory.parent == tmp_path
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        (directory / "counter_1.db").touch()
    assert list(tmp_path.iterdir()) == []


def test_without_room_or_memory_it_lies_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with meter_directory(on_disk, tmp_path / "absent") as directory:
        assert directory == on_disk()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=module.NEEDED_BYTES - 1))
    with meter_directory(on_disk, tmp_path) as directory:
        assert directory == on_disk()
    assert list(tmp_path.iterdir()) == []


def test_what_killed_copies_left_is_removed(tmp_path: Path) -> None:
    left = left_behind(tmp_path)
    other = tmp_path / "of another program"
    other.mkdir()
    with meter_directory(on_disk, tmp_path):
        assert not left.exists()
        assert other.exists()


def test_what_a_running_copy_uses_stays(tmp_path: Path) -> None:
    with meter_directory(on_disk, tmp_path) as first, meter_directory(on_disk, tmp_path) as second:
        assert first.exists()
        assert second.exists()
        with (first / "lock").open() as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_one_that_is_being_made_stays_for_a_minute(tmp_path: Path) -> None:
    left = left_behind(tmp_path, locked_before=False)
    with meter_directory(on_disk, tmp_path):
        assert left.exists()
    os.utime(left, (0, 0))
    with meter_directory(on_disk, tmp_path):
        assert not left.exists()


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    memory, elsewhere = tmp_path / "memory", tmp_path / "elsewhere"
    memory.mkdir()
    left_behind(tmp_path, "elsewhere")
    (memory / "lambdaserve-meters-link").symlink_to(elsewhere)
    with meter_directory(on_disk, memory):
        assert (elsewhere / "counter_1.db").exists()
