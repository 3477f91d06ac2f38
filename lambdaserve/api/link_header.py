"""The header ``Link`` of an answer (RFC 8288): the page that shows it, and the next and previous part of a list.

Requirements A6 and A9.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import escape_uri_path

from merger.answers.answer import Answer

PAGES: Final[Mapping[str, str]] = {
    "movie": "pages-movie",
    "movie-sentiment": "pages-movie",
    "movie-stats": "pages-movie",
    "recommendations-similar": "pages-movie",
    "trending-movies": "pages-trending",
    "trending-genre": "pages-trending",
    "trending-history": "pages-trending",
    "analytics-genre": "pages-analytics",
    "analytics-sentiment-comparison": "pages-analytics",
    "people": "pages-people",
    "person": "pages-person",
    "person-movies": "pages-person",
    "analytics-actor": "pages-person",
    "search-movies": "pages-search",
}
"""The page that shows an answer, both by the name of the address. It takes the same parameters, and ignores others."""

_IN_PATH: Final = {"pages-movie": "movie_id", "pages-person": "name"}
"""The parameter that is part of a page's path."""
_PAGED: Final = ("search-movies", "people", "person-movies")
_LARGEST_OFFSET: Final = 10_000
_MAX_SENT_CHARACTERS: Final = 2000
"""Longer headers, which proxies may refuse, are not sent."""
_IS_PLAIN: Final = re.compile(r"[\w.~%&=+*-]*", re.ASCII).fullmatch
"""Whether a query string can stand in a header as it was sent."""


def link_header(request: HttpRequest, answer: Answer) -> str:
    """The value of ``Link``; empty where there is nothing to link to."""
    match = request.resolver_match
    if match is None or match.url_name not in PAGES:
        return ""
    query: str = request.META.get("QUERY_STRING", "")
    address, of_path = _page_address(match.url_name, tuple(match.kwargs.items()))
    # Hardly any query needs to be rewritten; to read and write each would take longer than all the rest.
    written = query if _IS_PLAIN(query) else urlencode(_parsed(query))
    parameters = "&".join(filter(None, (written, of_path)))
    link = f'<{address}{"?" if parameters else ""}{parameters}>; rel="alternate"; type="text/html"'
    if match.url_name in _PAGED:
        link = ", ".join([link, *_neighbours(request.path, _parsed(query), answer.body)])
    return link if len(link) <= _MAX_SENT_CHARACTERS else ""


@lru_cache(maxsize=1024)
def _page_address(name: str, in_path: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    """A page's address, and what the answer's path holds that is a parameter of the page."""
    page, parameters = PAGES[name], dict(in_path)
    key = _IN_PATH.get(page)
    return reverse(page, args=[parameters.pop(key)] if key else None), urlencode(parameters)


def _neighbours(path: str, parameters: Mapping[str, str], body: bytes) -> Iterator[str]:
    limit, offset, total = (_last_number(body, name) for name in ("limit", "offset", "total_results"))
    places = {"next": offset + limit, "prev": max(0, offset - limit)}
    if offset == 0:
        del places["prev"]
    if places["next"] >= total or places["next"] > _LARGEST_OFFSET:
        del places["next"]
    for relation, place in places.items():
        yield f'<{escape_uri_path(path)}?{urlencode({**parameters, "offset": place})}>; rel="{relation}"'


def _last_number(body: bytes, name: str) -> int:
    """A whole number of an answer's outermost object; lists and texts before it can't hold its name as a key."""
    start = body.rindex(b'"%b":' % name.encode()) + len(name) + 3
    end = start
    while body[end : end + 1].isdigit():
        end += 1
    return int(body[start:end])


def _parsed(query: str) -> dict[str, Any]:
    # WSGI decodes bytes as Latin-1; most clients send UTF-8, and not all escape it.
    return dict(parse_qsl(query.encode("iso-8859-1").decode(errors="replace"))) if query else {}
