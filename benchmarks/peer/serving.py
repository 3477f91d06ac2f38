"""Steps of every request to the peer: key check, cache, conditional answer; and its settings."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Self

from fastapi import Depends, Header, HTTPException, Request, Response

from benchmarks.peer.cache import Limit
from benchmarks.peer.data import Data
from merger.core.windows import Span, parse_span
from merger.errors import BadQuery

VOLATILE, STABLE, VERY_STABLE = "volatile", "stable", "very_stable"


@dataclass(frozen=True)
class Settings:
    """Settings of the peer; ``limit`` is ``None`` in ``plain`` mode, ``ttl`` is in seconds by class."""

    mongodb_uri: str
    mongodb_database: str
    redis_url: str
    ttl: Mapping[str, int]
    limit: Limit | None

    @classmethod
    def from_environment(cls) -> Self:
        """Reads ``PEER_MODE`` (``plain`` or ``guarded``), ``PEER_TTL_…``, and variables of the measured service."""
        guarded = os.environ.get("PEER_MODE", "plain") == "guarded"
        return cls(
            mongodb_uri=os.environ["MONGODB_URI"],
            mongodb_database=os.environ.get("MONGODB_DATABASE", "moviedb"),
            redis_url=os.environ["REDIS_URL"],
            ttl={
                VOLATILE: int(os.environ.get("PEER_TTL_VOLATILE", "240")),
                STABLE: int(os.environ.get("PEER_TTL_STABLE", "1800")),
                VERY_STABLE: int(os.environ.get("PEER_TTL_VERY_STABLE", "3600")),
            },
            limit=Limit(rate=float(os.environ.get("PEER_RATE", "1e6")), burst=1_000_000) if guarded else None,
        )


class Serving:
    """Serves one request's answer."""

    def __init__(self, request: Request, client: str | None, if_none_match: str | None) -> None:
        self._state = request.app.state
        self._client = client
        self._if_none_match = if_none_match
        self.data: Data = self._state.data

    async def __call__(self, key: str, ttl: str, compute: Callable[[], Awaitable[dict[str, Any]]]) -> Response:
        served = await self._state.cache.serve(key, self._state.settings.ttl[ttl], compute, self._client)
        headers = {
            "ETag": served.etag,
            "Cache-Control": f"{'public' if self._client is None else 'private'}, max-age={served.ttl - served.age}",
            "Age": str(served.age),
            "X-Cache": "HIT" if served.hit else "MISS",
        }
        if served.remaining is not None:
            headers["RateLimit"] = f'"default";r={served.remaining}'
        if self._if_none_match == served.etag:
            return Response(status_code=304, headers=headers)
        return Response(served.body, media_type="application/json", headers=headers)


async def admit(request: Request, x_api_key: Annotated[str | None, Header()] = None) -> str | None:
    """Checks the key; returns the client whose limit the request counts against, ``None`` in ``plain`` mode."""
    if request.app.state.settings.limit is None:
        return None
    client: str = await request.app.state.keys.client(x_api_key)
    return client


async def serving(
    request: Request,
    client: Annotated[str | None, Depends(admit)],
    if_none_match: Annotated[str | None, Header()] = None,
) -> Serving:
    """Provides what serves the request."""
    return Serving(request, client, if_none_match)


def span(text: str) -> Span:
    """Parses the text of a window.

    Raises:
        HTTPException: 400, for one that isn't.
    """
    try:
        return parse_span(text)
    except BadQuery as error:
        raise HTTPException(400, str(error)) from error
