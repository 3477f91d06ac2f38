"""``python -m lambdaserve.server.healthcheck``: checks that this host's server answers; for containers.

With ``--streams`` it checks the stream process, on a socket in ``DATA_DIR`` that is there for health checks alone.

Exits with 0 if it answers, otherwise with 1. It runs every few seconds, so it imports nothing of the service.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
from http import HTTPStatus
from pathlib import Path

STREAMS_SOCKET = "streams.sock"
"""Name of the socket in ``DATA_DIR`` on which the stream process answers health checks."""

_TIMEOUT_SECONDS = 2.0


def is_alive(port: int) -> bool:
    """Whether the server on this port of this machine says that it is alive."""
    return fetch_status("127.0.0.1", port, "GET", "/api/v1/health/live", _TIMEOUT_SECONDS) == HTTPStatus.OK


def fetch_status(host: str, port: int, method: str, path: str, timeout: float) -> int | None:
    """Status of the response to a request; ``None`` if there is none within ``timeout`` seconds."""
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def are_streams_alive(directory: Path) -> bool:
    """Whether the stream process of this data directory says that it is alive."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_TIMEOUT_SECONDS)
        try:
            connection.connect(str(directory / STREAMS_SOCKET))
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return connection.recv(1024).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False


def _is_healthy() -> bool:
    if "--streams" in sys.argv[1:]:
        return are_streams_alive(Path(os.environ.get("DATA_DIR", ".data")))
    return is_alive(int(os.environ.get("BIND", ":8000").rpartition(":")[2]))


if __name__ == "__main__":
    sys.exit(0 if _is_healthy() else 1)
