"""``python -m lambdaserve.server.healthcheck``: checks that this host's server answers; for containers.

Exits with 0 if it answers, otherwise with 1. It runs every few seconds, so it imports nothing of the service.
"""

from __future__ import annotations

import http.client
import os
import sys
from http import HTTPStatus

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


if __name__ == "__main__":
    sys.exit(0 if is_alive(int(os.environ.get("BIND", ":8000").rpartition(":")[2])) else 1)
