"""Registration of the recommendations app with Django."""

from django.apps import AppConfig


class RecommendationsConfig(AppConfig):
    """The recommendations app."""

    name = "recommendations"
