"""Movies by title, as one types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from movies.search import SortBy
from movies.selectors import movie_search_list
from movies.serializers import MovieSearchParameters
from pages.frame.page import BrowserPage, genre_names
from pages.frame.parts import Part, load_part


class Search(BrowserPage):
    """Movies by title, as one types."""

    template = "pages/search.html"
    parameters = MovieSearchParameters

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        found = load_part(lambda: movie_search_list(**values))
        return {
            "found": found,
            "values": values,
            "genres": genre_names(),
            "orders": [each.value for each in SortBy],
            "pages": _pages(found, values),
            "tables": [],
            "main": found,
        }

    def _template(self, request: HttpRequest) -> str:
        return "pages/parts/results.html" if request.headers.get("HX-Target") == "found" else self.template


def _pages(found: Part, values: Mapping[str, Any]) -> dict[str, str]:
    """Addresses of the page before and the page after."""
    if not found.data:
        return {}
    limit, offset, total = found.data["limit"], found.data["offset"], found.data["total_results"]
    kept = {name: value for name, value in values.items() if value is not None}
    result = {}
    if offset > 0:
        result["before"] = urlencode({**kept, "offset": max(0, offset - limit)})
    if offset + limit < min(total, 10_000):
        result["after"] = urlencode({**kept, "offset": offset + limit})
    return result
