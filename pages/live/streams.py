"""The stream server: ``GET /{ticket}`` sends a topic's fragments as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from lambdaserve.access.ratelimit.client_address import client_address, is_from
from pages.live.health import answer_health
from pages.live.hub import Holder, Hub, Stream
from pages.live.readers import Reader, find_readers, watch_readers
from pages.live.tickets import read_ticket

PING_INTERVAL_SECONDS = 15
"""Seconds between two pings, so that no proxy closes a quiet stream."""

RECONNECT_MILLISECONDS = 3_000
"""Milliseconds after which a browser reopens a lost stream."""

NO_TICKET = "This stream needs a valid ticket. Reload the page to get one."
FULL = "Too many streams are open. Try again in 30 seconds."
SPENT = "You have too many streams open. Close some pages, or try again in 30 seconds."

_AGAIN = {"Retry-After": "30"}

# Access depends on the ticket alone, not on the browser's cookies, so every origin may read the stream.
_HEADERS = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}


class _OpenStream(EventSourceResponse):
    """Sends a stream's versions until it ends, and closes it whatever happens."""

    def __init__(self, hub: Hub, topic: str, stream: Stream) -> None:
        super().__init__(_events(stream), headers=_HEADERS, ping=PING_INTERVAL_SECONDS)
        self._hub, self._topic, self._stream = hub, topic, stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.close(self._topic, self._stream)


async def _events(stream: Stream) -> AsyncIterator[ServerSentEvent]:
    while (version := await stream.next()) is not None:
        yield ServerSentEvent(version.html, event="fragment", retry=RECONNECT_MILLISECONDS)


def create_app(hub: Hub, health: Path | None = None) -> Starlette:
    """Creates the application that serves a hub's topics; it runs the hub during its lifetime.

    Args:
        hub: all topics.
        health: socket for health checks; ``None``: there is none.
    """

    async def stream(request: Request) -> Response:
        """Sends a topic now and whenever it changes.

        403 without a valid ticket of a reader who may read, 429 beyond the client's limits, 503 beyond those of all.
        """
        ticket = read_ticket(request.path_params["ticket"])
        if ticket is None or (ticket.reader is not None and not await _may_read(ticket.reader)):
            return JSONResponse({"detail": NO_TICKET}, 403, headers=_HEADERS)
        user = () if ticket.reader is None else (f"user {ticket.reader.user}",)
        holder = Holder((client_address(*_origin(request)), *user), ticket.reader, ticket.expires_at)
        if hub.is_spent_by(holder.clients, ticket.topic):
            return JSONResponse({"detail": SPENT}, 429, headers={**_HEADERS, **_AGAIN})
        if hub.is_full_for(ticket.topic):
            return JSONResponse({"detail": FULL}, 503, headers={**_HEADERS, **_AGAIN})
        return _OpenStream(hub, ticket.topic, hub.open(ticket.topic, holder))

    async def state(request: Request) -> Response:
        """That the process is alive; counts of streams, topics and pushes for those who may read the metrics."""
        found = _counts(hub) if is_from(settings.METRICS_FROM, *_origin(request)) else {}
        return JSONResponse({"status": "alive", **found}, headers=_HEADERS)

    @contextlib.asynccontextmanager
    async def run_hub(_: Starlette) -> AsyncIterator[None]:
        async with answer_health(health, lambda: _counts(hub)):
            tasks = [asyncio.create_task(hub.run()), asyncio.create_task(watch_readers(hub))]
            yield
            for task in tasks:
                task.cancel()

    return Starlette(routes=[Route("/", state), Route("/{ticket}", stream)], lifespan=run_hub)


def _counts(hub: Hub) -> dict[str, int]:
    return {"streams": hub.streams, "topics": hub.topics, "pushed": hub.pushed}


async def _may_read(reader: Reader) -> bool:
    try:
        return reader in await asyncio.to_thread(find_readers, [reader])
    except DatabaseError:
        return False


def _origin(request: Request) -> tuple[str, str, tuple[str, ...]]:
    """Address of the connection, what proxies say about the client, and the proxies to believe."""
    remote = request.client.host if request.client else ""
    return remote, ", ".join(request.headers.getlist("x-forwarded-for")), settings.TRUSTED_PROXIES
