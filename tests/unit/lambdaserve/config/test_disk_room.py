"""When a disk counts as full."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdaserve.config.disk_room import FULL_BELOW, free_bytes, is_full


@pytest.mark.parametrize(("free", "full"), [(0, True), (FULL_BELOW - 1, True), (FULL_BELOW, False), (None, False)])
def test_a_disk_with_little_room_is_full(free: int | None, full: bool) -> None:
    assert is_full(free) is full


def test_free_bytes_are_the_systems_and_unknown_where_there_is_no_directory(tmp_path: Path) -> None:
    found = free_bytes(tmp_path)
    assert found is not None
    assert found >= 0
    assert free_bytes(tmp_path / "absent") is None
