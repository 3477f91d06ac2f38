"""Meters of requests, and ``/metrics``, where Prometheus reads all meters."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from django.http import HttpResponse
from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from lambdaserve.access.credentials.authentication import BearerToken, BrowserSession, ScraperKey
from lambdaserve.access.credentials.permissions import MetricsAccess
from lambdaserve.config.local_data import METERS
from lambdaserve.ops.metrics.dead_workers import forget_dead_workers
from lambdaserve.ops.metrics.state_collector import state_collector
from merger import meters, wiring

STATIC, UNMATCHED, OTHER_METHOD = "static", "unmatched", "OTHER"
"""Labels of requests without a route, or with a method that HTTP does not define."""

METHODS: Final = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"})

REQUEST_SECONDS: Final = meters.histogram(
    "http_request_duration_seconds",
    "Time to answer a request, by route template.",
    ("method", "route", "status"),
    (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0),
)

_observed: dict[tuple[str, str, int], Histogram] = {}


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Records an answered request; takes about 2 µs.

    Args:
        method: any text; a method that HTTP does not define counts as ``OTHER``.
        route: Django's URL pattern, ``STATIC`` or ``UNMATCHED``; never the URL itself.
        status: the response's.
        seconds: the time from the request to the response.
    """
    key = (method, route, status)
    child = _observed.get(key)
    if child is None:
        key = (method if method in METHODS else OTHER_METHOD, route, status)
        child = _observed.setdefault(key, REQUEST_SECONDS.labels(*key))
    child.observe(seconds)


class MetricsView(APIView):
    """``/metrics`` in the text format or in OpenMetrics, whichever ``Accept`` asks for; never cached, never limited."""

    authentication_classes = (ScraperKey, BearerToken, BrowserSession)
    permission_classes = (MetricsAccess,)
    schema = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """Bypasses negotiation: ``encode_metrics`` reads ``Accept`` itself, and problems are always JSON."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request) -> HttpResponse:
        """Answers with all meters."""
        body, content_type = encode_metrics(request.META.get("HTTP_ACCEPT", ""))
        return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def encode_metrics(accept: str) -> tuple[bytes, str]:
    """Encodes all meters of all workers as they are now, and names the media type.

    Args:
        accept: the header; the text format is used where it can't be understood.
    """
    wiring.worker_meters().run()
    registry = CollectorRegistry(auto_describe=False)
    directory = os.environ.get(METERS)
    if directory and Path(directory).is_dir():  # it may have been removed: then this process's own are shown
        forget_dead_workers(Path(directory))
        MultiProcessCollector(registry, directory)  # type: ignore[no-untyped-call]  # the package's is untyped
    else:
        registry.register(meters.REGISTRY)
    registry.register(state_collector())
    try:
        encode, content_type = choose_encoder(accept)
    except (ValueError, TypeError):  # an invalid version
        encode, content_type = choose_encoder("")
    return encode(registry), content_type
