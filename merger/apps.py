"""The merger as a Django app, with its commands and system checks."""

from __future__ import annotations

from django.apps import AppConfig


class MergerConfig(AppConfig):
    name = "merger"
    verbose_name = "Merged views"

    def ready(self) -> None:
        from merger import checks  # noqa: F401  importing it registers the checks
