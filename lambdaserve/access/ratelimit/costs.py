"""What a request costs, in tokens of its client's bucket: one table for the API and the pages. Pure.

A token stands for some 5 ms of a core where an answer must be computed, or for 25 kB of it. Pages cost what they take
while their answers are cached, since each of them asks for several. ``python -m benchmarks.costs`` measures both, and
``docs/limits.md`` shows the table with what was measured. Requirement S3.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from merger.core.windows import HOUR, LONGEST_WINDOW, parse_span
from merger.errors import BadQuery

FREE: Final = 0
"""Tokens of a request that is never limited."""
CHEAP: Final = 1
"""Tokens of every request that the table does not name, whatever its answer: 404, 405, 401 and redirects too."""
APART: Final = 5
"""Tokens that ``run`` adds: no other request's answer can be used, and few of its own are kept."""
EXPLANATION: Final = 5
"""Tokens that ``explain=1`` adds: an explanation is computed for each request, and looks at both layers again."""

_MOST_PARAMETERS = 30
_MAX_CACHED_CHARACTERS = 512
"""Longer query strings are not cached, so that the cache stays small."""
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


class Cost(NamedTuple):
    """The cost of an address.

    Attributes:
        base: tokens of the smallest request.
        size: parameters whose product makes an answer larger, each with its default; a span counts in hours.
        per: how much of that product costs one more token.
    """

    base: int
    size: Mapping[str, int] = {}
    per: int = 1


COSTS: Final[Mapping[str, Cost]] = {
    # Probes of load balancers, and Prometheus, which must be able to ask at any time.
    "health-live": Cost(FREE),
    "health-ready": Cost(FREE),
    "metrics": Cost(FREE),
    "health": Cost(1),
    "movie": Cost(1),
    "movie-sentiment": Cost(2, {"window": 0}, 24 * 366),
    "movie-stats": Cost(1, {"hours": 48}, 84),
    "search-movies": Cost(2),
    "search-genres": Cost(1),
    "trending-movies": Cost(2, {"limit": 20}, 100),
    "trending-genre": Cost(2, {"limit": 20}, 100),
    "trending-history": Cost(2, {"hours": 24, "limit": 10}, 500),
    "analytics-genre": Cost(3),
    "analytics-trends": Cost(3, {"window": 24 * 30}, 24 * 366),
    "analytics-overview": Cost(1),
    "analytics-sentiment-comparison": Cost(2),
    "analytics-actor": Cost(1),
    "people": Cost(1),
    "person": Cost(2),
    "person-movies": Cost(2),
    "recommendations-similar": Cost(2),
    "recommendations-genre": Cost(2),
    "recommendations-personalized": Cost(3),
    "schema": Cost(4),
    "contract": Cost(1),
    "docs": Cost(1),
    "redoc": Cost(1),
    # Pages: ``admin`` is every page of the admin.
    "start": Cost(4),
    "pages-trending": Cost(2, {"limit": 20}, 25),
    "pages-card": Cost(1),
    "pages-shared-card": Cost(12),
    "pages-site-card": Cost(1),
    "pages-movie": Cost(4),
    "pages-genres": Cost(1),
    "pages-genre": Cost(4),
    "pages-decade": Cost(3),
    "pages-analytics": Cost(4),
    "pages-people": Cost(1),
    "pages-person": Cost(3),
    "pages-search": Cost(2),
    "pages-operations": Cost(4),
    "pages-quality": Cost(1),
    "pages-about": Cost(1),
    "pages-fragment": Cost(1, {"limit": 0}, 20),
    "robots": Cost(FREE),
    "sitemap": Cost(1),
    "sitemap-section": Cost(4),
    "login": Cost(1),
    "logout": Cost(1),
    "admin": Cost(4),
}
"""Costs by the name of the address, as in ``urls.py``."""

_OTHER: Final = Cost(CHEAP)


def cost_of(name: str | None, query: str) -> int:
    """Returns the tokens of a request; a value that the endpoint will refuse counts as the default.

    Args:
        name: of the address; ``None`` where there is none.
        query: the query string as it was sent.
    """
    if not query:
        return _cached_cost(name, "")
    return _cached_cost(name, query) if len(query) <= _MAX_CACHED_CHARACTERS else _compute_cost(name, query)


def _compute_cost(name: str | None, query: str) -> int:
    cost = COSTS.get(name or "", _OTHER)
    if not cost.base:
        return FREE
    try:
        given = dict(parse_qsl(query, max_num_fields=_MOST_PARAMETERS))
    except ValueError:  # too many: no endpoint has so many
        given = {}
    size = math.prod(_amount(given.get(each, ""), default) for each, default in cost.size.items()) if cost.size else 0
    added = (EXPLANATION if given.get("explain") == "1" else 0) + (APART if given.get("run") else 0)
    return cost.base + size // cost.per + added


_cached_cost = lru_cache(1024)(_compute_cost)


def _amount(text: str, default: int) -> int:
    """Reads a number, or a span in hours."""
    if _NUMBER.fullmatch(text):
        return int(text)
    try:
        length = parse_span(text).length or LONGEST_WINDOW
    except BadQuery:
        return default
    return length // HOUR
