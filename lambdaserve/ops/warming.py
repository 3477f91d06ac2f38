"""Asks the API's own questions from inside, so that their answers are in the cache before anybody asks (O3).

No HTTP, no access decision, no rate limit: whoever may run this is the operator.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import orjson
from django.http import Http404, HttpRequest, QueryDict
from django.urls import Resolver404, resolve, reverse
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from lambdaserve.api.parameters import STRICT
from lambdaserve.api.viewsets import ApiViewSet
from merger.cache.outcomes import Outcome
from merger.contract.payloads import METRICS
from merger.errors import Incomplete, MergerError, NotFound, StoreError
from merger.wiring import service


class Warmed(StrEnum):
    """What became of an address."""

    MADE = "made"
    WARM = "already warm"
    GONE = "no longer there"
    """It names a movie, genre or actor that is unknown, or a parameter that is not taken: nothing to be made."""
    FAILED = "failed"


def warm(address: str) -> tuple[Warmed, str]:
    """Sees to it that the answer to an address is in the cache.

    Args:
        address: path and query.

    Returns:
        What became of it, and the reason where it failed.
    """
    made_before = _made()
    path, _, query = address.partition("?")
    # An old answer must not do, and a store that is away must be told.
    strictly = urlencode([*((k, v) for k, v in parse_qsl(query) if k != "completeness"), ("completeness", STRICT)])
    try:
        _answer(f"{path}?{strictly}")
    except Incomplete:
        pass  # it has been made all the same
    except StoreError as error:
        return Warmed.FAILED, str(error)
    except (NotFound, APIException, Http404, MergerError):
        return Warmed.GONE, ""
    return (Warmed.MADE if _made() > made_before else Warmed.WARM), ""


def usual_addresses(trending: int) -> Iterator[str]:
    """Addresses that are worth asking whatever was asked before: layer-wide ones, every genre's, trending movies'.

    Args:
        trending: so many movies.

    Raises:
        StoreError: it can't be found out which.
    """
    yield from map(reverse, ("analytics-overview", "analytics-sentiment-comparison", "search-genres"))
    yield from (f"{reverse('analytics-trends')}?metric={metric}" for metric in METRICS)
    yield reverse("trending-movies")
    for genre in _content(reverse("search-genres"))["genres"]:
        yield from (reverse(name, args=[genre["genre"]]) for name in ("trending-genre", "analytics-genre"))
    if trending:
        ranked = _content(f"{reverse('trending-movies')}?limit={trending}")["trending_movies"]
        for movie in ranked:
            yield from (reverse(n, args=[movie["movie_id"]]) for n in ("movie", "movie-sentiment", "movie-stats"))


def _made() -> int:
    """Answers that this process had to make."""
    return sum(number for (_, outcome), number in service().cache.counts.all().items() if outcome is Outcome.MISS)


def _content(address: str) -> Any:
    return orjson.loads(_answer(address).content)


def _answer(address: str) -> Any:
    """What a viewset's action answers; raises what it raises, and ``Http404`` where the API has no such address."""
    path, _, query = address.partition("?")
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = unquote(path)
    request.META["QUERY_STRING"] = query
    request.GET = QueryDict(query)
    try:
        found = resolve(request.path_info)
    except Resolver404 as error:
        raise Http404(address) from error
    viewset = getattr(found.func, "cls", None)
    if viewset is None or not issubclass(viewset, ApiViewSet):
        raise Http404(address)
    action: str = found.func.actions["get"]  # type: ignore[attr-defined] # set by the framework on a viewset's view
    return getattr(viewset(), action)(Request(request), *found.args, **found.kwargs)
