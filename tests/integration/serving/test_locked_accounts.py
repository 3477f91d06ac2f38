"""While another process keeps SQLite's write lock, readers are answered as ever, and log-ins are refused soon.

Requirement S5.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from tests.integration.serving.test_serve import Served, run_command_beside, served

pytestmark = pytest.mark.slow

ADDRESS = "/api/v1/trending/movies?limit=1"


@contextmanager
def write_lock(data: Path) -> Iterator[None]:
    """Keeps the write lock, as a backup does."""
    with closing(sqlite3.connect(data / "db.sqlite3", timeout=5, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def timed(ask: requests.Request) -> tuple[int, float, str]:
    """Status, seconds and text of an answer."""
    began = time.monotonic()
    with requests.Session() as session:
        answer = session.send(ask.prepare(), timeout=30, allow_redirects=False)
    return answer.status_code, time.monotonic() - began, answer.text


def last_use(data: Path) -> str | None:
    with closing(sqlite3.connect(data / "db.sqlite3", timeout=5)) as connection:
        found: str | None = connection.execute("SELECT last_used_at FROM access_apikey").fetchone()[0]
    return found


def log_in(copy: Served) -> requests.Request:
    found = re.search(r"(\w+), password (\S+)", copy.said())
    assert found is not None
    body = {"username": found[1], "password": found[2]}
    return requests.Request("POST", f"{copy.url}/api/v1/auth/token", json=body)


def test_a_write_lock_delays_no_reader_and_uses_are_written_later(tmp_path: Path) -> None:
    with served(tmp_path, WORKERS="2", ANONYMOUS_READ="0") as copy:
        copy.wait_until_it_serves()
        created = run_command_beside(tmp_path, "create_api_key", "reader")
        key = created.stdout.strip()
        read = requests.Request("GET", copy.url + ADDRESS, headers={"X-API-Key": key})
        with write_lock(tmp_path):
            for _ in range(3):
                status, seconds, text = timed(read)
                assert (status, seconds < 1) == (200, True), (seconds, text)
            status, seconds, text = timed(log_in(copy))
            assert (status, seconds < 4) == (503, True), (seconds, text)
            assert "accounts-unavailable" in text
            assert last_use(tmp_path) is None
        deadline = time.monotonic() + 10
        while last_use(tmp_path) is None:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        assert timed(log_in(copy))[0] == 200
