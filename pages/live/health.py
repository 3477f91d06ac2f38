"""Health of the stream process, on a socket of its own: it answers however many connections clients have open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def answer_health(path: Path | None, report: Callable[[], Mapping[str, int]]) -> AsyncIterator[None]:
    """Answers every HTTP request on a Unix socket with a report during the block.

    Args:
        path: of the socket, to which this user alone may connect; ``None``: there is none.
        report: what to answer.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await reader.readuntil(b"\r\n\r\n")
            body = json.dumps({"status": "alive", **report()}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    with _listening(path) as listener:
        if listener is None:
            yield
            return
        async with await asyncio.start_unix_server(answer, sock=listener):
            yield


@contextlib.contextmanager
def _listening(path: Path | None) -> Iterator[socket.socket | None]:
    """A socket at this path; ``None`` where there can be none, for one since the path is too long."""
    listener = None
    if path is not None:
        listener = socket.socket(socket.AF_UNIX)
        try:
            path.unlink(missing_ok=True)  # of a process that was killed
            listener.bind(str(path))
            path.chmod(0o600)
        except OSError as error:
            _log.warning("no health checks on %s: %s", path, error)
            listener.close()
            listener = None
    try:
        yield listener
    finally:
        if listener is not None and path is not None:
            path.unlink(missing_ok=True)
