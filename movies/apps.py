"""Registration of the movies app with Django."""

from django.apps import AppConfig


class MoviesConfig(AppConfig):
    """The movies app."""

    name = "movies"
