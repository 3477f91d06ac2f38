"""Turns an ``Answer`` of the merge service into an HTTP response.

Requirement A6.
"""

from __future__ import annotations

import random
from functools import lru_cache
from http import HTTPStatus

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from lambdaserve.api.link_header import link_header
from lambdaserve.api.negotiation import indent, is_indented
from lambdaserve.api.problems import Problem
from merger.answers.answer import Answer
from merger.cache.popular import SAMPLE_SHARE
from merger.request_context import RequestContext, context_to_explain, is_apart
from merger.wiring import asked_service, popular_counts

CREDENTIALS = ("Authorization", "Cookie", "X-API-Key")
"""Request headers that identify the client."""

VARY = "Accept, Accept-Encoding"
"""Request headers that change the form of an answer for every client."""

REVALIDATE_AFTER_SECONDS = 5
"""Seconds for which a browser or proxy may reuse an answer without revalidating it. So an invalidation reaches every
reader within this time. Revalidating costs a 304."""

PRIVATE = "private, no-store"
"""``Cache-Control`` of an answer about another publication than the present one, which no other client may get."""

_MAX_HEADER_CHARACTERS = 200


def respond(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    """Sends the stored bytes of an answer, indented for browsers, or 304 if the client has them already.

    A request with ``explain=1`` gets the explanation too; such a response is not cached.

    Sets ``ETag``, ``Cache-Control`` (``private`` unless anonymous clients may read), ``Age``, ``X-Cache``,
    ``X-Data-Version``, ``Link`` and ``Vary``.
    Counts a sample of the addresses, for ``manage.py warm_cache``.
    """
    context = context_to_explain()
    if context is not None:
        return _add_explanation(answer, context)
    indented = is_indented(request)
    # REST framework's request passes each attribute on by a failed lookup, which adds up on a hit.
    request = getattr(request, "_request", request)
    # Warming up asks by address alone.
    if random.random() < SAMPLE_SHARE and request.method != "POST" and not is_apart():  # noqa: S311 - chooses a sample, not for security
        popular_counts().note(request.get_full_path_info())
    entry, headers = answer.entry, request.META
    own = f'{entry.etag[:-1]}-indented"' if indented else entry.etag
    compressed = entry.compressed and not indented and takes_gzip(headers.get("HTTP_ACCEPT_ENCODING", ""))
    etag = f'{own[:-1]}-gzip"' if compressed else own
    if "HTTP_IF_NONE_MATCH" in headers or "HTTP_IF_MATCH" in headers:
        conditional = _check_preconditions(request, own)
        if conditional is not None and conditional.status_code == HTTPStatus.PRECONDITION_FAILED:
            return Problem(412, _explain_failed(request, own)).response(request.path)
        if conditional is not None:
            return _set_headers(request, conditional, answer, etag)
    body = entry.stored if compressed else entry.body
    response = HttpResponse(indent(body) if indented else body, content_type="application/json")
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return _set_headers(request, response, answer, etag)


def _add_explanation(answer: Answer, context: RequestContext) -> HttpResponse:
    """The answer, byte for byte, with ``explain`` as its last member."""
    steps = [{"step": name, "ms": round(1000 * seconds, 3)} for name, seconds in context.steps or ()]
    explanation = {"request_id": context.request_id, **asked_service().explain(answer), "steps": steps}
    body = b'%b,"explain":%b}' % (answer.body[:-1], orjson.dumps(explanation))
    headers = {"Cache-Control": "no-store", "Age": str(answer.age), "X-Cache": answer.state}
    headers["X-Data-Version"] = answer.entry.data_version
    return HttpResponse(body, content_type="application/json", headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header admits gzip (RFC 9110, 12.5.3).

    A header longer than any client sends is neither read nor cached: an uncompressed answer is always acceptable.
    """
    return len(accepted) <= _MAX_HEADER_CHARACTERS and _admits_gzip(accepted)


@lru_cache(maxsize=256)
def _admits_gzip(accepted: str) -> bool:
    weights = {}
    for part in accepted.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        weights[coding] = weight.strip("0.") != "" or not weight
    return weights.get("gzip", weights.get("*", False))


def _check_preconditions(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """A 304 or 412 if a precondition calls for it; the tags of an answer's plain and gzipped form count for both."""
    for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"):
        if name in request.META:
            request.META[name] = request.META[name].replace('-gzip"', '"')
    # An answer has no date of its last change, so the header does not count (RFC 9110, 13.1.4).
    request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    return response


def _explain_failed(request: HttpRequest, etag: str) -> str:
    """Which precondition failed. ``If-Match`` is judged first (RFC 9110, 13.2.2)."""
    request.META.pop("HTTP_IF_NONE_MATCH", None)
    if get_conditional_response(request, etag=etag) is not None:
        return "The ETag of the answer is not in If-Match."
    return "The ETag of the answer is in If-None-Match; only a GET or HEAD gets a 304 for that."


def _set_headers(request: HttpRequest, response: HttpResponseBase, answer: Answer, etag: str) -> HttpResponseBase:
    headers, audience = response.headers, "public" if settings.ANONYMOUS_READ else "private"
    # `max-age` counts from when the answer was computed, as `Age` does (RFC 9111, 4.2).
    headers["ETag"] = etag
    if is_apart():
        headers["Cache-Control"] = PRIVATE
    else:
        headers["Cache-Control"] = f"{audience}, max-age={answer.age + min(REVALIDATE_AFTER_SECONDS, answer.max_age)}"
    headers["Age"] = str(answer.age)
    headers["X-Cache"] = answer.state
    headers["X-Data-Version"] = answer.entry.data_version
    # The client of a 304 has the links already (RFC 9110, 15.4.5).
    if response.status_code != HTTPStatus.NOT_MODIFIED and (link := link_header(request, answer)):
        headers["Link"] = link
    headers["Vary"] = VARY if settings.ANONYMOUS_READ else f"{VARY}, {', '.join(CREDENTIALS)}"
    return response
