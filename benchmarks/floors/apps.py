"""The least that any service of this kind can cost: granian with a constant body, and with one read of Redis."""

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
    """This process's client of Redis; it parses with hiredis."""
    return redis.Redis.from_url(os.environ["FLOOR_REDIS"])


def from_redis() -> bytes:
    """The stored body, by one round trip."""
    return cast("bytes", client().get(KEY))


def constant(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """A WSGI application that does nothing."""
    start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(BODY)))])
    return [BODY]


def one_read(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """A WSGI application that reads its body from Redis."""
    body = from_redis()
    start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(body)))])
    return [body]
