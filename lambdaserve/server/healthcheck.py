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
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/api/v1/health/live")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_alive(int(os.environ.get("BIND", ":8000").rpartition(":")[2])) else 1)
