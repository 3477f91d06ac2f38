"""The stream server's responses, asked over ASGI."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from pages.live import streams
from pages.live.hub import Hub
from pages.live.readers import Reader
from pages.live.streams import FULL, NO_TICKET, SPENT, create_app
from pages.live.tickets import issue_ticket


def ask(hub: Hub, path: str, send: Any) -> None:
    """Sends one request from 192.0.2.1."""

    async def play() -> None:
        left = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await left.wait()
            return {"type": "http.disconnect"}

        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {"headers": [], "http_version": "1.1", "scheme": "http", "client": ("192.0.2.1", 5)}
        await create_app(hub)(scope, receive, send)

    asyncio.run(play())


def get(hub: Hub, path: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and JSON body of one request."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    ask(hub, path, send)
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


def test_request_beyond_the_clients_limit_is_429_with_retry_after() -> None:
    hub = Hub(render, most_of_client=0)
    status, headers, body = get(hub, f"/{issue_ticket('trending')}")
    assert (status, body["detail"], headers["retry-after"]) == (429, SPENT, "30")


def test_ticket_of_a_reader_who_may_not_read_is_403(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "find_readers", lambda _: set())
    status, _, _ = get(Hub(render), f"/{issue_ticket('trending', Reader('abcdefgh', '0' * 32, '7'))}")
    assert status == 403


def test_stream_is_counted_for_its_address_and_its_user_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader("abcdefgh", "0" * 32, "7")
    monkeypatch.setattr(streams, "find_readers", set)
    hub, seen = Hub(render), []

    async def end(message: Any) -> None:
        seen.append((hub.streams, hub.is_spent_by(("192.0.2.1",), "x"), hub.readers()))
        hub.end_streams(lambda holder: holder.clients == ("192.0.2.1", "user 7"))

    ask(hub, f"/{issue_ticket('trending', reader)}", end)
    assert seen[0] == (1, False, {reader})
    assert hub.streams == 0


def test_root_tells_strangers_nothing(settings: Any) -> None:
    hub = Hub(render)
    for _ in range(2):
        hub.open("a")
    assert get(hub, "/")[2] == {"status": "alive"}
    settings.METRICS_FROM = ("192.0.2.1/32",)
    assert get(hub, "/")[2] == {"status": "alive", "streams": 2, "topics": 1, "pushed": 0}
