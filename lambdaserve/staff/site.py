"""Site of the admin: Django's, with limited log-ins and the operations pages.

Requirement O4.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, path

from lambdaserve.access.site import LimitedSite
from lambdaserve.staff.pages import PAGES, SEE


class StaffSite(LimitedSite):
    """Admin site that shows the operations pages beside the models."""

    index_title = "Movie views"

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Returns the addresses below ``admin/``."""
        own = [path(page.address, self.admin_view(page.as_view(site=self)), name=page.url_name) for page in PAGES]
        return [*own, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """Returns the models by app, after the operations pages if the user may see these."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        if app_label is None and request.user.has_perm(SEE):
            pages = [
                {"name": page.title, "object_name": page.url_name, "admin_url": page.url(), "view_only": True}
                for page in PAGES
            ]
            url = PAGES[0].url()
            apps.insert(0, {"name": "Operations", "app_label": "operations", "app_url": url, "models": pages})
        return apps
