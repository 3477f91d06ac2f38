"""The stream server's responses, asked over ASGI."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from pages.live.hub import Hub
from pages.live.streams import FULL, NO_TICKET, create_app
from pages.live.tickets import issue_ticket


def get(hub: Hub, path: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON body of one request."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    app = create_app(hub)
    asyncio.run(app({**scope, "headers": [], "http_version": "1.1", "scheme": "http"}, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, json.loads(b"".join(each.get("body", b"") for each in sent[1:]))


def render(topic: str) -> Any:
    raise AssertionError(topic)


def test_request_without_a_valid_ticket_is_403() -> None:
    status, headers, body = get(Hub(render), "/trending")
    assert (status, body["detail"]) == (403, NO_TICKET)
    assert headers["access-control-allow-origin"] == "*"


def test_request_beyond_the_limit_is_503_with_retry_after() -> None:
    status, headers, body = get(Hub(render, most_streams=0), f"/{issue_ticket('trending')}")
    assert (status, body["detail"], headers["retry-after"]) == (503, FULL, "30")


def test_root_counts_streams_topics_and_pushes() -> None:
    hub = Hub(render)
    with hub.subscribe("a"), hub.subscribe("a"), hub.subscribe("b"):
        assert get(hub, "/")[2] == {"streams": 3, "topics": 2, "pushed": 0}
