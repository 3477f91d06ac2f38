"""The Django project: settings, addresses, access and operation of the serving layer."""

__version__ = "0.1.0"
