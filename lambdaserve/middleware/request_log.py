"""Every request: an id, a meter and a line in the log (O1, O2)."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from secrets import token_hex
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from structlog.typing import FilteringBoundLogger

from lambdaserve.access.credentials.scopes import AccessGrant
from lambdaserve.middleware.api_lane import GetResponse
from lambdaserve.ops.logs import ACCESS_LOGGER, access_log
from lambdaserve.ops.metrics.endpoint import STATIC, UNMATCHED, observe_request
from merger.request_context import RequestContext, asking

HEADER: Final = "X-Request-ID"

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_CREDENTIAL = re.compile(
    r"(?P<name>(?:^|&)[^&=]*(?:key|token|password|passwd|secret|authorization|credential|signature)[^&=]*=)[^&]*",
    re.IGNORECASE,
)
_LONGEST = 2000
"""Characters of an address that are logged."""

_QUIET = ("api/v1/health/live", "api/v1/health/ready", "metrics")
"""Routes that machines ask every few seconds: told at ``debug`` alone."""


class RequestLog:
    """First of all middlewares: what it does not see did not happen.

    ``X-Request-ID`` of the request is kept where it is one (up to 64 letters, digits, ``.``, ``_`` and ``-``), else
    drawn anew; the response carries it, and so does every line that is logged meanwhile.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._log: FilteringBoundLogger | None = None
        if settings.LOG_REQUESTS:
            self._log = access_log(settings.LOG_FORMAT, settings.LOG_LEVEL)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response of the rest of the chain, which raises nothing."""
        started, given = time.perf_counter(), request.META.get("HTTP_X_REQUEST_ID")
        request_id = given if given and _ACCEPTED.fullmatch(given) else token_hex(8)
        current = RequestContext(request_id)
        token = asking.set(current)
        try:
            response = self._get_response(request)
        finally:
            asking.reset(token)
        seconds = time.perf_counter() - started
        response.headers[HEADER] = request_id
        route, status = _route(request), response.status_code
        observe_request(request.method or "", route, status, seconds)
        if self._log is not None:
            self._tell(self._log, request, response, current, route, seconds)
        return response

    @staticmethod
    def _tell(
        log: FilteringBoundLogger,
        request: HttpRequest,
        response: HttpResponseBase,
        current: RequestContext,
        route: str,
        seconds: float,
    ) -> None:
        status = response.status_code
        line: dict[str, Any] = {
            "logger": ACCESS_LOGGER,
            "request_id": current.request_id,
            "method": request.method,
            "route": route,
            "path": _address(request),
            "status": status,
            "ms": round(seconds * 1000, 2),
            "cache": response.headers.get("X-Cache"),
            "layers": sorted(current.layers),
            "client": _client(request),
        }
        if status >= HTTPStatus.BAD_REQUEST and (problem := getattr(response, "problem_slug", None)):
            line["problem"] = problem
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            # A 503 says when to come again; the others should not have happened.
            (log.warning if status == HTTPStatus.SERVICE_UNAVAILABLE else log.error)("request", **line)
        elif route in _QUIET:
            log.debug("request", **line)
        else:
            log.info("request", **line)


def _route(request: HttpRequest) -> str:
    """The template of the address: a label, never what a caller may choose."""
    match = request.resolver_match
    if match is not None:
        return match.route
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else UNMATCHED


def _address(request: HttpRequest) -> str:
    """Path and query, the values of what may be credentials left out."""
    query: str = request.META.get("QUERY_STRING", "")
    if not query:
        return request.path_info[:_LONGEST]
    masked = _CREDENTIAL.sub(r"\g<name>***", query[:_LONGEST])
    return f"{request.path_info}?{masked}"[:_LONGEST]


def _client(request: HttpRequest) -> str:
    """``key:…`` with the part of the key that is no secret, ``user``, or ``anonymous``; nobody is looked up for it."""
    auth = getattr(request, "auth", None)
    if isinstance(auth, AccessGrant):
        return auth.client if auth.client.startswith("key:") else "user"
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return "user" if user is not None and user.is_authenticated else "anonymous"
