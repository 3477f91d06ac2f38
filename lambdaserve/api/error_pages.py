"""Error pages for browsers: what happened, and ways on.

They need neither database and no session, since these may be what failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from lambdaserve.access.ratelimit.throttle import retry_after
from merger.request_context import current_request

_CAN_RETRY: Final = frozenset({429, 500, 503})
"""Statuses after which the same request may succeed."""


def wants_page(request: HttpRequest) -> bool:
    """Whether the client is a browser that shows what it gets."""
    return "text/html" in request.headers.get("Accept", "")


def error_page(
    request: HttpRequest, status: int, title: str, reason: str, headers: Mapping[str, str] | None = None, **extra: str
) -> HttpResponse:
    """Builds an error page.

    Args:
        request: the one that failed.
        status: HTTP status code.
        title: what happened, in a few words.
        reason: why, and what to do, in a sentence or two.
        headers: the response's.
        extra: further values for the template.
    """
    again = request.get_full_path() if status in _CAN_RETRY and request.method in ("GET", "HEAD") else ""
    context = {"status": status, "title": title, "reason": reason, "again": again, **extra}
    # Without the request: the context processors would ask for its user.
    text = render_to_string("error.html", {**context, "data_credit": settings.DATA_CREDIT})
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


def bad_request_page(request: HttpRequest) -> HttpResponse:
    """The page for a request that Django refuses."""
    return error_page(
        request, 400, "This request is not valid", "The address or the form holds something that can't be right."
    )


def forbidden_page(request: HttpRequest, reason: str) -> HttpResponse:
    """The page for a request without permission.

    Args:
        request: the refused one.
        reason: why; empty: a general one.
    """
    # Only if it has been read already: reading it now may need a database that does not answer.
    user = getattr(request, "_cached_user", None)
    name = user.get_username() if user is not None and user.is_authenticated else ""
    reason = reason or "You don't have permission to see this page."
    return error_page(request, 403, "You can't open this page", reason, user=name)


def form_expired_page(request: HttpRequest) -> HttpResponse:
    """The page for a form that was sent without a valid token against forged requests."""
    reason = "Go back, reload the page and send it again. Your browser has to accept this site's cookies."
    return error_page(request, 403, "This form has expired", reason)


def not_found_page(request: HttpRequest) -> HttpResponse:
    """The page for an unknown address."""
    reason = "No page has this address. It may be misspelt, or the page has moved."
    return error_page(request, 404, "Page not found", reason)


def method_not_allowed_page(request: HttpRequest, allowed: Iterable[str], reason: str) -> HttpResponse:
    """The page for a method that an address does not take.

    Args:
        request: the refused one.
        allowed: the methods that it takes, in any case.
        reason: what to do instead.
    """
    return error_page(request, 405, "This can't be done here", reason, {"Allow": ", ".join(allowed).upper()})


def too_many_requests_page(request: HttpRequest, wait: float) -> HttpResponse:
    """The page for a client that has no tokens left.

    Args:
        request: the refused one.
        wait: seconds until there are enough.
    """
    seconds = retry_after(wait)
    unit = "second" if seconds == 1 else "seconds"
    reason = f"More requests came from your network than this site allows. Wait {seconds} {unit}, then try again."
    return error_page(request, 429, "Too many requests", reason, {"Retry-After": str(seconds)})


def server_error_page(request: HttpRequest) -> HttpResponse:
    """The page after an unexpected error."""
    current = current_request.get()
    number = "" if current is None else current.request_id  # the log has the error under it
    reason = "This is our fault. The error has been logged; trying again in a moment may help."
    return error_page(request, 500, "Something went wrong", reason, number=number)
