"""The load generator: keep-alive connections to one server of this machine, bounded in number, count and time.

It runs in the process of `make bench`, not in one of the server's, so each has a core where there are two.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle, islice

from benchmarks.harness.latencies import Latencies
from benchmarks.harness.workload import Endpoint

CONCURRENCY = 8
"""Connections of a warm run."""

_TIMEOUT_SECONDS = 30.0
"""Seconds that an answer may take before the run fails."""

LOCAL_TIER_SECONDS = 1.1
"""Seconds after which every entry of a process's local tier has expired."""

_EXCERPT_BYTES = 400


class LoadFailed(Exception):
    """An answer was not the expected one, so its figures would mean nothing; the message says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A server's response; the names of its headers are in lower case."""

    status: int
    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class Connection:
    """One keep-alive connection.

    Attributes:
        host: address or name of the server.
        port: its port.
        reader: of its responses.
        writer: of requests.
        headers: of every request, as lines of HTTP.
    """

    host: str
    port: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    headers: str = ""

    async def milliseconds(self, path: str, expected: str | None) -> float:
        """Sends a GET, reads the whole answer and returns how long that took.

        Args:
            path: with its query.
            expected: the ``X-Cache`` that it must have; ``None`` where there is none.

        Raises:
            LoadFailed: the answer is not a 200, or not from where it should be.
        """
        answer, took = await self.ask(path)
        if answer.status != HTTPStatus.OK:
            text = answer.body[:_EXCERPT_BYTES].decode(errors="replace")
            raise LoadFailed(f"GET {path} was answered with {answer.status}: {text}")
        found = answer.headers.get(b"x-cache", b"").decode()
        if expected is not None and found != expected:
            raise LoadFailed(f"GET {path} has X-Cache {found or 'unset'}, not {expected}")
        return took

    async def ask(self, path: str) -> tuple[Answer, float]:
        """Sends a GET, or a POST where a body follows the path after a blank.

        Returns the answer, of any status, and the milliseconds that it took.

        Raises:
            LoadFailed: there is none that can be read.
        """
        address, _, posted = path.partition(" ")
        lines = f"Host: {self.host}:{self.port}\r\nAccept: application/json\r\n{self.headers}"
        if posted:
            lines += f"Content-Type: application/json\r\nContent-Length: {len(posted.encode())}\r\n"
        started = time.perf_counter()
        self.writer.write(f"{'POST' if posted else 'GET'} {address} HTTP/1.1\r\n{lines}\r\n{posted}".encode())
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
            status, headers = _parse_head(head)
            body = await self.reader.readexactly(int(headers[b"content-length"]))
        except (OSError, EOFError, KeyError, ValueError) as error:
            raise LoadFailed(f"GET {path} got no answer that can be read: {error!r}") from error
        return Answer(status, headers, body), (time.perf_counter() - started) * 1000


@asynccontextmanager
async def connect(host: str, port: int, headers: Mapping[str, str] | None = None) -> AsyncIterator[Connection]:
    """Opens a connection; raises ``OSError`` where no server listens."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield Connection(host, port, reader, writer, lines)
    finally:
        writer.close()
        with suppress(OSError):  # the server was quicker
            await writer.wait_closed()


def _parse_head(head: bytes) -> tuple[int, dict[bytes, bytes]]:
    """Reads the status and the headers, their names in lower case."""
    first, *lines = head[:-4].split(b"\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    return int(first.split(b" ", 2)[1]), headers


async def run_cold(
    connection: Connection, endpoint: Endpoint, forget: Callable[[], None], held: float = LOCAL_TIER_SECONDS
) -> Latencies:
    """Sends one request at a time, each of which the server must compute.

    Args:
        connection: open.
        endpoint: what to ask; all its paths in turn until there are enough requests.
        forget: empties the cache of answers; called before each turn.
        held: seconds before each turn, for what the server's processes hold themselves.

    Raises:
        LoadFailed: an answer was wrong, or a cached one.
    """
    found: list[float] = []
    expected = "MISS" if endpoint.cached else None
    for place, path in enumerate(_cold_paths(endpoint)):
        if place % len(endpoint.paths) == 0:
            await asyncio.sleep(held if endpoint.cached else 0)
            forget()
        await asyncio.sleep(endpoint.pause)
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            found.append(await connection.milliseconds(path, expected))
    return Latencies.of(found, sum(found) / 1000)


def _cold_paths(endpoint: Endpoint) -> Iterator[str]:
    return islice(cycle(endpoint.paths), max(len(endpoint.paths), endpoint.cold_requests))


async def fetch_all(
    host: str, port: int, headers: Mapping[str, str], paths: Sequence[str], connections: int
) -> list[tuple[str, Answer]]:
    """Requests each path over several connections; returns the answers in the order of their arrival.

    Raises:
        LoadFailed: an answer can't be read.
    """
    left, found = iter(paths), list[tuple[str, Answer]]()
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(connect(host, port, headers)) for _ in range(connections)]

        async def keep_asking(connection: Connection) -> None:
            for path in left:
                async with asyncio.timeout(_TIMEOUT_SECONDS):
                    answer, _ = await connection.ask(path)
                found.append((path, answer))

        await asyncio.gather(*(keep_asking(connection) for connection in opened))
    return found


async def run_warm(host: str, port: int, endpoint: Endpoint, seconds: float) -> Latencies:
    """Repeats the same requests over ``CONCURRENCY`` connections at once; the cache must answer all of them.

    Every path is asked once before, so that the cache holds it.

    Raises:
        LoadFailed: an answer was wrong, or not from the cache.
    """
    found: list[float] = []
    paths = cycle(endpoint.paths)
    expected = "HIT" if endpoint.cached else None
    async with asyncio.timeout(seconds + 2 * _TIMEOUT_SECONDS), AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connect(host, port)) for _ in range(CONCURRENCY)]
        for path in endpoint.paths:
            await connections[0].milliseconds(path, None)
        started = time.perf_counter()

        async def keep_asking(connection: Connection) -> None:
            while time.perf_counter() - started < seconds:
                found.append(await connection.milliseconds(next(paths), expected))

        await asyncio.gather(*(keep_asking(connection) for connection in connections))
        took = time.perf_counter() - started
    return Latencies.of(found, took)
