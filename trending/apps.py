"""Registration of the trending app with Django."""

from django.apps import AppConfig


class TrendingConfig(AppConfig):
    """The trending app."""

    name = "trending"
