"""Turns every error of the REST API into an RFC 9457 problem; the only place that maps errors to status codes.

A problem is a JSON object of media type ``application/problem+json``. Requirement A2. Its members:

* ``type``: ``urn:problem-type:lambdaserve:<slug>``, or ``about:blank`` where the status says it all;
* ``title``, ``status``, ``detail``, ``instance`` (the requested path);
* 400: ``errors``, one ``{parameter, detail}`` for every bad parameter;
* 404 of a movie, genre, actor or person: ``near``, similar names, best first;
* 429: nothing more; ``Retry-After`` says when to try again;
* 503 of ``completeness=strict``: ``missing``, the intervals that neither layer holds;
* 503 of ``completeness=proven``: ``missing``, or ``assumed``, the intervals that nothing proves.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from http import HTTPStatus
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.exceptions import APIException, Throttled, ValidationError

from lambdaserve.access.ratelimit.throttle import OverLimit, retry_after
from lambdaserve.api import error_pages
from merger.core.evidence import Unproven
from merger.core.intervals import assumptions_as_list, intervals_as_list
from merger.errors import (
    BadQueries,
    BadQuery,
    Incomplete,
    NotFound,
    PrunedRun,
    StoreFault,
    StoreRefused,
    StoreUnavailable,
)
from merger.meters import STRICT_REFUSALS
from merger.request_context import current_request

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:problem-type:lambdaserve:"
NO_PERMISSION = "You don't have permission to do this."
SERVER_ERROR = "Something went wrong on the server; the error has been logged."
API_PREFIX = "/api/"
SLUG_ATTRIBUTE = "problem_slug"
"""Attribute of a response that lets the log distinguish problems of the same status."""
INCOMPLETE_RETRY_AFTER = 60
"""Seconds after which a late layer may have caught up; both write at most once a minute."""
ACCOUNTS_RETRY_AFTER = 5
"""Seconds after which to try again when the database of users and keys does not answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the client sees it.

    Args:
        status: HTTP status code.
        detail: what happened this time, as a sentence.
        slug: end of the type's URN; empty for ``about:blank``.
        title: the same for every problem of a type; empty: the status's own phrase.
        extensions: further members.
        headers: the response's.
    """

    status: int
    detail: str
    slug: str = ""
    title: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, path: str) -> dict[str, Any]:
        """The problem's members."""
        return {
            "type": TYPE_PREFIX + self.slug if self.slug else "about:blank",
            "title": self.title or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": path,
            **self.extensions,
        }

    def response(self, path: str) -> HttpResponse:
        """The problem as an HTTP response that is never cached."""
        body, headers = orjson.dumps(self.body(path)), {"Cache-Control": "no-store", **self.headers}
        response = HttpResponse(body, status=self.status, content_type=MEDIA_TYPE, headers=headers)
        setattr(response, SLUG_ATTRIBUTE, self.slug)
        return response


