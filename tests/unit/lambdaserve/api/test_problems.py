"""Each error becomes a problem with its status, type and headers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions as drf

from lambdaserve.api.problems import handle, problem_of, server_error
from merger import errors
from merger.core.evidence import Assumption, Reason, Unproven
from merger.errors import (
    BadQueries,
    BadQuery,
    Incomplete,
    MergerError,
    NotFound,
    StoreError,
    StoreFault,
    StoreRefused,
    StoreUnavailable,
    Unreadable,
)

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
GUESS = Assumption(None, NOON, Reason.ABSENT)


def body_of(error: Exception) -> dict[str, Any]:
    response = handle(error, {"request": RequestFactory().get("/api/v1/movies/1")})
    assert response is not None
    assert response["Content-Type"] == "application/problem+json"
    result: dict[str, Any] = orjson.loads(response.content)
    assert result["instance"] == "/api/v1/movies/1"
    assert result["status"] == response.status_code
    return result


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (BadQuery("window", "7w", "a length"), 400, "invalid-parameters"),
        (BadQueries([BadQuery("a", 1, "b")]), 400, "invalid-parameters"),
        (NotFound("movie", 550), 404, "unknown-movie"),
        (NotFound("genre", "x"), 404, "unknown-genre"),
        (NotFound("actor", "x"), 404, "unknown-actor"),
        (Incomplete([(None, NOON)]), 503, "incomplete"),
        (Unproven([GUESS]), 503, "unproven"),
        (StoreUnavailable("MongoDB is not reachable"), 503, "store-unavailable"),
        (StoreFault("MongoDB answered with an error"), 502, "store-fault"),
        (StoreRefused("secret"), 502, "store-fault"),
        (drf.ValidationError({"limit": ["too large"]}), 400, "invalid-parameters"),
        (drf.Throttled(wait=7), 429, "rate-limited"),
        (OperationalError("secret"), 503, "accounts-unavailable"),
        (InterfaceError("secret"), 503, "accounts-unavailable"),
    ],
)
def test_own_errors_have_their_own_problem_type(error: Exception, status: int, slug: str) -> None:
    body = body_of(error)
    assert (body["status"], body["type"]) == (status, f"urn:problem-type:lambdaserve:{slug}")
    assert "secret" not in str(body)


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (Http404("secret"), 404, "Not Found"),
        (PermissionDenied("secret"), 403, "Forbidden"),
        (drf.NotAuthenticated(), 401, "Unauthorized"),
        (drf.PermissionDenied(), 403, "Forbidden"),
        (drf.MethodNotAllowed("POST"), 405, "Method Not Allowed"),
        (drf.NotAcceptable(), 406, "Not Acceptable"),
        (drf.UnsupportedMediaType("text/xml"), 415, "Unsupported Media Type"),
        (drf.ParseError(), 400, "Bad Request"),
    ],
)
def test_errors_that_the_status_explains_have_type_about_blank(error: Exception, status: int, title: str) -> None:
    body = body_of(error)
    assert (body["status"], body["type"], body["title"]) == (status, "about:blank", title)
    assert "secret" not in str(body)


def test_every_merger_error_that_reaches_a_client_has_a_problem() -> None:
    def below(kind: type[Exception]) -> set[type[Exception]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    registered = set(problem_of.registry)
    # Base classes that are never raised, and the error about one document, which never reaches a client (D2).
    internal = {MergerError, StoreError, Unreadable}
    ours = {kind for kind in below(errors.MergerError) if kind.__module__ == errors.__name__}
    for kind in ours - internal:
        assert any(parent in registered for parent in kind.__mro__ if parent not in (Exception, object)), kind


def test_unexpected_error_has_no_problem_and_is_left_to_the_server() -> None:
    assert handle(RuntimeError("secret"), {"request": RequestFactory().get("/api/v1/movies/1")}) is None


def test_all_bad_parameters_are_listed() -> None:
    body = body_of(BadQueries([BadQuery("a", 1, "words"), BadQuery("b", 2, "numbers")]))
    assert [entry["parameter"] for entry in body["errors"]] == ["a", "b"]
    assert body["detail"] == "a takes words; got 1; b takes numbers; got 2."


def test_error_about_several_parameters_names_none() -> None:
    body = body_of(drf.ValidationError({"non_field_errors": ["either this or that"]}))
    assert body["errors"] == [{"parameter": "", "detail": "either this or that"}]


def test_unknown_genre_offers_near_names() -> None:
    body = body_of(NotFound("genre", "dramma", ["Drama", "Docudrama"]))
    assert body["near"] == ["Drama", "Docudrama"]
    assert body["detail"] == "There is no genre 'dramma'. Did you mean Drama or Docudrama?"


@pytest.mark.parametrize(
    ("query", "path"), [("?genre=Dramma", {}), ("", {"genre": "Dramma"}), ("?genre=x", {"genre": "Dramma"})]
)
def test_unknown_name_is_quoted_as_the_caller_spelt_it(query: str, path: dict[str, str]) -> None:
    context = {"request": RequestFactory().get(f"/api/v1/movies/1{query}"), "kwargs": path}
    response = handle(NotFound("genre", "dramma", ["Drama"]), context)
    assert response is not None
    assert orjson.loads(response.content)["detail"] == "There is no genre 'Dramma'. Did you mean Drama?"


def test_assumed_intervals_are_listed_with_the_reason() -> None:
    body = body_of(Unproven([GUESS]))
    assert body["assumed"] == [{"start": None, "end": "2026-03-10T12:00:00Z", "reason": "absent"}]
    assert body["detail"].startswith("The request asks for completeness=proven, but 1 interval is assumed")


def test_missing_intervals_are_listed() -> None:
    assert body_of(Incomplete([(None, NOON)]))["missing"] == [{"start": None, "end": "2026-03-10T12:00:00Z"}]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Incomplete([(None, NOON)]), "60"),
        (StoreUnavailable("away", 9), "9"),
        (drf.Throttled(wait=6.2), "7"),
        (drf.Throttled(wait=0.01), "1"),
        (OperationalError("away"), "5"),
    ],
)
def test_retry_after_says_when_to_try_again(error: Exception, seconds: str) -> None:
    response = handle(error, {"request": RequestFactory().get("/api/v1/movies/1")})
    assert response is not None
    assert response["Retry-After"] == seconds


def test_store_fault_has_no_retry_after() -> None:
    response = handle(StoreFault("broken"), {"request": RequestFactory().get("/api/v1/movies/1")})
    assert response is not None
    assert "Retry-After" not in response


@pytest.mark.parametrize(("path", "kind"), [("/admin/login/", "text/plain"), ("/api/v1/x", "application/problem+json")])
@pytest.mark.parametrize("error", [OperationalError("secret"), InterfaceError("secret")])
def test_a_page_without_its_accounts_is_a_503(path: str, kind: str, error: Exception) -> None:
    def fail() -> None:
        raise error

    try:
        fail()
    except Exception:  # noqa: BLE001 - Django calls its handler like this
        response: Any = server_error(RequestFactory().get(path))
    else:
        pytest.fail("nothing was raised")
    assert response.status_code == 503
    assert response["Retry-After"] == "5"
    assert response["Content-Type"].startswith(kind)
    assert b"Users and API keys can't be checked" in response.content
