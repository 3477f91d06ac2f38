"""Samples the resources of processes and stores: memory, open files, connections, threads."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import redis

_TABLES = {
    "sessions": "django_session",
    "outstanding tokens": "token_blacklist_outstandingtoken",
    "blacklisted tokens": "token_blacklist_blacklistedtoken",
    "lines of the admin's log": "django_admin_log",
}


@dataclass(frozen=True, slots=True)
class Held:
    """Resources of a process.

    Attributes:
        memory: resident bytes.
        peak: the most it ever had resident, bytes.
        files: open file descriptors.
        threads: of it.
        to_mongo, to_redis: open connections.
    """

    memory: int
    peak: int
    files: int
    threads: int
    to_mongo: int
    to_redis: int

    @classmethod
    def of(cls, pid: int, mongo_port: int, redis_port: int) -> Held:
        """Reads the resources of a process on Linux.

        Raises:
            OSError: there is no such process.
        """
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        open_files = _links(Path(f"/proc/{pid}/fd"))
        ports = _remote_ports(pid)
        remote = [ports.get(name) for name in open_files]
        return cls(
            memory=_kilobytes(status["VmRSS"]),
            peak=_kilobytes(status["VmHWM"]),
            files=len(open_files),
            threads=int(status["Threads"]),
            to_mongo=remote.count(mongo_port),
            to_redis=remote.count(redis_port),
        )


def _kilobytes(text: str) -> int:
    return int(text.split()[0]) * 1024


def _links(directory: Path) -> list[str]:
    found = []
    for each in directory.iterdir():
        with suppress(OSError):
            found.append(str(each.readlink()))
    return found


def _remote_ports(pid: int) -> dict[str, int]:
    """Ports that the sockets of the process's network are connected to, by the name of their open file."""
    lines = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = [line.split() for line in lines]
    return {f"socket:[{row[9]}]": int(row[2].partition(":")[2], 16) for row in rows}


@dataclass(frozen=True, slots=True)
class Stored:
    """Sizes of the stores.

    Attributes:
        keys: in Redis.
        memory: of Redis, bytes.
        rows: in the SQL database, by what they are.
    """

    keys: int
    memory: int
    rows: Mapping[str, int]

    @classmethod
    def of(cls, client: redis.Redis, accounts: Path) -> Stored:
        """Reads the current sizes.

        Args:
            client: of Redis.
            accounts: file of the SQL database.
        """
        memory = client.info("memory")
        keys = client.dbsize()
        with closing(sqlite3.connect(f"file:{accounts}?mode=ro", uri=True, timeout=10)) as database:
            known = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            rows = {
                name: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for name, table in _TABLES.items()
                if table in known
            }
        return cls(keys, memory["used_memory"], rows)


def port_of(address: str) -> int:
    """Returns the port of a store's URL."""
    port = urlsplit(address).port
    assert port is not None
    return port
