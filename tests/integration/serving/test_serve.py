"""`manage.py serve`, which `make run` runs, as users see it: real processes, real sockets, a small sample world."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from pymongo.database import Database

from lambdaserve.config.variables import VARIABLES
from lambdaserve.server.embedded_stores import LOOPBACK, free_port

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    """A running copy: its process, its output so far, and where it serves."""

    process: subprocess.Popen[bytes]
    output: Path
    url: str

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def wait_until_it_serves(self, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while "Ctrl-C stops it" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(timeout=40)


def over_stores(database: Database[dict[str, Any]]) -> dict[str, str]:
    """The variables of a copy over the tests' own stores, with this database, without a sample world."""
    return {
        "MONGODB_URI": settings.MONGODB_URI,
        "MONGODB_DATABASE": database.name,
        "REDIS_URL": settings.REDIS_URL,
        "LOAD_SAMPLE": "never",
    }


@contextmanager
def served(data: Path, *options: str, **variables: str) -> Iterator[Served]:
    """Starts a copy with only these options and variables; stops it if the test didn't."""
    with served_from(ROOT, data, *options, **variables) as copy:
        yield copy


@contextmanager
def served_from(root: Path, data: Path, *options: str, **variables: str) -> Iterator[Served]:
    """Starts a copy as ``served`` does, from the checkout ``root``."""
    bind, live = (f"{LOOPBACK}:{free_port()}" for _ in range(2))
    data.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment |= {"ENV_FILE": "", "DATA_DIR": str(data), "SAMPLE_SCALE": "0.02", "BIND": bind, "LIVE_BIND": live}
    output = data / "output"
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, str(root / "manage.py"), "serve", *options],
            env=environment | variables,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd="/",
        )
    try:
        yield Served(process, output, f"http://{bind}")
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=40)


def run_command_beside(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of `manage.py` that knows only the data directory of the running copy."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=environment | {"ENV_FILE": "", "DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd="/",
    )


