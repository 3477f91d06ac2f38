"""What search engines may read."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

_NOT_FOR_ROBOTS: Final = ("admin:index", "login", "pages-operations", "pages-search")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Lets robots read pages that everybody may read, but no forms, parts of pages, or the API; needs no store."""
    lines = ["User-agent: *", "Disallow: /"]
    if settings.ANONYMOUS_READ:
        closed = [*(reverse(name) for name in _NOT_FOR_ROBOTS), "/api/", "/fragments/"]
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
        lines += ["", f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")
