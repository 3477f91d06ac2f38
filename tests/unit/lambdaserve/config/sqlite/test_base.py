"""The accounts in SQLite, and the files beside them, may be used by their owner alone."""

from __future__ import annotations

import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lambdaserve.config.sqlite.base import DatabaseWrapper


def open_accounts(name: str) -> Any:
    settings: dict[str, Any] = {"NAME": name, "OPTIONS": {}, "TIME_ZONE": None, "CONN_MAX_AGE": 0, "AUTOCOMMIT": True}
    wrapper = DatabaseWrapper(settings)
    wrapper.get_connection_params()  # Django does so before each connection
    return closing(wrapper.get_new_connection({"database": name}))


@pytest.mark.parametrize("exists", [False, True])
def test_the_accounts_and_the_files_beside_them_are_private(tmp_path: Path, exists: bool) -> None:
    file = tmp_path / "data" / "db.sqlite3"
    if exists:
        file.parent.mkdir(mode=0o700)
        file.touch(0o644)
    with open_accounts(str(file)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE made (id integer)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
        assert modes == dict.fromkeys(["db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm"], 0o600)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_second_connection_leaves_the_locks_of_the_first(tmp_path: Path) -> None:
    file = tmp_path / "db.sqlite3"
    with open_accounts(str(file)) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE made (id integer)")
        with open_accounts(str(file)):
            look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM made'); c.close()"
            subprocess.run([sys.executable, "-c", look, file], check=True)
        # Where another process finds no locks, it takes itself for the last one and deletes these.
        assert file.with_name("db.sqlite3-wal").exists()
        assert file.with_name("db.sqlite3-shm").exists()


@pytest.mark.parametrize("name", [":memory:", "file:tests_of_accounts?mode=memory&cache=shared"])
def test_accounts_in_memory_make_no_file(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_accounts(name):
        assert list(tmp_path.iterdir()) == []
