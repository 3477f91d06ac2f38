"""From an ``Answer`` of the merge service to an HTTP response (A6)."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers

from lambdaserve.exceptions import Problem
from merger.service import Answer

CREDENTIALS = ("Authorization", "Cookie", "X-API-Key")
"""Request headers that say who asks."""


def respond(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    """The answer's bytes as they are, or 304 where the caller holds them already.

    Sets ``ETag``, ``Cache-Control`` (``private`` unless everybody may read), ``Age`` and ``X-Cache``.
    """
    response = HttpResponse(answer.body, content_type="application/json")
    response["ETag"] = answer.etag
    response["Cache-Control"] = f"{_audience()}, max-age={answer.max_age}"
    if not settings.ANONYMOUS_READ:
        patch_vary_headers(response, CREDENTIALS)
    final = get_conditional_response(request, etag=answer.etag, response=response) or response
    if final.status_code == HTTPStatus.PRECONDITION_FAILED:
        return Problem(412, "The answer has another ETag than If-Match names.").response(request.path)
    # Set last: a 304 keeps only the headers that HTTP demands of it.
    final["Age"] = str(answer.age)
    final["X-Cache"] = answer.state
    return final


def _audience() -> str:
    return "public" if settings.ANONYMOUS_READ else "private"
