"""App of the stored documents in the admin."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """``lambdaserve.staff``; none of its models has a table in SQL."""

    name = "lambdaserve.staff"
    label = "staff"
    verbose_name = "Stored documents"
