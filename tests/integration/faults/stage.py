"""The stage of the faults: the server as `make run` starts it, and embedded stores behind proxies that can fail."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pymongo
from pymongo.database import Database
from redis import Redis

from benchmarks.harness.servers import Server, start_server
from benchmarks.harness.service import environment, prepare, service_start
from lambdaserve.server.embedded_stores import LOOPBACK, Store, free_port, start_mongo, start_redis
from tests.integration.faults.world import KnownWorld, Questions
from tests.tcp_proxy import TcpProxy

WORKERS = 2
DATABASE = "faults"

SETTINGS = {
    "MONGODB_DATABASE": DATABASE,
    # Far shorter than by default: during a fault, cached answers are to grow old, too.
    "CACHE_TTL_VOLATILE": "8",
    "CACHE_TTL_STABLE": "12",
    "CACHE_TTL_VERY_STABLE": "20",
    # The world stands still, so its last sync is as old as the run.
    "SPEED_LAG_LIMIT": "3h",
    "LOG_LEVEL": "info",
}
HELD_IN_PROCESS = 1.2
"""Seconds after which no worker gives what it gave before without asking Redis."""

_LAST_MINUTE = 75
"""Seconds before the end of an hour in which no fault begins: the hour's end changes what is right."""


@dataclass
class Stage:
    """All running servers and proxies.

    Attributes:
        mongo, redis: the stores; replaced after each restart.
        to_mongo, to_redis: what the server reaches them through.
        server: the supervisor of `make run`, with its workers below it.
        world: what the stores hold.
        questions: what is asked about it.
        beside: what a fault has running beside the server; closing it ends all of it.
        other_port: of another host among that.
    """

    directory: Path
    say: Callable[[str], None]
    mongo: Store = field(init=False)
    redis: Store = field(init=False)
    to_mongo: TcpProxy = field(init=False)
    to_redis: TcpProxy = field(init=False)
    server: Server = field(init=False)
    world: KnownWorld = field(init=False)
    questions: Questions = field(init=False)
    beside: ExitStack = field(default_factory=ExitStack)
    other_port: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)
    _ports: tuple[int, int] = (0, 0)
    _serving: ExitStack = field(default_factory=ExitStack)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        try:
            self._ports = free_port(), free_port()
            self._stack.callback(self._stop_stores)
            self.start_mongo()
            self.start_redis()
            self.to_mongo, self.to_redis = (self._stack.enter_context(TcpProxy(port)) for port in self._ports)
            mongo = f"mongodb://{LOOPBACK}:{self.to_mongo.port}/?directConnection=true"
            cache = f"redis://{LOOPBACK}:{self.to_redis.port}/0"
            self.variables = environment(self.directory, mongo, cache, SETTINGS)
            prepare(self.variables)
            self._stack.callback(self.stop_server)
            self._stack.callback(self.beside.close)
            self.begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    @property
    def python(self) -> str:
        """The interpreter that everything runs on."""
        return sys.executable

    def begin(self) -> None:
        """Prepares a world as of now and an empty cache, and starts a server on them."""
        self.stop_server()
        self.world = KnownWorld.as_of(datetime.now(UTC))
        self.questions = Questions(self.world.movies)
        with self.database() as database:
            for name, documents in (("batch_views", self.world.batch), ("speed_views", self.world.speed)):
                database[name].delete_many({})
                database[name].insert_many(documents)
        self.forget()
        self.start_server()

    def keep_within_the_hour(self) -> None:
        """Makes sure that the world is of this hour and that the hour doesn't end soon."""
        now = datetime.now(UTC)
        hour = now.replace(minute=0, second=0, microsecond=0)
        left = (hour + timedelta(hours=1) - now).total_seconds()
        if left < _LAST_MINUTE:
            self.say(f"Waiting {left:.0f} s for the hour to end, since that changes what is right")
            time.sleep(left + 1)
        if left < _LAST_MINUTE or self.world.now < hour:
            self.begin()

    def start_server(self) -> None:
        """Starts the server and waits until it has warmed up."""
        start = service_start(self.directory, self.variables, WORKERS)
        self.server = self._serving.enter_context(start_server(start))

    def stop_server(self) -> None:
        """Stops the server, if it runs."""
        self._serving.close()

    def worker_pids(self) -> list[int]:
        """Process ids of the workers, which answer; Linux alone has this."""
        return workers_of(self.server.child.process.pid)

    def server_pids(self) -> list[int]:
        """Process ids of the supervisor and of all below it."""
        supervisor = self.server.child.process.pid
        below = _children(supervisor)
        return [supervisor, *below, *(pid for each in below for pid in _children(each))]

    def start_mongo(self) -> None:
        self.mongo = start_mongo(self.directory / "mongo", self._ports[0])

    def start_redis(self) -> None:
        self.redis = start_redis(self.directory / "redis", self._ports[1])

    def signal_store(self, store: Store, number: signal.Signals) -> None:
        """Sends a signal to the store's processes."""
        os.killpg(store.child.process.pid, number)

    def kill_store(self, store: Store) -> None:
        """Kills the store and waits until it has ended."""
        self.signal_store(store, signal.SIGKILL)
        store.child.process.wait()

    @contextmanager
    def database(self) -> Iterator[Database[dict[str, Any]]]:
        """The database, past the proxy."""
        client: pymongo.MongoClient[dict[str, Any]]
        with pymongo.MongoClient(self.mongo.address, directConnection=True, tz_aware=True) as client:
            yield client[DATABASE]

    @contextmanager
    def cache(self) -> Iterator[Redis]:
        """Redis, past the proxy."""
        with Redis.from_url(self.redis.address) as client:
            yield client

    def forget(self) -> None:
        """Empties the cache."""
        with self.cache() as client:
            client.flushdb()

    def _stop_stores(self) -> None:
        for name in ("mongo", "redis"):
            store = getattr(self, name, None)
            if store is not None:
                with suppress(ProcessLookupError):
                    self.signal_store(store, signal.SIGCONT)
                store.stop()


def workers_of(supervisor: int) -> list[int]:
    """Process ids of the workers of a server, which answer; Linux alone has this."""
    return [
        pid
        for granian in _children(supervisor)
        for pid in _children(granian)
        if "resource_tracker" not in _command(pid)
    ]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def _command(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    return ""
