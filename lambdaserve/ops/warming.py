"""Cache warming: calls the API's own views in this process, so their answers are cached before clients ask.

There is no HTTP, access check or rate limit: only an operator can run this.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlencode

import orjson
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from lambdaserve.api.viewsets import ApiViewSet
from merger.cache.outcomes import Outcome
from merger.contract.payloads import METRICS
from merger.core.evidence import Completeness
from merger.errors import Incomplete, MergerError, NotFound, StoreError
from merger.wiring import service

_ABOUT_ALL: Final = (
    "analytics-overview",
    "analytics-sentiment-comparison",
    "search-genres",
    "trending-movies",
    "trending-history",
    "search-movies",
    "people",
)
_ABOUT_GENRES: Final = ("trending-genre", "analytics-genre", "recommendations-genre")
_ABOUT_MOVIES: Final = ("movie", "movie-sentiment", "movie-stats", "recommendations-similar")


class Warmed(StrEnum):
    """The result of warming an address."""

    COMPUTED = "computed"
    WARM = "already warm"
    GONE = "no longer there"
    """It names an unknown movie, genre or actor, or a parameter that is not accepted: there is nothing to compute."""
    FAILED = "failed"


def warm(address: str) -> tuple[Warmed, str]:
    """Puts the answer to an address into the cache, unless it is already there.

    Args:
        address: path and query.

    Returns:
        The result, and the reason if it failed.
    """
    computed_before = _answers_computed()
    path, _, query = address.partition("?")
    # Strict: an old answer is not enough, and a store that is away must raise.
    strictly = urlencode(
        [*((k, v) for k, v in parse_qsl(query) if k != "completeness"), ("completeness", Completeness.STRICT)]
    )
    try:
        call_api(f"{path}?{strictly}")
    except Incomplete as error:
        if error.away:
            return Warmed.FAILED, str(error)
        # Without that, its answer was computed nevertheless.
    except StoreError as error:
        return Warmed.FAILED, str(error)
    except (NotFound, APIException, Http404, MergerError):
        return Warmed.GONE, ""
    return (Warmed.COMPUTED if _answers_computed() > computed_before else Warmed.WARM), ""


def first_addresses() -> Iterator[str]:
    """Yields the addresses whose answers the first page shows."""
    yield from (f"{reverse(name)}?limit=50" for name in ("trending-history", "trending-movies"))
    yield f"{reverse('analytics-trends')}?metric=sentiment&window=30d"
    yield f"{reverse('analytics-trends')}?metric=sentiment&window=47h&granularity=hour"
    yield reverse("analytics-overview")


def usual_addresses(trending: int) -> Iterator[str]:
    """Yields addresses that are always worth warming: layer-wide ones, every genre's, and trending movies'.

    Questions in words, names of people, and likes are as many as there are callers: those that were asked often come
    from ``PopularTotals``. Likes come as the body of a POST, which no address holds.

    Args:
        trending: number of trending movies.

    Raises:
        StoreError: genres or trending movies can't be read.
    """
    yield from map(reverse, _ABOUT_ALL)
    yield from (f"{reverse('analytics-trends')}?metric={metric}" for metric in METRICS)
    for genre in _content(reverse("search-genres"))["genres"]:
        yield from (reverse(name, args=[genre["genre"]]) for name in _ABOUT_GENRES)
    if trending:
        ranked = _content(f"{reverse('trending-movies')}?limit={trending}")["trending_movies"]
        for movie in ranked:
            yield from (reverse(name, args=[movie["movie_id"]]) for name in _ABOUT_MOVIES)


def _answers_computed() -> int:
    """Number of answers that this process has computed."""
    return sum(number for (_, outcome), number in service().cache.counts.all().items() if outcome is Outcome.MISS)


def _content(address: str) -> Any:
    return orjson.loads(call_api(address).content)


def call_api(address: str) -> Any:
    """Calls a viewset's action; raises what it raises, and ``Http404`` where the API has no such address."""
    path, _, query = address.partition("?")
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = unquote(path)
    request.META["QUERY_STRING"] = query
    request.GET = QueryDict(query)
    try:
        match = resolve(request.path_info)
    except Resolver404 as error:
        raise Http404(address) from error
    viewset = getattr(match.func, "cls", None)
    if viewset is None or not issubclass(viewset, ApiViewSet):
        raise Http404(address)
    action: str = match.func.actions["get"]  # type: ignore[attr-defined] # DRF sets it on a viewset's view
    return getattr(viewset(), action)(Request(request), *match.args, **match.kwargs)
