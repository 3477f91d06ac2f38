"""Every error of the REST API as an RFC 9457 problem (A2); the only place that knows status codes.

A problem is a JSON object of media type ``application/problem+json``:

* ``type``: ``urn:problem-type:lambdaserve:<slug>``, or ``about:blank`` where the status says it all;
* ``title``, ``status``, ``detail``, ``instance`` (the path that was asked for);
* 400: ``errors``, one ``{parameter, detail}`` for every bad parameter;
* 404 of a movie, genre or actor: ``near``, the names that may have been meant, best first;
* 429: nothing more; ``Retry-After`` says when;
* 503 of ``completeness=strict``: ``missing``, the intervals that neither layer holds.
"""

from __future__ import annotations

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
from django.shortcuts import render
from django.views import defaults
from django_ratelimit.exceptions import Ratelimited
from rest_framework.exceptions import APIException, Throttled, ValidationError

from lambdaserve.access.ratelimit.throttle import retry_after
from merger.core.intervals import intervals_as_list
from merger.errors import BadQueries, BadQuery, Incomplete, NotFound, StoreFault, StoreUnavailable
from merger.meters import STRICT_REFUSALS
from merger.request_context import asking

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:problem-type:lambdaserve:"
API_PREFIX = "/api/"
SLUG_OF_PROBLEM = "problem_slug"
"""Attribute of a response by which the log tells problems of the same status apart."""
INCOMPLETE_RETRY_AFTER = 60
"""Seconds after which a late layer may have caught up; both write at most once a minute."""
PAGES_RETRY_AFTER = 60
"""Seconds after which more pages are to be had, at most."""
ACCOUNTS_RETRY_AFTER = 5
"""Seconds after which to try again where users and keys can't be read."""


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the caller is told it.

    Args:
        status: HTTP status code.
        detail: what happened here, a sentence for people.
        slug: end of the type's URN; empty for ``about:blank``.
        title: the same for every problem of a type; empty: the status's own phrase.
        extensions: further members.
        headers: of the response.
    """

    status: int
    detail: str
    slug: str = ""
    title: str = ""
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, path: str) -> HttpResponse:
        """The response; it is never cached."""
        body = {
            "type": TYPE_PREFIX + self.slug if self.slug else "about:blank",
            "title": self.title or HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": path,
            **self.extensions,
        }
        headers = {"Cache-Control": "no-store", **self.headers}
        response = HttpResponse(orjson.dumps(body), status=self.status, content_type=MEDIA_TYPE, headers=headers)
        setattr(response, SLUG_OF_PROBLEM, self.slug)
        return response


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler; ``None`` leaves an unexpected error to ``server_error``."""
    problem = problem_of(error)
    return None if problem is None else problem.response(context["request"].path)


@singledispatch
def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception is, ``None`` for one that nobody foresaw."""
    return None


@problem_of.register
def _(error: BadQuery) -> Problem:
    found = error.errors if isinstance(error, BadQueries) else (error,)
    return _bad_parameters([{"parameter": each.parameter, "detail": str(each)} for each in found])


@problem_of.register
def _(error: ValidationError) -> Problem:
    return _bad_parameters(list(_told(error.detail)))


@problem_of.register
def _(error: NotFound) -> Problem:
    detail = f"There is {error}."
    if error.near:
        detail += f" Did you mean {' or '.join(error.near)}?"
    return Problem(404, detail, f"unknown-{error.kind}", f"Unknown {error.kind}", {"near": list(error.near)})


@problem_of.register
def _(error: Incomplete) -> Problem:
    STRICT_REFUSALS.inc()
    return Problem(
        503,
        f"Asked for completeness=strict, but {error}. Without it the answer comes with what there is.",
        "incomplete",
        "The answer would be incomplete",
        {"missing": intervals_as_list(error.missing)},
        {"Retry-After": str(INCOMPLETE_RETRY_AFTER)},
    )


@problem_of.register
def _(error: StoreUnavailable) -> Problem:
    return Problem(
        503,
        f"{error.detail}; try again in {error.retry_after} s.",
        "store-unavailable",
        "The document store does not answer",
        headers={"Retry-After": str(error.retry_after)},
    )


@problem_of.register
def _(error: StoreFault) -> Problem:
    # Not 503: that invites callers to try again, which will not mend it.
    return Problem(502, f"{error.detail}.", "store-fault", "The document store answered with an error")


@problem_of.register
def _(error: Http404) -> Problem:
    return Problem(404, "There is nothing at this address. Addresses here have no trailing slash.")


@problem_of.register
def _(error: PermissionDenied) -> Problem:
    return Problem(403, "This is not for you.")


@problem_of.register(OperationalError)
@problem_of.register(InterfaceError)
def _(error: Exception) -> Problem:
    # Whoever can't be recognised is not let in as a stranger either.
    return Problem(
        503,
        "Users and API keys can't be read at the moment.",
        "accounts-unavailable",
        "The database of users and keys does not answer",
        headers={"Retry-After": str(ACCOUNTS_RETRY_AFTER)},
    )


@problem_of.register
def _(error: Throttled) -> Problem:
    seconds = retry_after(getattr(error, "wait", None))
    return Problem(
        429,
        f"Too many requests; try again in {seconds} s.",
        "rate-limited",
        "Too many requests",
        headers={"Retry-After": str(seconds)},
    )


@problem_of.register
def _(error: APIException) -> Problem:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    detail = " ".join(entry["detail"] for entry in _told(error.detail))
    return Problem(error.status_code, detail, headers=headers)


def refusal(request: HttpRequest, problem: Problem) -> HttpResponse:
    """What somebody gets whose request goes no further: a problem of the API, else a line of text."""
    if request.path.startswith(API_PREFIX):
        return problem.response(request.path)
    return HttpResponse(
        f"{problem.detail}\n", status=problem.status, content_type="text/plain; charset=utf-8", headers=problem.headers
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's ``handler400``: a request that Django itself refuses."""
    if request.path.startswith(API_PREFIX):
        return Problem(400, "This request can't be understood.").response(request.path)
    return defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's ``handler403``, which is also asked where somebody called up too many pages."""
    if isinstance(exception, Ratelimited):
        page = render(request, "429.html", status=429)
        page["Retry-After"] = str(PAGES_RETRY_AFTER)
        return page
    if request.path.startswith(API_PREFIX):
        return Problem(403, "This is not for you.").response(request.path)
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Django's ``handler404``: no such address."""
    problem = problem_of(Http404())
    if request.path.startswith(API_PREFIX) and problem is not None:
        return problem.response(request.path)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Django's ``handler500``: tells nothing of the inside; the log has it."""
    if request.path.startswith(API_PREFIX):
        # The log has it under this id, which the header `X-Request-ID` carries too.
        current = asking.get()
        told = {} if current is None else {"request_id": current.request_id}
        return Problem(500, "Something went wrong here; it has been logged.", extensions=told).response(request.path)
    return defaults.server_error(request)


def _bad_parameters(errors: list[dict[str, str]]) -> Problem:
    details = [entry["detail"].rstrip(".") for entry in errors]
    return Problem(400, "; ".join(details) + ".", "invalid-parameters", "Invalid parameters", {"errors": errors})


def _told(detail: Any, parameter: str = "") -> Iterator[dict[str, str]]:
    """REST framework's nested texts, flat; the innermost key that is a name is the parameter."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _told(value, parameter if key == "non_field_errors" else str(key))
    elif isinstance(detail, list | tuple):
        for value in detail:
            yield from _told(value, parameter)
    else:
        yield {"parameter": parameter, "detail": str(detail)}