def retry_in(seconds: int) -> dict[str, str]:
    """The header that says after how many seconds to try again."""
    return {"Retry-After": str(seconds)}


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Handles exceptions for Django REST framework; ``None`` leaves an unexpected one to ``server_error``."""
    if isinstance(error, NotFound):
        asked = {**context["request"].GET.dict(), **context.get("kwargs", {})}
        error = error.spelt(asked.get(error.kind, error.key))
    problem = problem_of(error)
    return None if problem is None else problem.response(context["request"].path)


@singledispatch
def problem_of(error: Exception) -> Problem | None:
    """The problem for an exception; ``None`` for an unexpected one. The functions below are its cases."""
    return None


@problem_of.register
def _bad_query(error: BadQuery) -> Problem:
    errors = error.errors if isinstance(error, BadQueries) else (error,)
    return bad_parameters([{"parameter": each.parameter, "detail": str(each)} for each in errors])


@problem_of.register
def _validation_error(error: ValidationError) -> Problem:
    return bad_parameters(list(_flatten(error.detail)))


@problem_of.register
def _unknown_subject(error: NotFound) -> Problem:
    detail = f"There is {error}."
    if error.near:
        detail += f" Did you mean {' or '.join(error.near)}?"
    return Problem(404, detail, f"unknown-{error.kind}", f"Unknown {error.kind}", {"near": list(error.near)})


@problem_of.register
def _pruned_run(error: PrunedRun) -> Problem:
    return Problem(404, f"These numbers can't be read any more: {error}.", "pruned-run", "The run was pruned")


@problem_of.register
def _incomplete(error: Incomplete) -> Problem:
    STRICT_REFUSALS.inc()
    detail = f"The request asks for a complete answer, but {error}. Without that, the answer has what is available."
    missing = {"missing": intervals_as_list(error.missing)}
    headers = retry_in(INCOMPLETE_RETRY_AFTER)
    return Problem(503, detail, "incomplete", "The answer would be incomplete", missing, headers)


@problem_of.register
def _unproven(error: Unproven) -> Problem:
    STRICT_REFUSALS.inc()
    detail = f"The request asks for completeness=proven, but {error}. With strict, the answer rests on them."
    assumed = {"assumed": assumptions_as_list(error.assumed)}
    headers = retry_in(INCOMPLETE_RETRY_AFTER)
    return Problem(503, detail, "unproven", "The answer would rest on assumptions", assumed, headers)


@problem_of.register
def _store_unavailable(error: StoreUnavailable) -> Problem:
    detail = f"{error}; try again in {error.retry_after} s."
    headers = retry_in(error.retry_after)
    return Problem(503, detail, "store-unavailable", "The document store does not answer", headers=headers)


@problem_of.register
def _store_fault(error: StoreFault) -> Problem:
    # Not 503: that invites clients to try again, which would not help.
    detail = "MongoDB refused." if isinstance(error, StoreRefused) else f"{error}."
    return Problem(502, detail, "store-fault", "The document store answered with an error")


@problem_of.register
def _unknown_address(error: Http404, path: str = "") -> Problem:
    hint = " Addresses here have no trailing slash." if path.endswith("/") else ""
    return Problem(404, f"There is nothing at this address.{hint} GET /api/v1 lists all addresses.")


@problem_of.register
def _permission_denied(error: PermissionDenied) -> Problem:
    return Problem(403, NO_PERMISSION)


@problem_of.register(OperationalError)
@problem_of.register(InterfaceError)
def _accounts_unavailable(error: Exception) -> Problem:
    # A client whose credentials can't be checked must not be treated as anonymous.
    detail = "Users and API keys can't be checked at the moment."
    title = "The database of users and keys does not answer"
    return Problem(503, detail, "accounts-unavailable", title, headers=retry_in(ACCOUNTS_RETRY_AFTER))


@problem_of.register
def _rate_limited(error: Throttled) -> Problem:
    seconds = retry_after(getattr(error, "wait", None))
    detail = f"Too many requests; try again in {seconds} s."
    return Problem(429, detail, "rate-limited", "Too many requests", headers=retry_in(seconds))


@problem_of.register
def _other_api_exception(error: APIException) -> Problem:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    detail = " ".join(entry["detail"] for entry in _flatten(error.detail))
    return Problem(error.status_code, detail, headers=headers)


def refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The response to a request that is refused: a problem of the API, for browsers a page, else a line of text."""
    if request.path.startswith(API_PREFIX):
        return problem.response(request.path)
    if error_pages.wants_page(request):
        title = problem.title or HTTPStatus(problem.status).phrase
        return error_pages.error_page(request, problem.status, title, problem.detail, problem.headers)
    return HttpResponse(
        f"{problem.detail}\n", status=problem.status, content_type="text/plain; charset=utf-8", headers=problem.headers
    )


def too_many_requests(request: HttpRequest, wait: float) -> HttpResponse:
    """The response to a request whose client has no tokens left: a problem of the API, elsewhere a page.

    Args:
        request: the refused one.
        wait: seconds until there are enough.
    """
    if request.path.startswith(API_PREFIX):
        return _rate_limited(Throttled(wait)).response(request.path)
    return error_pages.too_many_requests_page(request, wait)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answers a request that Django itself refuses; its ``handler400``."""
    if request.path.startswith(API_PREFIX):
        return Problem(400, "This request can't be understood.").response(request.path)
    return error_pages.bad_request_page(request)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answers a request without permission, and one over its limit; Django's ``handler403``."""
    if isinstance(exception, OverLimit):
        return error_pages.too_many_requests_page(request, exception.wait)
    if request.path.startswith(API_PREFIX):
        return Problem(403, NO_PERMISSION).response(request.path)
    return error_pages.forbidden_page(request, str(exception))


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Answers a form without a valid token against forged requests; Django's ``CSRF_FAILURE_VIEW``."""
    if request.path.startswith(API_PREFIX):
        return Problem(403, NO_PERMISSION).response(request.path)
    return error_pages.form_expired_page(request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answers a request for an unknown address; Django's ``handler404``."""
    if request.path.startswith(API_PREFIX):
        return _unknown_address(Http404(), request.path).response(request.path)
    return error_pages.not_found_page(request)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answers after an unexpected error without revealing it; the log shows it. Django's ``handler500``.

    On a page too, a database of users that can't be read or written is a 503.
    """
    error = sys.exception()
    if isinstance(error, OperationalError | InterfaceError):
        return refusal(request, _accounts_unavailable(error))
    if request.path.startswith(API_PREFIX):
        # The log has the error under this id, which the header `X-Request-ID` carries too.
        current = current_request.get()
        extensions = {} if current is None else {"request_id": current.request_id}
        return Problem(500, SERVER_ERROR, extensions=extensions).response(request.path)
    return error_pages.server_error_page(request)


def bad_parameters(errors: list[dict[str, str]]) -> Problem:
    """The problem of a request with bad parameters, each with ``parameter`` and ``detail``."""
    details = [entry["detail"].rstrip(".") for entry in errors]
    return Problem(400, "; ".join(details) + ".", "invalid-parameters", "Invalid parameters", {"errors": errors})


def _flatten(detail: Any, parameter: str = "") -> Iterator[dict[str, str]]:
    """Flattens REST framework's nested texts; the innermost key that is a name is the parameter."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _flatten(value, parameter if key == "non_field_errors" else str(key))
    elif isinstance(detail, list | tuple):
        for value in detail:
            yield from _flatten(value, parameter)
    else:
        yield {"parameter": parameter, "detail": str(detail)}
