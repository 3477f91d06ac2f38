"""From an ``Answer`` of the merge service to an HTTP response (A6)."""

from __future__ import annotations

import random
from functools import lru_cache
from http import HTTPStatus

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from lambdaserve.api.problems import Problem
from merger.answers.answer import Answer
from merger.cache.popular import SHARE
from merger.request_context import RequestContext, explained
from merger.wiring import popular_counts, service

CREDENTIALS = ("Authorization", "Cookie", "X-API-Key")
"""Request headers that say who asks."""


VARY = "Accept-Encoding"
"""Request headers that the form of an answer depends on, whoever asks."""

REVALIDATE_AFTER = 5
"""Seconds for which a cache on the way, or a browser, may give an answer without asking here again: what an
invalidation may take to reach a reader. Asking again with the tag costs a 304."""


_LONGEST_HEADER = 200


def respond(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    """The answer's bytes as they are kept, or 304 where the caller holds them already.

    Where an explanation was asked for, that goes with the answer, for this caller and this once.

    Sets ``ETag``, ``Cache-Control`` (``private`` unless everybody may read), ``Age``, ``X-Cache`` and ``Vary``. Notes a
    sample of the addresses, for whoever warms the cache.
    """
    asked = explained()
    if asked is not None:
        return _explained(answer, asked)
    if random.random() < SHARE:  # noqa: S311 - chooses a sample, guards nothing
        popular_counts().note(request.get_full_path_info())
    entry, headers = answer.entry, request.META
    etag, compressed = entry.etag, entry.compressed and takes_gzip(headers.get("HTTP_ACCEPT_ENCODING", ""))
    if compressed:
        etag = f'{etag[:-1]}-gzip"'
    if "HTTP_IF_NONE_MATCH" in headers or "HTTP_IF_MATCH" in headers:
        found = _conditional(request, entry.etag)
        if found is not None and found.status_code == HTTPStatus.PRECONDITION_FAILED:
            return Problem(412, "The answer has another ETag than If-Match names.").response(request.path)
        if found is not None:
            return _described(found, answer, etag)
    response = HttpResponse(entry.stored if compressed else entry.body, content_type="application/json")
    if compressed:
        response.headers["Content-Encoding"] = "gzip"
    return _described(response, answer, etag)


def _explained(answer: Answer, asked: RequestContext) -> HttpResponse:
    """The answer, byte for byte, and one more member."""
    steps = [{"step": name, "ms": round(1000 * seconds, 3)} for name, seconds in asked.steps or ()]
    told = {"request_id": asked.request_id, **service().explain(answer), "steps": steps}
    body = b'%b,"explain":%b}' % (answer.body[:-1], orjson.dumps(told))
    headers = {"Cache-Control": "no-store", "Age": str(answer.age), "X-Cache": answer.state}
    return HttpResponse(body, content_type="application/json", headers=headers)


def takes_gzip(accepted: str) -> bool:
    """Whether an ``Accept-Encoding`` header admits gzip (RFC 9110, 12.5.3).

    One that is longer than any client's own is not read, let alone remembered: without compression is always right.
    """
    return len(accepted) <= _LONGEST_HEADER and _admits_gzip(accepted)


@lru_cache(maxsize=256)
def _admits_gzip(accepted: str) -> bool:
    weights = {}
    for part in accepted.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        weights[coding] = weight.strip("0.") != "" or not weight
    return weights.get("gzip", weights.get("*", False))


def _conditional(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """A 304 or 412 where a precondition calls for it; the tags of both forms of the answer are tags of this answer."""
    for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH"):
        if name in request.META:
            request.META[name] = request.META[name].replace('-gzip"', '"')
    found: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    return found


def _described(response: HttpResponseBase, answer: Answer, etag: str) -> HttpResponseBase:
    headers, audience = response.headers, "public" if settings.ANONYMOUS_READ else "private"
    # The header's count begins when the answer was made, as `Age` does (RFC 9111, 4.2).
    headers["ETag"] = etag
    headers["Cache-Control"] = f"{audience}, max-age={answer.age + min(REVALIDATE_AFTER, answer.max_age)}"
    headers["Age"] = str(answer.age)
    headers["X-Cache"] = answer.state
    headers["Vary"] = VARY if settings.ANONYMOUS_READ else f"{VARY}, {', '.join(CREDENTIALS)}"
    return response
