"""The stream server: ``GET /{ticket}`` sends a topic's fragments as server-sent events (WHATWG HTML, 9.2)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pages.live.hub import Hub
from pages.live.tickets import read_ticket

PING_INTERVAL_SECONDS = 15
"""Seconds between two pings, so that no proxy closes a quiet stream."""

RECONNECT_MILLISECONDS = 3_000
"""Milliseconds after which a browser reopens a lost stream."""

NO_TICKET = "This stream needs a valid ticket. Reload the page to get one."
FULL = "Too many streams are open. Try again in 30 seconds."

# Access depends on the ticket alone, not on the browser's cookies, so every origin may read the stream.
_HEADERS = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}


def create_app(hub: Hub) -> Starlette:
    """Creates the application that serves a hub's topics; it runs the hub during its lifetime."""

    async def stream(request: Request) -> Response:
        """Sends a topic now and whenever it changes; 403 without a valid ticket, 503 with too many streams."""
        topic = read_ticket(request.path_params["ticket"])
        if topic is None:
            return JSONResponse({"detail": NO_TICKET}, 403, headers=_HEADERS)
        if hub.is_full_for(topic):
            return JSONResponse({"detail": FULL}, 503, headers={**_HEADERS, "Retry-After": "30"})

        async def events() -> AsyncIterator[ServerSentEvent]:
            with hub.subscribe(topic) as opened:
                while True:
                    version = await opened.next()
                    yield ServerSentEvent(version.html, event="fragment", retry=RECONNECT_MILLISECONDS)

        return EventSourceResponse(events(), headers=_HEADERS, ping=PING_INTERVAL_SECONDS)

    async def state(_: Request) -> Response:
        """Counts of streams, topics and pushes, for operators."""
        return JSONResponse({"streams": hub.streams, "topics": hub.topics, "pushed": hub.pushed}, headers=_HEADERS)

    @contextlib.asynccontextmanager
    async def run_hub(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(hub.run())
        yield
        task.cancel()

    return Starlette(routes=[Route("/", state), Route("/{ticket}", stream)], lifespan=run_hub)
