"""Every response carries a request id, every request is logged as one line.

Requirement O2.
"""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from lambdaserve.middleware import request_log
from lambdaserve.ops.logs import access_log
from tests.api.conftest import Api
from tests.api.documents import beat, movie


class Logged:
    """A client whose requests are logged as JSON, and access to the lines."""

    def __init__(self, target: io.BytesIO) -> None:
        self._target = target
        self._client = Client(raise_request_exception=False)

    def get(self, path: str, **headers: str) -> tuple[Any, dict[str, Any]]:
        """The response and its log line."""
        self._target.seek(0)
        self._target.truncate()
        response = self._client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        [line] = self._target.getvalue().splitlines()
        return response, json.loads(line)


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Logged:
    """A client that logs at every level."""
    target = io.BytesIO()
    monkeypatch.setattr(request_log, "access_log", lambda *_: access_log("json", "DEBUG", target))
    monkeypatch.setattr(settings, "LOG_REQUESTS", True)
    return Logged(target)


def test_log_line_holds_route_status_cache_and_layers(api: Api, logged: Logged) -> None:
    api.load(movie(550, "Fight Club"), beat())
    response, line = logged.get("/api/v1/movies/550?completeness=partial")
    assert response.status_code == 200
    assert line.pop("timestamp").endswith("Z")
    assert 0 < line.pop("ms") < 60_000
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "lambdaserve.access",
        "request_id": response["X-Request-ID"],
        "method": "GET",
        "route": "api/v1/movies/<str:movie_id>",
        "path": "/api/v1/movies/550?completeness=partial",
        "status": 200,
        "cache": "MISS",
        "layers": ["batch", "speed"],
        "client": "anonymous",
    }
    _, again = logged.get("/api/v1/movies/550?completeness=partial")
    assert (again["cache"], again["layers"]) == ("HIT", [])


@pytest.mark.parametrize(
    ("path", "status", "route", "level", "problem"),
    [
        ("/api/v1/movies/1", 404, "api/v1/movies/<str:movie_id>", "info", "unknown-movie"),
        ("/api/v1/movies/1?x=1", 400, "api/v1/movies/<str:movie_id>", "info", "invalid-parameters"),
        ("/api/v1/no/such/thing", 404, "unmatched", "info", None),
        ("/static/no/such/file.css", 404, "static", "info", None),
        ("/api/v1/health/live", 200, "api/v1/health/live", "debug", None),
    ],
)
def test_failed_requests_name_their_problem_and_probes_log_at_debug(
    api: Api, logged: Logged, path: str, status: int, route: str, level: str, problem: str | None
) -> None:
    response, line = logged.get(path)
    assert (response.status_code, line["status"], line["route"], line["level"]) == (status, status, route, level)
    assert line.get("problem") == problem
    assert line["request_id"] == response["X-Request-ID"]


def test_request_refused_by_django_has_a_line_and_an_id(logged: Logged) -> None:
    response, line = logged.get("/api/v1/movies/1", Host="evil.example.org")
    assert (response.status_code, line["status"], line["route"]) == (400, 400, "unmatched")
    assert line["request_id"] == response["X-Request-ID"]


def test_unexpected_error_can_be_found_by_its_id(
    api: Api, logged: Logged, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("movies.api.movie_get", lambda **_: 1 / 0)
    response, line = logged.get("/api/v1/movies/1", X_Request_ID="mine-1")
    assert (response.status_code, line["level"], line["request_id"]) == (500, "error", "mine-1")
    assert response.json()["request_id"] == response["X-Request-ID"] == "mine-1"
    assert "ZeroDivisionError" in caplog.text


def test_503_is_logged_as_a_warning(api: Api, logged: Logged) -> None:
    api.load(movie(550, "Fight Club"))
    response, line = logged.get("/api/v1/movies/550?completeness=strict")
    assert (response.status_code, line["level"], line["problem"]) == (503, "warning", "incomplete")


@pytest.mark.parametrize("given", ["abc", "A.b_c-9", "x" * 64])
def test_valid_request_id_is_kept(logged: Logged, given: str) -> None:
    response, line = logged.get("/api/v1/health/live", X_Request_ID=given)
    assert (response["X-Request-ID"], line["request_id"]) == (given, given)


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "é", "<script>", "a\tb", "a,b", "a\u0660"])
def test_invalid_request_id_is_replaced(logged: Logged, given: str) -> None:
    response, line = logged.get("/api/v1/health/live", X_Request_ID=given)
    assert response["X-Request-ID"] == line["request_id"] != given
    assert len(line["request_id"]) == 16


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("api_key=s3cret&window=7d", "api_key=***&window=7d"),
        ("window=7d&X-API-KEY=s3cret", "window=7d&X-API-KEY=***"),
        ("token=s3cret&password=s3cret", "token=***&password=***"),
        ("client_secret=s3cret", "client_secret=***"),
        ("q=key", "q=key"),
    ],
)
def test_possible_credentials_are_masked(logged: Logged, query: str, shown: str) -> None:
    _, line = logged.get(f"/api/v1/health/live?{query}")
    assert line["path"] == f"/api/v1/health/live?{shown}"


def test_long_address_is_cut(logged: Logged) -> None:
    _, line = logged.get(f"/api/v1/search/movies?q={'x' * 5000}")
    assert len(line["path"]) == 2000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status", "level"),
    [
        ("/static/icon.svg", 200, "debug"),
        ("/favicon.ico", 302, "debug"),
        ("/static/no/such/file.css", 404, "info"),
        ("/api/v1/search/genres", 200, "info"),
    ],
)
def test_text_lines_leave_out_what_browsers_load_along_with_a_page(
    api: Api, settings: Any, logged: Logged, path: str, status: int, level: str
) -> None:
    api.load(movie(550, "Fight Club"))
    settings.LOG_FORMAT = "console"
    response, line = logged.get(path)
    response.close()
    assert (response.status_code, line["level"]) == (status, level)
