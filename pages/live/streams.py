"""``GET /{ticket}``: a topic's fragments as server-sent events (WHATWG HTML, 9.2), for as long as the reader stays."""

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
"""Seconds between two signs of life, so that nothing on the way closes a quiet stream."""

RECONNECT_MILLISECONDS = 3_000
"""Milliseconds after which a browser opens a lost stream again."""

# What a stream says is no secret of the browser's: its ticket lets anybody read it, so any page may.
_HEADERS = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}


def create_app(hub: Hub) -> Starlette:
    """The application that serves a hub's topics; it looks at them while it lives."""

    async def stream(request: Request) -> Response:
        """A topic now and whenever it changes; 403 without a good ticket, 503 when there are too many streams."""
        topic = read_ticket(request.path_params["ticket"])
        if topic is None:
            return JSONResponse({"detail": "This needs a ticket of a page."}, 403, headers=_HEADERS)
        if hub.is_full_for(topic):
            return JSONResponse({"detail": "Too many streams."}, 503, headers={**_HEADERS, "Retry-After": "30"})

        async def events() -> AsyncIterator[ServerSentEvent]:
            with hub.subscribe(topic) as opened:
                while True:
                    version = await opened.next()
                    yield ServerSentEvent(version.html, event="fragment", retry=RECONNECT_MILLISECONDS)

        return EventSourceResponse(events(), headers=_HEADERS, ping=PING_INTERVAL_SECONDS)

    async def state(_: Request) -> Response:
        """How many streams are open, of how many topics, and what was pushed; for operators."""
        return JSONResponse({"streams": hub.streams, "topics": hub.topics, "pushed": hub.pushed}, headers=_HEADERS)

    @contextlib.asynccontextmanager
    async def looking(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(hub.run())
        yield
        task.cancel()

    return Starlette(routes=[Route("/", state), Route("/{ticket}", stream)], lifespan=looking)
