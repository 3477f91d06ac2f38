"""The servers of the comparison: the service with a key and a limit, and its peer with and without them."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from benchmarks.harness.cores import Cores, pin
from benchmarks.harness.servers import Server, Start, answers_get, start_server
from benchmarks.harness.service import ROOT, create_api_key, environment, prepare, service_start
from benchmarks.harness.stores import Stores
from benchmarks.harness.workload import API
from benchmarks.peer.cache import KEYS
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from lambdaserve.server.start_plan import EMBEDDED_TIMEOUT

OURS, GUARDED, PLAIN = "lambdaserve", "FastAPI, key and limit", "FastAPI, neither"

_DATABASES = {OURS: 0, GUARDED: 1, PLAIN: 2}
_HOUR = 3600
_UNCHANGING = {
    # Nothing may expire, lag or be refused during a measurement: that would be another scenario.
    "CACHE_TTL_VOLATILE": "1h",
    "CACHE_TTL_STABLE": "1h",
    "CACHE_TTL_VERY_STABLE": "1h",
    "SPEED_LAG_LIMIT": "24h",
    "MONGODB_TIMEOUT": str(EMBEDDED_TIMEOUT),
}


@dataclass(frozen=True, slots=True)
class World:
    """The stores with the sample world in them, and a key of the service.

    Attributes:
        directory: for logs.
        stores: running.
        variables: environment of the service.
        key: an API key that the service and the guarded peer know.
        by_socket: Redis is reached by its Unix socket rather than by TCP.
    """

    directory: Path
    stores: Stores
    variables: Mapping[str, str]
    key: str
    by_socket: bool


def prepare_world(directory: Path, stores: Stores, scale: float, *, by_socket: bool) -> World:
    """Loads the sample world and creates the API key.

    Raises:
        ServerFailed: one of them failed.
    """
    cache = stores.redis(_DATABASES[OURS], by_socket=by_socket)
    settings = {**_UNCHANGING, "SAMPLE_SCALE": str(scale)}
    variables = environment(directory, stores.mongo, cache, settings)
    prepare(variables, "--sample")
    key = create_api_key(variables)
    with MongoClient[dict[str, Any]](stores.mongo) as client:
        client["moviedb"][KEYS].insert_one({"_id": hashlib.sha256(key.encode()).hexdigest()})
    return World(directory, stores, variables, key, by_socket)


@contextmanager
def start_rivals(world: World, workers: int, cores: Cores) -> Iterator[Sequence[Server]]:
    """Starts the service, the guarded peer and the plain peer, in this order.

    Raises:
        ServerFailed: one did not start.
    """
    with ExitStack() as stack:
        found = []
        for name in (OURS, GUARDED, PLAIN):
            is_ours = name == OURS
            start = service_start(world.directory, world.variables, workers) if is_ours else _peer(world, name, workers)
            headers = {} if name == PLAIN else {"X-API-Key": world.key}
            with pin(cores.server):
                found.append(stack.enter_context(start_server(start, headers, _DATABASES[name])))
        yield found


def _peer(world: World, name: str, workers: int) -> Start:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "benchmarks.peer.app:create_app"]
    command += ["--host", LOOPBACK, "--port", str(port), "--workers", str(workers), "--loop", "uvloop"]
    command += ["--http", "httptools", "--ws", "none", "--no-access-log", "--log-level", "warning"]
    settings = {
        **world.variables,
        "PYTHONPATH": str(ROOT),
        "REDIS_URL": world.stores.redis(_DATABASES[name], by_socket=world.by_socket),
        "PEER_MODE": "plain" if name == PLAIN else "guarded",
        **{f"PEER_TTL_{ttl}": str(_HOUR) for ttl in ("VOLATILE", "STABLE", "VERY_STABLE")},
    }
    log = world.directory / f"peer-{_DATABASES[name]}.log"
    return Start(name, command, port, settings, log, answers_get(f"{API}health/live"))
