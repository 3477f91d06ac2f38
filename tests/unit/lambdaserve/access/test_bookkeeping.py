"""The thread that writes to SQL runs apart from requests, and writes a last time when the process ends."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from lambdaserve.access import bookkeeping
from merger.background import loop

PROCESS = """
import django, multiprocessing
from types import SimpleNamespace
django.setup()
from lambdaserve.access import bookkeeping

def work():
    bookkeeping.write_notes = lambda: print("written", flush=True)
    bookkeeping.delete_expired = lambda: None
    bookkeeping.connection = SimpleNamespace(close=lambda: None)
    bookkeeping.start_bookkeeping()

if __name__ == "__main__":
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join()
"""


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the thread did, and its name."""
    found: list[tuple[str, str]] = []

    def note(what: str) -> Any:
        return lambda: found.append((what, threading.current_thread().name))

    monkeypatch.setattr(loop, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(bookkeeping, "write_notes", note("write"))
    monkeypatch.setattr(bookkeeping, "delete_expired", note("delete"))
    monkeypatch.setattr(bookkeeping, "connection", SimpleNamespace(close=note("close")))
    return found


def test_it_deletes_once_and_writes_on_and_a_last_time(calls: list[tuple[str, str]]) -> None:
    stop = bookkeeping.start_bookkeeping()
    while len(calls) < 5:
        threading.Event().wait(0.01)
    stop()
    names = [what for what, _ in calls]
    assert names[:3] == ["write", "delete", "write"]
    assert names.count("delete") == 1
    assert names[-2:] == ["write", "close"]
    assert {thread for _, thread in calls} == {"bookkeeping"}


def test_a_forked_process_that_ends_writes_a_last_time() -> None:
    chosen = {"DJANGO_SETTINGS_MODULE": "lambdaserve.settings", "SECRET_KEY": secrets.token_urlsafe(48)}
    command, environment = [sys.executable, "-c", PROCESS], os.environ | chosen
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert found.stdout == "written\n", found.stderr


def test_its_connection_is_renewed_before_it_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(bookkeeping, "close_old_connections", lambda: done.append("renew"))
    monkeypatch.setattr(bookkeeping, "key_uses", lambda: SimpleNamespace(write=lambda: done.append("write")))
    bookkeeping.write_notes()
    assert done == ["renew", "write"]