def descendants(pid: int) -> dict[int, str]:
    """Every process below this one, with its command line; Linux only."""
    found: dict[int, str] = {}
    with suppress(FileNotFoundError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
                found |= descendants(int(child))
    return found


def alive(pids: dict[int, str]) -> dict[int, str]:
    """The processes that still run; a zombie has ended."""

    def runs(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    return {pid: command for pid, command in pids.items() if runs(pid)}


def alive_after(pids: dict[int, str], seconds: float) -> dict[int, str]:
    """The processes that still run after this time; waits less if none does."""
    deadline = time.monotonic() + seconds
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive(pids)


def wait_for_parts(pid: int, parts: set[str]) -> dict[int, str]:
    """The descendants of a process once each part names one: the sample world's job starts last, after the box."""
    deadline = time.monotonic() + 60
    while True:
        children = descendants(pid)
        if all(any(part in command for command in children.values()) for part in parts):
            return children
        assert time.monotonic() < deadline, children
        time.sleep(0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_first_start_serves_everything_and_second_start_keeps_the_data(tmp_path: Path) -> None:
    data = tmp_path / "a path with spaces"
    with served(data) as first:
        first.wait_until_it_serves()
        lines = first.said().splitlines()
        assert lines[-2].endswith("manage.py changepassword demo")
        assert lines[-1] == "Ctrl-C stops it."
        assert not [line for line in lines if re.search('"status":|"level":"(warning|error)"', line)]
        for path in ("/", "/api/docs/", "/api/redoc/", "/api/schema/", "/admin/login/"):
            assert first.status(path) == 200, path
        assert "documents to batch_views" in first.said()
        password = re.search(r"demo, password (\S+)", first.said())
        assert password, first.said()
        checked = run_command_beside(data, "create_indexes", "--check")
        assert checked.returncode == 0, f"the run and a command beside it differ in what they declare: {checked}"
        assert "speed_views.expiry" not in checked.stdout + first.said()
        children = wait_for_parts(first.process.pid, {"secantusd-py", "valkey-server", "granian", "--follow"})
        assert first.interrupt() == 0
        assert alive(children) == {}

    with served(data) as second:
        second.wait_until_it_serves()
        assert "documents to batch_views" not in second.said(), "the batch was loaded again"
        assert password[1] not in second.said(), "the password is shown once"
        assert "manage.py changepassword demo" in second.said()
        assert not re.search('"status":|"level":"(warning|error)"', second.said())
        assert second.status("/") == 200
        assert second.interrupt(signal.SIGTERM) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_nothing_outlives_a_killed_run_and_the_next_start_works(tmp_path: Path) -> None:
    with served(tmp_path, LOAD_SAMPLE="never") as first:
        first.wait_until_it_serves()
        children = descendants(first.process.pid)
        first.process.kill()
        first.process.wait(timeout=10)
    with served(tmp_path, LOAD_SAMPLE="never") as second:
        second.wait_until_it_serves()
        assert second.status("/") == 200
        assert alive_after(children, 15) == {}
        assert second.interrupt() == 0


def test_second_copy_is_refused_in_the_same_directory_and_runs_in_another(tmp_path: Path) -> None:
    with served(tmp_path / "one", LOAD_SAMPLE="never") as first:
        first.wait_until_it_serves()
        with served(tmp_path / "two", LOAD_SAMPLE="never") as elsewhere:
            elsewhere.wait_until_it_serves()
            assert elsewhere.status("/") == 200
        again = subprocess.run(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env=os.environ | {"DATA_DIR": str(tmp_path / "one")},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert again.returncode == 1
        assert f"another copy is running with the data in {tmp_path / 'one'}" in again.stderr
        assert first.status("/") == 200


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_store_that_dies_ends_the_run_with_its_name(tmp_path: Path) -> None:
    with served(tmp_path, LOAD_SAMPLE="never") as copy:
        copy.wait_until_it_serves()
        children = descendants(copy.process.pid)
        store = next(pid for pid, command in children.items() if "valkey-server" in command)
        os.kill(store, signal.SIGKILL)
        assert copy.process.wait(timeout=40) == 1
        assert "the embedded Redis ended by itself" in copy.said()
        assert alive(children) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_mongodb_that_ends_while_it_starts_is_started_again(tmp_path: Path) -> None:
    with served(tmp_path, LOAD_SAMPLE="never") as copy:
        starting: list[int] = []
        while not starting:
            starting = [pid for pid, command in descendants(copy.process.pid).items() if "secantusd" in command]
            assert copy.process.poll() is None, copy.said()
        os.kill(starting[0], signal.SIGKILL)
        copy.wait_until_it_serves()
        assert copy.status("/api/v1/search/genres") == 200  # MongoDB's answer, since nothing is cached
        assert starting[0] not in descendants(copy.process.pid)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_serve_starts_only_the_server_with_two_external_stores(tmp_path: Path, mongo_uri: str, redis_url: str) -> None:
    stores = {"MONGODB_URI": mongo_uri, "MONGODB_DATABASE": "elsewhere", "REDIS_URL": redis_url}
    with served(tmp_path, LOAD_SAMPLE="never", **stores) as copy:
        copy.wait_until_it_serves()
        assert copy.status("/api/docs/") == 200
        assert all("granian" in command for command in descendants(copy.process.pid).values())
        assert not (tmp_path / "mongo").exists()
        assert not (tmp_path / "redis").exists()
        assert "password" not in copy.said()
        assert copy.interrupt() == 0


def test_service_starts_while_an_external_mongodb_is_unreachable(tmp_path: Path) -> None:
    away = {"MONGODB_URI": f"mongodb://{LOOPBACK}:{free_port()}", "MONGODB_TIMEOUT": "0.2"}
    with served(tmp_path, REDIS_URL=f"redis://{LOOPBACK}:{free_port()}", **away) as copy:
        copy.wait_until_it_serves()
        assert "No indexes created: MongoDB is not reachable" in copy.said()
        assert copy.status("/about/") == 200
        assert copy.status("/") == 503


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("WORKERS", "many", "WORKERS takes a whole number from 1 to 256; got 'many'"),
        ("CUTOFF_HOURS", "two days", "CUTOFF_HOURS takes a whole number from 1 to 8760; got 'two days'"),
        ("MONGODB_URI", "localhost:27017", "MONGODB_URI takes an address that starts with mongodb://"),
        ("BIND", "8000", "BIND takes an address and port such as 127.0.0.1:8000"),
    ],
)
def test_bad_setting_ends_the_start_with_its_name(tmp_path: Path, name: str, value: str, message: str) -> None:
    with served(tmp_path, **{name: value}) as copy:
        assert copy.process.wait(timeout=30) != 0
        assert message in copy.said()
        assert "Traceback" not in copy.said()
