"""The base of every viewset of the REST API."""

from __future__ import annotations

from rest_framework.viewsets import ViewSet


class ApiViewSet(ViewSet):
    """Authentication, permission, throttling: for every request, in REST framework's own order."""
