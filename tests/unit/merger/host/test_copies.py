"""One process makes a folder, all open it; crashes, full disks and lost folders leave the former ones."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from merger.host.copies import HostCopies


def make(copies: HostCopies, name: str) -> Path:
    return copies.find_or_make(name, lambda path: (path / "text").touch()).path


def nothing(path: Path) -> None:
    """Leaves the folder empty."""


def fail(path: Path) -> None:
    (path / "half").touch()
    raise OSError(28, "No space left on device")


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir() if path.is_dir() and not path.is_symlink()}


def test_generation_is_made_once_and_found_by_others(tmp_path: Path) -> None:
    made: list[Path] = []
    HostCopies(tmp_path / "deep" / "copies").find_or_make("a", made.append)
    held = HostCopies(tmp_path / "deep" / "copies").find_or_make("a", made.append)
    assert len(made) == 1
    assert held.path == tmp_path / "deep" / "copies" / "a"
    current = HostCopies(tmp_path / "deep" / "copies").find_current()
    assert current is not None
    assert current.path == held.path


def test_nothing_is_found_before_the_first_one(tmp_path: Path) -> None:
    copies = HostCopies(tmp_path / "none")
    assert (copies.find("a"), copies.find_current()) == (None, None)
    copies.tidy()


def test_failure_leaves_the_former_generation(tmp_path: Path) -> None:
    copies = HostCopies(tmp_path)
    make(copies, "a")
    with pytest.raises(OSError, match="No space"):
        copies.find_or_make("b", fail)
    current = copies.find_current()
    assert current is not None
    assert current.path.name == "a"
    assert names(tmp_path) == {"a"}


def test_what_a_crash_left_is_no_generation(tmp_path: Path) -> None:
    copies = HostCopies(tmp_path)
    (tmp_path / "making").mkdir()
    (tmp_path / "making" / "half").touch()
    (tmp_path / "b").mkdir()
    assert copies.find("b") is None
    assert sorted(path.name for path in make(copies, "a").iterdir()) == ["text", "users"]


def test_unused_generations_are_removed_but_not_those_in_use(tmp_path: Path) -> None:
    copies = HostCopies(tmp_path)
    held = copies.find_or_make("a", nothing)
    make(copies, "b")
    make(copies, "c")
    copies.tidy()
    assert names(tmp_path) == {"a", "c"}
    held.release()
    copies.tidy()
    assert names(tmp_path) == {"c"}


def test_process_that_ends_uses_nothing_any_more(tmp_path: Path) -> None:
    lines = (
        "import os, pathlib, sys",
        "from merger.host.copies import HostCopies",
        "held = HostCopies(pathlib.Path(sys.argv[1])).find_or_make('a', print)",
        "os._exit(1)",
    )
    code = "\n".join(lines)
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False, cwd=Path(__file__).parents[4])
    copies = HostCopies(tmp_path)
    make(copies, "b")
    copies.tidy()
    assert names(tmp_path) == {"b"}


def test_lost_folder_is_noticed_and_made_again(tmp_path: Path) -> None:
    copies = HostCopies(tmp_path)
    held = copies.find_or_make("a", nothing)
    assert not held.is_lost()
    for path in (held.path / "users", held.path):
        path.unlink() if path.is_file() else path.rmdir()
    assert held.is_lost()
    assert not copies.find_or_make("a", nothing).is_lost()


def test_of_many_makers_one_makes(tmp_path: Path) -> None:
    made: list[Path] = []
    threads = [threading.Thread(target=lambda: HostCopies(tmp_path).find_or_make("a", made.append)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
