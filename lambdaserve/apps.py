"""What is done once when the project starts."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries


class ServingConfig(AppConfig):
    """Takes off Django's care of SQL and cache connections around *every* request.

    Most requests touch neither, and looking whether they did costs them a tenth of their time. ``SqlConnections``
    does it for pages, ``KeyRing`` for the look-up of keys; all threads share one client of Redis, which stays open.
    """

    name = "lambdaserve"

    def ready(self) -> None:
        """Called once, when all apps are loaded."""
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        request_started.disconnect(reset_queries)
        request_finished.disconnect(close_caches)
