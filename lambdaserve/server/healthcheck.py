"""``python -m lambdaserve.alive``: whether the server of this host answers; for health checks of containers.

Exits with 0 if it does, with 1 if not. It imports nothing of the service: it runs every few seconds.
"""

from __future__ import annotations

import http.client
import os
import sys
from http import HTTPStatus

_WITHIN = 2.0
"""Seconds."""


def is_alive(port: int) -> bool:
    """Whether a server on this machine answers that it lives.

    Args:
        port: where it serves.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_WITHIN)
    try:
        connection.request("GET", "/api/v1/health/live")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_alive(int(os.environ.get("BIND", ":8000").rpartition(":")[2])) else 1)
