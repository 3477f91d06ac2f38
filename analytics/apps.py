"""Registration of the analytics app with Django."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """The analytics app."""

    name = "analytics"
