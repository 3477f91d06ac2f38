"""The measured service: embedded stores, the sample world, and the server as `make run` starts it."""

from __future__ import annotations

import http.client
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import redis

from benchmarks.workload import API
from lambdaserve.embedded import LOOPBACK, free_port, start_mongo, start_redis
from lambdaserve.processes import Child
from lambdaserve.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[1]

_PATIENCE = 120.0
"""Seconds until the server must have read what every answer needs."""

_NEEDS_CATALOGUE, _TELLS_LAYERS = f"{API}search/genres", f"{API}health"


class ServiceFailed(Exception):
    """The service can't be measured; the message says why."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service of this process's own.

    Attributes:
        host: where it listens.
        port: and on which port.
        server: the process that supervises it.
        cache_url: its Redis.
        ready_after: seconds from its start until it had read the catalogue and the state of both layers.
    """

    host: str
    port: int
    server: Child
    cache_url: str
    ready_after: float

    def forget_answers(self) -> None:
        """Empties the cache."""
        with redis.Redis.from_url(self.cache_url) as connection:
            connection.flushdb()

    def peak_memory(self) -> int | None:
        """Bytes that the largest of the server's processes, a worker, ever had resident; ``None`` off Linux."""
        return max((_peak_of(pid) for pid in _descendants(self.server.process.pid)), default=0) or None


@contextmanager
def running(scale: float, workers: int, say: Callable[[str], None]) -> Iterator[Service]:
    """Starts everything in a temporary directory and stops and removes it afterwards.

    Args:
        scale: of the sample world.
        workers: processes that answer.
        say: shows a line to the user.

    Raises:
        ServiceFailed: something didn't start.
        StoreDidNotStart: an embedded store.
    """
    with tempfile.TemporaryDirectory(prefix="lambdaserve-bench-") as name:
        directory = Path(name)
        mongo = start_mongo(directory / "mongo")
        try:
            cache = start_redis(directory / "redis")
            try:
                variables = _environment(directory, mongo.address, cache.address, scale, workers)
                _load(variables)
                say(f"Starting the server with {workers} worker{'s' if workers > 1 else ''}")
                with _serving(directory, variables, cache.address) as service:
                    yield service
            finally:
                cache.stop()
        finally:
            mongo.stop()


def _environment(directory: Path, mongo: str, cache: str, scale: float, workers: int) -> dict[str, str]:
    """This process's environment without any setting of the user's, and the service's own ones."""
    return {name: value for name, value in os.environ.items() if name not in VARIABLES} | {
        "ENV_FILE": "",
        "DATA_DIR": str(directory),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "MONGODB_URI": mongo,
        "REDIS_URL": cache,
        "LOAD_SAMPLE": "never",
        "SAMPLE_SCALE": str(scale),
        "BIND": f"{LOOPBACK}:{free_port()}",
        "WORKERS": str(workers),
        "LOG_LEVEL": "warning",
    }


def _load(variables: dict[str, str]) -> None:
    """Indexes and the sample world, by the command that `make run` uses; it shows its own progress."""
    child = Child.start("preparation", _manage("prepare", "--embedded", "--sample"), environment=variables)
    try:
        if child.process.wait():
            raise ServiceFailed("the sample world could not be loaded, see above")
    finally:
        child.stop()


@contextmanager
def _serving(directory: Path, variables: dict[str, str], cache_url: str) -> Iterator[Service]:
    host, _, port = variables["BIND"].partition(":")
    started = time.monotonic()
    server = Child.start("server", _manage("serve"), environment=variables, log=directory / "server.log")
    try:
        while not _is_ready(host, int(port)):
            if server.ended() is not None or time.monotonic() - started > _PATIENCE:
                raise ServiceFailed(f"the server did not get ready:\n{server.last_words(20)}")
            time.sleep(0.05)
        yield Service(host, int(port), server, cache_url, time.monotonic() - started)
    finally:
        server.stop()


def _is_ready(host: str, port: int) -> bool:
    """Whether it has read ahead; before that, a request would be measured that waits for the start."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE)
    try:
        connection.request("GET", _NEEDS_CATALOGUE)
        catalogue = connection.getresponse()
        catalogue.read()
        connection.request("GET", _TELLS_LAYERS)
        layers = json.load(connection.getresponse())["services"]["speed_layer"]
        return catalogue.status == http.HTTPStatus.OK and layers["status"] != "unknown"
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
    finally:
        connection.close()


def _manage(*arguments: str) -> list[str | Path]:
    return [sys.executable, ROOT / "manage.py", *arguments]


def _descendants(pid: int) -> list[int]:
    """Every process below this one; none where the system doesn't tell."""
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text(encoding="ascii").split()):
                found += [child, *_descendants(child)]
    return found


def _peak_of(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
