"""App of API keys, tokens and rate limits."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """``lambdaserve.access``; its tables begin with ``access_``."""

    name = "lambdaserve.access"
    label = "access"
    verbose_name = "Access"
