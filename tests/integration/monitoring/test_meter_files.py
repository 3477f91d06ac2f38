"""Meters on a full disk: their files have their space before they are mapped, and nothing that is counted is lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.mmap_dict import MmapedDict

from merger import meter_files
from merger.meter_files import FIRST_BYTES, MeterFile, take_space

FULL_THEN_ROOM = """
import resource, time
from merger import meter_files, meters
_, most = resource.getrlimit(resource.RLIMIT_FSIZE)
meter_files.RETRY_SECONDS = 0.0
many = meters.counter("many", "Fill a file.", ("number",))
resource.setrlimit(resource.RLIMIT_FSIZE, (meter_files.FIRST_BYTES, most))
for _ in range(2):
    for number in range(1000):
        many.labels(number).inc()
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
for number in range(1000):
    many.labels(number).inc()
"""


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Pieces that the disk takes before it is full."""
    left = [0]

    def take(descriptor: int, start: int, length: int) -> None:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        take_space(descriptor, start, length)

    monkeypatch.setattr(meter_files, "take_space", take)
    monkeypatch.setattr(meter_files, "RETRY_SECONDS", 0.0)
    return left


def shown(path: Path) -> dict[str, float]:
    """What other processes read."""
    found = MmapedDict.read_all_values_from_file(str(path))  # type: ignore[no-untyped-call]  # the package's is untyped
    return {key: value for key, value, _, _ in found}


def test_values_are_read_by_other_processes_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "counter_1.db"
    file = MeterFile(str(path))
    assert file.read_value("a") == (0.0, 0.0)
    file.write_value("a", 2.0, 5.0)
    file.write_value("a", 3.0, 6.0)
    file.write_value("é" * 40, 1.0, 0.0)
    assert file.read_value("a") == (3.0, 6.0)
    assert {key.strip(): value for key, value in shown(path).items()} == {"a": 3.0, "é" * 40: 1.0}
    file.close()
    again = MeterFile(str(path))  # of a process with the id of one that has ended
    again.write_value("b", 1.0, 0.0)
    assert {key.strip() for key in shown(path)} == {"a", "b", "é" * 40}
    again.close()


def test_a_file_grows_and_has_all_its_space(tmp_path: Path) -> None:
    path = tmp_path / "counter_1.db"
    file = MeterFile(str(path))
    for number in range(2000):
        file.write_value(f"a key of some length, {number}", number, 0.0)
    seen = path.stat()
    assert seen.st_size > FIRST_BYTES
    assert seen.st_blocks * 512 >= seen.st_size
    assert sum(shown(path).values()) == sum(range(2000))
    file.close()


def test_without_space_there_is_no_file_until_there_is_space(tmp_path: Path, room: list[int]) -> None:
    path = tmp_path / "counter_1.db"
    file = MeterFile(str(path))
    assert file.read_value("a") == (0.0, 0.0)
    file.write_value("a", 7.0, 0.0)
    assert list(tmp_path.iterdir()) == []
    file.close()
    room[0] = 1
    file.write_value("a", 8.0, 0.0)
    assert list(shown(path).values()) == [8.0]
    file.close()


def test_a_full_disk_keeps_new_values_back_and_old_ones_count_on(tmp_path: Path, room: list[int]) -> None:
    room[0] = 1
    path = tmp_path / "counter_1.db"
    file = MeterFile(str(path))
    for number in range(2000):
        file.write_value(f"a key of some length, {number}", 1.0, 0.0)
    held = len(shown(path))
    assert 0 < held < 2000
    file.write_value("a key of some length, 0", 5.0, 0.0)
    assert sum(shown(path).values()) == held + 4
    room[0] = 5
    for number in range(1, 2000):
        file.write_value(f"a key of some length, {number}", 1.0, 0.0)
    assert sum(shown(path).values()) == 2004
    file.close()


def test_a_full_disk_is_asked_once_a_second(tmp_path: Path, room: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter_files, "RETRY_SECONDS", 1000.0)
    file = MeterFile(str(tmp_path / "counter_1.db"))
    file.write_value("a", 1.0, 0.0)
    room[0] = 1
    file.write_value("a", 2.0, 0.0)
    assert room == [1]


def test_a_directory_that_is_gone_ends_nothing(tmp_path: Path) -> None:
    file = MeterFile(str(tmp_path / "gone" / "counter_1.db"))
    file.write_value("a", 1.0, 0.0)
    assert file.read_value("a") == (0.0, 0.0)


def test_space_is_taken_by_writing_where_the_system_has_no_call_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "posix_fallocate", raising=False)
    with (tmp_path / "file").open("w+b") as file:
        take_space(file.fileno(), 0, 5)
        assert file.read() == bytes(5)


def test_meters_of_several_processes_outlive_a_full_disk_and_lose_no_count(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", FULL_THEN_ROOM],
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert found.returncode == 0, found.stderr
    [path] = tmp_path.glob("counter_*.db")
    assert sum(value for key, value in shown(path).items() if "lambdaserve_many_total" in key) == 3000
