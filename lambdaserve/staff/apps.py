"""The app."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """Stored documents in the admin."""

    name = "lambdaserve.staff"
    label = "staff"
    verbose_name = "Stored documents"
