"""Counts what no view has counted: unknown addresses, methods that are not served, refusals and redirects.

Each takes a token of the same bucket as its sender's other requests, and becomes a 429 where there is none left.
Requirement S3.
"""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from lambdaserve.access.credentials.authentication import HEADER, api_key_cache
from lambdaserve.access.credentials.scopes import AccessGrant
from lambdaserve.access.ratelimit.bucket import Limit
from lambdaserve.access.ratelimit.costs import CHEAP
from lambdaserve.access.ratelimit.limits import limit_of
from lambdaserve.access.ratelimit.throttle import (
    address_of,
    client_of,
    rate_limit_headers,
    spend,
    wrong_client_of,
)
from lambdaserve.api.problems import too_many_requests

_KEPT = (
    "access-control-",
    "content-security-policy",
    "cross-origin-",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
)
"""Beginnings of the names of headers that say nothing about the content, so that a refusal keeps them."""


def count_rest(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Takes a token for a request that no view has counted; returns its response, or a 429.

    Args:
        request: the answered one.
        response: its response. Static files cost nothing: a page needs several, and browsers keep them.
    """
    if request.path_info.startswith(f"/{settings.STATIC_URL.strip('/')}/") and (
        response.status_code < HTTPStatus.BAD_REQUEST
    ):
        return response
    client, limit = _sender_of(request)
    wait = spend(request.META, client, limit, CHEAP)
    if wait is not None:
        refusal = too_many_requests(request, wait)
        for name, value in response.headers.items():
            if name.lower().startswith(_KEPT):
                refusal.headers[name] = value
        response.close()
        response = refusal
    for name, value in rate_limit_headers(request):
        response.headers[name] = value
    return response


def _sender_of(request: HttpRequest) -> tuple[str, Limit | None]:
    """Whose bucket a request takes from, as ``client_of``, where nobody has asked for its key or session yet."""
    key = request.headers.get(HEADER)
    try:
        if key is None or isinstance(getattr(request, "auth", None), AccessGrant):
            return client_of(request)
        caller = api_key_cache().find(key)
    except DatabaseError:
        return address_of(request.META), limit_of(None, None)
    if caller is None:
        return wrong_client_of(request.META), limit_of(None, None)
    return caller.grant.client, caller.grant.limit
