"""Gives every request an id, counts it, and writes a line about it into the log.

Requirements O1 and O2.
"""

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
from lambdaserve.middleware.masking import mask_path, mask_query
from lambdaserve.ops.logs import ACCESS_LOGGER, access_log, is_json
from lambdaserve.ops.metrics.endpoint import STATIC, UNMATCHED, observe_request
from merger.request_context import RequestContext, current_request

REQUEST_ID_HEADER: Final = "X-Request-ID"

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_MAX_LOGGED_CHARACTERS = 2000
"""Longest path and query that is logged."""

_PROBED_ROUTES = ("api/v1/health/live", "api/v1/health/ready", "metrics")
"""Routes that machines call every few seconds; logged at ``debug`` only."""

_PART_ROUTES = (STATIC, "favicon.ico")
_PART_TYPES = ("image/", "font/", "text/css", "text/javascript")
"""Routes and types of what browsers load along with a page; text lines leave it out, below ``debug``."""


class RequestLog:
    """Outermost middleware: assigns the request id, records metrics and the log line.

    A valid ``X-Request-ID`` of the request (up to 64 letters, digits, ``.``, ``_`` and ``-``) is kept, any other is
    replaced by a random one. The response carries it, and so does every line that is logged for the request.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        self._log: FilteringBoundLogger | None = None
        self._is_text = not is_json(settings.LOG_FORMAT)
        if settings.LOG_REQUESTS:
            self._log = access_log(settings.LOG_FORMAT, settings.LOG_LEVEL)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response of the rest of the chain, which never raises."""
        started, given = time.perf_counter(), request.META.get("HTTP_X_REQUEST_ID")
        request_id = given if given and _ACCEPTED_ID.fullmatch(given) else token_hex(8)
        current = RequestContext(request_id)
        token = current_request.set(current)
        try:
            response = self._get_response(request)
        finally:
            current_request.reset(token)
        seconds = time.perf_counter() - started
        response.headers[REQUEST_ID_HEADER] = request_id
        route, status = _route(request), response.status_code
        observe_request(request.method or "", route, status, seconds)
        if self._log is not None:
            self._write_line(self._log, request, response, current, route, seconds)
        return response

    def _write_line(
        self,
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
            # A 503 is expected and says when to try again; any other 5xx is a fault of the service.
            (log.warning if status == HTTPStatus.SERVICE_UNAVAILABLE else log.error)("request", **line)
        elif route in _PROBED_ROUTES or (self._is_text and _is_part_of_page(route, response)):
            log.debug("request", **line)
        else:
            log.info("request", **line)


def _route(request: HttpRequest) -> str:
    """The template of the address: a label from a fixed set, never text that a caller chose."""
    match = request.resolver_match
    if match is not None:
        return match.route
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else UNMATCHED


def _is_part_of_page(route: str, response: HttpResponseBase) -> bool:
    """Whether a browser loaded it, without a fault, along with a page."""
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        return False
    return route in _PART_ROUTES or response.headers.get("Content-Type", "").startswith(_PART_TYPES)


def _address(request: HttpRequest) -> str:
    """Path and query, with values that may be credentials masked."""
    path = mask_path(request.path_info[:_MAX_LOGGED_CHARACTERS])
    query: str = request.META.get("QUERY_STRING", "")
    return f"{path}?{mask_query(query[:_MAX_LOGGED_CHARACTERS])}"[:_MAX_LOGGED_CHARACTERS] if query else path


def _client(request: HttpRequest) -> str:
    """``key:…`` with the public part of the key, ``user``, or ``anonymous``; causes no look-up."""
    auth = getattr(request, "auth", None)
    if isinstance(auth, AccessGrant):
        return auth.client if auth.client.startswith("key:") else "user"
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        user = request.__dict__.get("_cached_user")
    return "user" if user is not None and user.is_authenticated else "anonymous"
