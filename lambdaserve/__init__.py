"""The Django project: settings, URLs, access and operation of the serving layer."""

__version__ = "0.1.0"
