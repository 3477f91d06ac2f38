"""The list of pages for search engines, from the process's copy of the catalogue: it asks no store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from lambdaserve.access.ratelimit.login_limits import limit_page
from merger.wiring import service


class PagesMap(Sitemap):  # type: ignore[type-arg] # it takes none at run time
    """The pages that are always there."""

    def items(self) -> list[str]:
        return ["start", "pages-trending", "pages-analytics", "pages-people", "pages-quality", "pages-about"]

    def location(self, item: str) -> str:
        return reverse(item)


class MoviesMap(Sitemap):  # type: ignore[type-arg] # it takes none at run time
    """The movies that the process knows, in files of a thousand."""

    limit = 1_000

    def items(self) -> Sequence[int]:
        catalogue = service().catalogue_at_hand
        return () if catalogue is None else catalogue.movies.ids

    def location(self, item: int) -> str:
        return reverse("pages-movie", args=[int(item)])


_MAPS = {"pages": PagesMap, "movies": MoviesMap}


@limit_page
@require_safe
def index(request: HttpRequest) -> HttpResponseBase:
    """Lists the files."""
    return _answer(request, views.index, sitemap_url_name="sitemap-section")


@limit_page
@require_safe
def section(request: HttpRequest, section: str) -> HttpResponseBase:
    """One file: some of the pages."""
    return _answer(request, views.sitemap, section=section)


def _answer(request: HttpRequest, view: Any, **arguments: str) -> HttpResponseBase:
    if not settings.ANONYMOUS_READ:
        raise Http404
    response: HttpResponseBase = view(request, _MAPS, **arguments)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
