"""WSGI applications of the floors: a constant body, and one read of Redis."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, cast

import redis

KEY = "floor"
BODY = os.environ.get("FLOOR_BODY", "{}").encode()

_HEADERS = [("Content-Type", "application/json")]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


@cache
def client() -> redis.Redis:
    """Returns this process's Redis client, which parses with hiredis."""
    return redis.Redis.from_url(os.environ["FLOOR_REDIS"])


def from_redis() -> bytes:
    """Reads the stored body in one round trip."""
    return cast("bytes", client().get(KEY))


def constant(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """WSGI application that answers with a constant body."""
    start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(BODY)))])
    return [BODY]


def one_read(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """WSGI application that reads its body from Redis."""
    body = from_redis()
    start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(body)))])
    return [body]
