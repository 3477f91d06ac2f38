"""Registration of the movies app with Django."""

from django.apps import AppConfig


class MoviesConfig(AppConfig):
    """Configuration of the movies app."""

    name = "movies"
