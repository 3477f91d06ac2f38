"""The operations page: all reports of the admin's operations pages, as far as the stores answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from lambdaserve.ops.health.monitor import monitor
from lambdaserve.ops.reports.registry import REPORTS
from lambdaserve.staff.drawing import draw_freshness
from lambdaserve.staff.pages import PAGE_TIMEOUT_SECONDS, SEE
from merger.errors import MergerError
from merger.stores.mongo.client import time_limit
from merger.stores.redis.link import RedisTrouble
from pages.frame.page import BrowserPage


class Operations(BrowserPage):
    """Layers, stores, breakers, cache, indexes, batch runs and drift."""

    template = "pages/operations.html"
    shows_runs = False
    seconds = PAGE_TIMEOUT_SECONDS

    def get(self, request: HttpRequest, **path: str) -> HttpResponseBase:
        """Answers with the page, to users who may see operations."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("login"))
        if not request.user.has_perm(SEE):
            raise PermissionDenied("Operations is for staff.")
        return super().get(request, **path)

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        with time_limit(PAGE_TIMEOUT_SECONDS):
            health = monitor().report()
            reports = {name: _report(make) for name, make in REPORTS.items()}
        layers = reports["layers"]["report"]
        return {**reports, "health": health, "drawing": draw_freshness(layers) if layers else None}


def _report(make: Callable[[], Any]) -> dict[str, Any]:
    """Builds a report, or gives the reason why it can't be built."""
    try:
        return {"report": make(), "reason": ""}
    except (MergerError, RedisTrouble) as error:
        return {"report": None, "reason": str(error)}
