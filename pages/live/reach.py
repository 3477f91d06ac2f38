"""How a browser reaches the process of the streams, from ``LIVE_URL``."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from pages.live.tickets import issue_ticket


def stream_base(request: HttpRequest) -> str:
    """What a ticket is appended to; empty where there are no streams, and pages ask instead.

    ``LIVE_URL`` is a path of this very host, a whole address, or ``:port`` for this page's own host on that port.
    """
    wanted: str = settings.LIVE_URL
    if wanted.startswith(":"):
        host = urlsplit(f"//{request.get_host()}").hostname or ""
        return f"{request.scheme}://{f'[{host}]' if ':' in host else host}{wanted}/"
    return wanted if not wanted or wanted.endswith("/") else f"{wanted}/"


def stream_origin(request: HttpRequest) -> str:
    """Where streams are of another origin, that origin, for the policy of a page."""
    parts = urlsplit(stream_base(request))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def stream_url(request: HttpRequest, topic: str) -> str:
    """The address of a topic's stream; empty: there is none."""
    base = stream_base(request)
    return f"{base}{issue_ticket(topic)}" if base else ""
