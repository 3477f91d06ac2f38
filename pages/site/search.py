"""The search page: finds movies while the visitor types, and offers some to the search field of every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.http import HttpRequest

from movies.search import Direction, SortBy
from movies.selectors import movie_search_list
from movies.serializers import MovieSearchParameters
from pages.frame.page import BrowserPage, genres
from pages.frame.paging import paging
from pages.frame.parts import Part, load_part
from people.selectors import people_list

_OFFERED: Final = "suggestions"
"""The element of every page's header that offers movies and people."""

_PARTS: Final = {"found": "pages/parts/results.html", _OFFERED: "pages/parts/suggestions.html"}
"""The templates of parts of the page, by the element that they are for."""

_PEOPLE_OFFERED: Final = 3
_ORDERS: Final = {
    SortBy.RELEVANCE: "Best match",
    SortBy.POPULARITY: "Popularity",
    SortBy.RATING: "Rating",
    SortBy.RELEASE_DATE: "Release date",
    SortBy.TITLE: "Title",
}
_DIRECTIONS: Final = (("", "As usual"), (Direction.ASCENDING, "Lowest first"), (Direction.DESCENDING, "Highest first"))
_FILTERS: Final = ("genre", "year_from", "year_to", "rating_min", "rating_max")


class Search(BrowserPage):
    """Finds movies by words and facts while the visitor types."""

    template = "pages/search.html"
    parameters = MovieSearchParameters
    fields = ("q", *_FILTERS, "sort_by", "direction")
    contradictions: ClassVar[Mapping[str, str]] = {
        "year_to": "“Year to” must not be before “Year from”.",
        "rating_max": "“Rating to” must not be below “Rating from”.",
    }
    data_view = "search-movies"
    data_parameters = ("q", *_FILTERS, "sort_by", "direction", "limit", "offset")

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        found = load_part(lambda: movie_search_list(**values))
        return {
            "found": found,
            "people": self._people(found, values.get("q")),
            "values": values,
            "genres": [each["genre"] for each in genres()],
            "orders": [(each.value, _ORDERS[each]) for each in SortBy],
            "directions": _DIRECTIONS,
            "links": _links(found, values),
            "main": found,
        }

    def _people(self, found: Part, q: str | None) -> list[Any]:
        """The people whom the header offers; those of other names than the one typed only where movies are, too."""
        if q is None or self.request.headers.get("HX-Target") != _OFFERED:
            return []
        people = load_part(lambda: people_list(q=q, limit=_PEOPLE_OFFERED))
        if not people.data or (
            people.data["is_corrected"] and found.data and found.data["showing_results_for"] is None
        ):
            return []
        return people.list_of("results")

    def _template(self, request: HttpRequest) -> str:
        return _PARTS.get(request.headers.get("HX-Target", ""), self.template)


def _links(found: Part, values: Mapping[str, Any]) -> dict[str, str]:
    """Query strings of the previous and the next page, of all results, and of those without filters."""
    if not found.data:
        return {}
    parameters = {name: value for name, value in values.items() if value is not None}
    asked = {name: value for name, value in parameters.items() if name == "q"}
    result = {"all": urlencode(asked), **paging(found, values)}
    if found.data["offset"] or not parameters.keys().isdisjoint(_FILTERS):
        result["unfiltered"] = urlencode(asked)
    return result
