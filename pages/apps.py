"""Registration of the pages app with Django."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Pages for browsers."""

    name = "pages"
