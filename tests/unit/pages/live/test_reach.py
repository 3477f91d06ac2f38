"""URLs of the stream server."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from pages.live.reach import stream_base, stream_origin, stream_url
from pages.live.tickets import read_ticket


@pytest.mark.parametrize(
    ("live_url", "host", "base", "origin"),
    [
        ("", "example.org", "", ""),
        ("/live", "example.org", "/live/", ""),
        (":8001", "example.org:8000", "http://example.org:8001/", "http://example.org:8001"),
        (":8001", "[2001:db8::7]:8000", "http://[2001:db8::7]:8001/", "http://[2001:db8::7]:8001"),
        ("https://live.example.org/x/", "example.org", "https://live.example.org/x/", "https://live.example.org"),
    ],
)
def test_base_and_origin_follow_live_url(settings: Any, live_url: str, host: str, base: str, origin: str) -> None:
    settings.LIVE_URL, settings.ALLOWED_HOSTS = live_url, ["*"]
    request = RequestFactory(headers={"host": host}).get("/")
    assert (stream_base(request), stream_origin(request)) == (base, origin)


def test_stream_url_ends_with_a_ticket_for_the_topic(settings: Any) -> None:
    settings.LIVE_URL = "/live/"
    request = RequestFactory().get("/")
    request.session = SessionStore()
    ticket = read_ticket(stream_url(request, "trending?window=6h").removeprefix("/live/"))
    assert ticket is not None
    assert (ticket.topic, ticket.reader) == ("trending?window=6h", None)
    settings.LIVE_URL = ""
    assert stream_url(request, "trending") == ""
