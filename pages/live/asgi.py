"""Entry for ASGI servers: ``GET /{ticket}`` is a stream of ``text/event-stream`` (WHATWG HTML, server-sent events).

Served beside the service by `manage.py serve`, or anywhere by ``granian --interface asgi pages.live.asgi:application``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lambdaserve.starting import start
from pages.live.hub import Hub
from pages.live.tickets import topic_of

start()

PING_EVERY = 15
"""Seconds between two signs of life, so that nothing on the way closes a quiet stream."""

RECONNECT_AFTER = 3_000
"""Milliseconds after which a browser opens a lost stream again."""

# What a stream says is no secret of the browser's: its ticket lets anybody read it, so any page may.
_HEADERS = {"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"}


def _hub() -> Hub:
    from pages.fragments import rendered

    return Hub(rendered)


hub = _hub()


async def stream(request: Request) -> Response:
    """A topic's fragment, now and whenever it changes; 403 without a good ticket, 503 when there are too many."""
    topic = topic_of(request.path_params["ticket"])
    if topic is None:
        return JSONResponse({"detail": "This needs a ticket of a page."}, 403, headers=_HEADERS)
    if hub.is_full_for(topic):
        return JSONResponse({"detail": "Too many streams are open."}, 503, headers={**_HEADERS, "Retry-After": "30"})

    async def events() -> AsyncIterator[ServerSentEvent]:
        with hub.reading(topic) as opened:
            while True:
                version = await opened.next()
                yield ServerSentEvent(version.html, event="fragment", retry=RECONNECT_AFTER)

    return EventSourceResponse(events(), headers=_HEADERS, ping=PING_EVERY)


async def state(request: Request) -> Response:
    """How many streams are open, of how many topics, and what was pushed; for operators."""
    return JSONResponse({"streams": hub.streams, "topics": hub.topics, "pushed": hub.pushed}, headers=_HEADERS)


@contextlib.asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    looking = asyncio.create_task(hub.run())
    yield
    looking.cancel()


application = Starlette(
    routes=[Route("/", state), Route("/{ticket}", stream)],
    lifespan=_lifespan,
)
