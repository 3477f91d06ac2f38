"""Django's admin on a site of our own."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig


class LimitedAdmin(SimpleAdminConfig):
    """``django.contrib.admin`` on the site that limits log-ins."""

    default_site = "lambdaserve.staff.site.StaffSite"

    def ready(self) -> None:
        """Called once, when all apps are loaded."""
        super().ready()
        # Not whatever apps bring: the tokens' package would show them, and ask for the secret key before one is made.
        for app in ("django.contrib.auth", "lambdaserve.access", "lambdaserve.staff"):
            import_module(f"{app}.admin")
