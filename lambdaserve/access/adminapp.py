"""App of Django's admin, on this service's own site."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig


class LimitedAdmin(SimpleAdminConfig):
    """``django.contrib.admin`` on the site that limits log-ins."""

    default_site = "lambdaserve.staff.site.StaffSite"

    def ready(self) -> None:
        """Registers the admin pages, once all apps are loaded."""
        super().ready()
        # Named one by one: the tokens' package would show its tables too, and wants the secret key before there is one.
        for app in ("django.contrib.auth", "lambdaserve.access", "lambdaserve.staff"):
            import_module(f"{app}.admin")
