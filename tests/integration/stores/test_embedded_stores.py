"""The embedded stores start, stop and keep their data; their processes end with the service."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pymongo
import pytest
import redis

from lambdaserve.server import embedded_stores
from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import StoreDidNotStart, free_port, start_mongo, start_redis


def test_embedded_mongodb_keeps_its_documents_over_a_restart(tmp_path: Path) -> None:
    directory = tmp_path / "a path with spaces"
    for expected in (0, 1):
        store = start_mongo(directory)
        with pymongo.MongoClient[dict[str, object]](store.address) as client:
            assert client["db"]["things"].count_documents({}) == expected
            client["db"]["things"].insert_one({"_id": expected})
        store.stop()
        assert store.child.ended() is not None


def test_two_embedded_stores_of_a_kind_do_not_collide(tmp_path: Path) -> None:
    one, other = start_redis(tmp_path / "one"), start_redis(tmp_path / "other")
    with redis.Redis.from_url(one.address) as first, redis.Redis.from_url(other.address) as second:
        first.set("name", "one")
        assert second.get("name") is None
    one.stop()
    other.stop()


def test_stopped_store_starts_again_on_its_port(tmp_path: Path) -> None:
    port = free_port()
    for _ in range(2):
        store = start_redis(tmp_path, port)
        assert store.address.endswith(f":{port}/0")
        store.stop()


def test_store_that_fails_to_start_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_stores, "_ATTEMPTS", 1)
    (tmp_path / "data").write_text("a file where the server needs a directory")
    with pytest.raises(StoreDidNotStart, match=r"the embedded MongoDB did not start; the end of .*log:\n.+"):
        start_mongo(tmp_path)


def test_stop_kills_a_program_that_ignores_sigterm_and_its_children(tmp_path: Path) -> None:
    stubborn = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    log = tmp_path / "log"
    child = Child.start("stubborn", [sys.executable, "-c", stubborn], log=log)
    while not log.read_text():
        time.sleep(0.02)
    child.stop(patience=0.5)
    assert child.ended() == -9
    assert not _runs(int(log.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux does a child die with its parent")
def test_child_ends_when_its_parent_is_killed() -> None:
    parent = (
        "import sys, time\n"
        "from lambdaserve.server.child_process import Child\n"
        "child = Child.start('sleeper', [sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", parent], cwd=root, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert _runs(child)
        process.kill()
    deadline = time.monotonic() + 10
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")
