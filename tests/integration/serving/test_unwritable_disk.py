"""While SQLite's write lock is held, and while the disk of ``DATA_DIR`` is full, readers are answered as ever.

Requirements S5 and F6.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import requests

from lambdaserve.server.embedded_stores import LOOPBACK
from tests.integration.serving.test_serve import Served, alive, descendants, run_command_beside, served

pytestmark = pytest.mark.slow

HELD, NEW = "trending/movies?limit=1", "search/genres"
"""An answer that is kept, and one of a route that has not been asked for: its meters are new."""


@dataclass
class Accounts:
    """A server that knows its callers, and a reader's key."""

    copy: Served
    data: Path

    @cached_property
    def key(self) -> str:
        return run_command_beside(self.data, "create_api_key", "reader", "--scope", "read").stdout.strip()

    def read(self, what: str) -> tuple[int, float, Any]:
        """Status, seconds and body of an answer on a connection of its own."""
        return timed(lambda: requests.get(self._at(what), headers={"X-API-Key": self.key}, timeout=30))

    def log_in(self) -> tuple[int, float, Any]:
        found = re.search(r"(\w+), password (\S+)", self.copy.said())
        assert found is not None
        body = {"username": found[1], "password": found[2]}
        return timed(lambda: requests.post(self._at("auth/token"), json=body, timeout=30))

    def last_use(self) -> str | None:
        with closing(sqlite3.connect(self.data / "db.sqlite3", timeout=5)) as connection:
            found: str | None = connection.execute("SELECT last_used_at FROM access_apikey").fetchone()[0]
        return found

    def _at(self, what: str) -> str:
        return f"{self.copy.url}/api/v1/{what}"


def timed(ask: Callable[[], requests.Response]) -> tuple[int, float, Any]:
    began = time.monotonic()
    answer = ask()
    return answer.status_code, time.monotonic() - began, answer.json()


def wait_until(holds: Callable[[], bool], seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@contextmanager
def small_disk(data: Path, megabytes: int = 300) -> Iterator[bool]:
    """Mounts a small disk there, where this user may; gives whether it did."""
    if sys.platform != "linux" or os.getuid() != 0:
        yield False
        return
    mounted = (
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", data], check=False).returncode == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", data], check=True)


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, bool]]:
    """The data directory, and whether it is a small disk of its own."""
    data = tmp_path_factory.mktemp("data")
    with small_disk(data) as is_small:
        yield data, is_small


@pytest.fixture(scope="module")
def accounts(disk: tuple[Path, bool]) -> Iterator[Accounts]:
    with served(disk[0], WORKERS="2", ANONYMOUS_READ="0", METRICS_FROM=LOOPBACK) as copy:
        copy.wait_until_it_serves()
        yield Accounts(copy, disk[0])


def assert_readers_are_answered(accounts: Accounts, *asked: str) -> None:
    for what in asked:
        status, seconds, body = accounts.read(what)
        assert (status, seconds < 1) == (200, True), (what, seconds, body)


def test_a_write_lock_delays_no_reader_and_uses_are_written_later(accounts: Accounts) -> None:
    assert len(accounts.key) > 40
    with closing(sqlite3.connect(accounts.data / "db.sqlite3", timeout=5, isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        assert_readers_are_answered(accounts, *[HELD] * 3)
        status, seconds, body = accounts.log_in()
        assert (status, seconds < 4) == (503, True), (seconds, body)
        assert body["type"].endswith(":accounts-unavailable")
        assert accounts.last_use() is None
        lock.execute("ROLLBACK")
    wait_until(lambda: accounts.last_use() is not None)
    assert accounts.log_in()[0] == 200


def test_a_full_disk_ends_nothing_and_all_heals(accounts: Accounts, disk: tuple[Path, bool]) -> None:
    data, is_small = disk
    if not is_small:
        pytest.skip("needs the right to mount; the parts have tests of their own that need none")
    assert_readers_are_answered(accounts, HELD)
    before = descendants(accounts.copy.process.pid)
    filler = data / "filler"
    fill(filler)
    for _ in range(3):
        assert_readers_are_answered(accounts, HELD, NEW, "health")
        time.sleep(2)  # longer than a worker relies on what it knows of a key
    assert_readers_are_answered(accounts, HELD)
    assert accounts.log_in()[0] == 503
    health = accounts.read("health")[2]
    assert health["services"]["disk"]["detail"].startswith("disk full")
    metrics = requests.get(f"{accounts.copy.url}/metrics", timeout=10).text
    assert 'route="api/v1/search/genres"' in metrics, "meters have space of their own"
    assert "lambdaserve_data_disk_free_bytes 0.0" in metrics
    assert alive(before).keys() == before.keys()
    filler.unlink()
    wait_until(lambda: accounts.log_in()[0] == 200)
    wait_until(lambda: accounts.read("health")[2]["services"]["disk"]["status"] == "healthy")
    assert accounts.copy.interrupt() == 0


def fill(filler: Path) -> None:
    """Fills the disk to its last byte."""
    with filler.open("ab", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
