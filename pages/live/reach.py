"""URLs of the stream server, as a browser reaches it; from ``LIVE_URL``."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from pages.live.readers import reader_of
from pages.live.tickets import issue_ticket


def stream_base(request: HttpRequest) -> str:
    """URL to which a ticket is appended; empty where there are no streams, and pages poll instead.

    ``LIVE_URL`` is a path on this host, a full URL, or ``:port`` for that port on the page's own host.
    """
    configured: str = settings.LIVE_URL
    if configured.startswith(":"):
        host = urlsplit(f"//{request.get_host()}").hostname or ""
        return f"{request.scheme}://{f'[{host}]' if ':' in host else host}{configured}/"
    return configured if not configured or configured.endswith("/") else f"{configured}/"


def stream_origin(request: HttpRequest) -> str:
    """Origin of the streams if it is not the page's own, for the content security policy; else empty."""
    parts = urlsplit(stream_base(request))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def stream_url(request: HttpRequest, topic: str) -> str:
    """URL of a topic's stream; empty where there are no streams."""
    base = stream_base(request)
    return f"{base}{issue_ticket(topic, reader_of(request))}" if base else ""
