"""Endpoints ``health``, ``health/live`` and ``health/ready``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request

from lambdaserve.access.credentials.permissions import ReadAccess
from lambdaserve.api.problem_schema import problem_response
from lambdaserve.api.problems import MEDIA_TYPE
from lambdaserve.api.viewsets import ApiViewSet
from lambdaserve.ops.health.monitor import monitor
from lambdaserve.ops.health.report import UNHEALTHY
from lambdaserve.ops.health.serializers import HealthSerializer, LiveSerializer, ReadySerializer

_BREAKERS = {"batch_views": "closed", "speed_views": "closed"}
_SYNC = {"last_update": "2026-11-24T14:37:12Z", "lag_seconds": 18}
EXAMPLE: Mapping[str, Any] = {
    "status": "healthy",
    "timestamp": "2026-11-24T14:37:30Z",
    "version": "0.1.0",
    "services": {
        "mongodb": {"status": "healthy", "latency_ms": 0.41, "breaker": "closed", "breakers": _BREAKERS},
        "redis": {"status": "healthy", "latency_ms": 0.12, "hit_rate": 0.93},
        "batch_layer": {
            "status": "healthy",
            "last_update": "2026-11-24T02:00:00Z",
            "document_count": 48210,
        },
        "speed_layer": {
            "status": "healthy",
            **_SYNC,
            "document_count": 25920,
            "types": {"sentiment": _SYNC, "stats": _SYNC, "trending": _SYNC},
        },
        "disk": {"status": "healthy", "detail": None},
    },
}


_PROBE_ERRORS: Mapping[Any, OpenApiResponse] = {
    (status, MEDIA_TYPE): problem_response(status) for status in (401, 406, 429)
}
"""Errors of the two probes, which need no key but refuse an invalid one."""


class HealthViewSet(ApiViewSet):
    """State of the service, for people, load balancers and orchestrators; never cached."""

    def get_permissions(self) -> list[BasePermission]:
        """Opens the two probes to everyone: load balancers and orchestrators have no credentials."""
        return [AllowAny()] if self.action in ("live", "ready") else [ReadAccess()]

    @extend_schema(
        operation_id="health",
        tags=["health"],
        summary="State of the stores and of both layers",
        description="503 only when MongoDB does not answer; the service can do without the rest. Up to a second old.",
        responses={
            200: OpenApiResponse(
                HealthSerializer,
                "Healthy or degraded.",
                [OpenApiExample("healthy", dict(EXAMPLE), response_only=True, status_codes=[200])],
            ),
            503: OpenApiResponse(HealthSerializer, "Unhealthy."),
            **{(status, MEDIA_TYPE): problem_response(status) for status in (401, 403, 406, 429, 500)},
        },
    )
    def retrieve(self, request: Request) -> HttpResponse:
        report = monitor().report()
        return _respond(report, 503 if report["status"] == UNHEALTHY else 200)

    @extend_schema(
        operation_id="health_live",
        tags=["health"],
        summary="Liveness: whether the process answers",
        description="Asks no store.",
        responses={200: LiveSerializer, **_PROBE_ERRORS},
    )
    def live(self, request: Request) -> HttpResponse:
        return _respond({"status": "alive"}, 200)

    @extend_schema(
        operation_id="health_ready",
        tags=["health"],
        summary="Readiness: whether requests can be answered",
        description="Not ready without MongoDB, unless the cache holds answers to serve until it is back; nor while "
        "declared indexes are missing, nor before either layer holds anything. `reasons` says why. Redis is not "
        "needed.",
        responses={
            200: OpenApiResponse(ReadySerializer, "Ready."),
            503: OpenApiResponse(ReadySerializer, "Not ready."),
            **_PROBE_ERRORS,
        },
    )
    def ready(self, request: Request) -> HttpResponse:
        readiness = monitor().readiness()
        return _respond(readiness.as_dict(), 200 if readiness.is_ready else 503)


def _respond(body: Mapping[str, Any], status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/json", headers=headers)
