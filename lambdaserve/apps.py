"""The project's own app: adjusts Django's signals when the project starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries


class ServingConfig(AppConfig):
    """Switches off Django's checks of SQL and cache connections around *every* request.

    Most requests use neither, and the checks cost a tenth of their time. ``SqlConnections`` checks them around pages,
    ``ApiKeyCache`` around look-ups of keys; all threads share one Redis client, which stays open.
    """

    name = "lambdaserve"

    def ready(self) -> None:
        """Runs once, when all apps are loaded."""
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        request_started.disconnect(reset_queries)
        request_finished.disconnect(close_caches)
