"""Errors of the API are RFC 9457 problems, wherever they are raised.

A problem is ``application/problem+json`` with ``type``, ``title``, ``status``, ``detail`` and ``instance``; a 400 about
parameters adds ``errors``, a 404 about names ``near``, a 503 about completeness ``missing``. It is never cached.

Requirement A2.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import Api
from tests.api.documents import movie

MEMBERS = {"type", "title", "status", "detail", "instance"}


def assert_problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert response["Cache-Control"] == "no-store"
    body: dict[str, Any] = response.json()
    assert set(body) >= MEMBERS
    assert body["status"] == status
    return body


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/movies/550/", "/api/v2/movies/550", "/api/v2/"])
def test_unknown_api_address_gives_a_problem(client: Client, path: str) -> None:
    body = assert_problem(client.get(path), 404)
    assert (body["type"], body["title"], body["instance"]) == ("about:blank", "Not Found", path)
    assert ("no trailing slash" in body["detail"]) is path.endswith("/")


def test_unknown_address_elsewhere_gives_a_page(client: Client) -> None:
    response = client.get("/nothing")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_writing_methods_give_405_and_allow_names_get(client: Client, method: str) -> None:
    response = getattr(client, method)("/api/v1/movies/550", data="{}", content_type="application/json")
    assert_problem(response, 405)
    assert "GET" in response["Allow"]


def test_accept_header_without_json_gives_406(client: Client) -> None:
    assert_problem(client.get("/api/v1/movies/550", headers={"Accept": "application/xml"}), 406)


def test_anonymous_read_gives_401_where_a_login_is_needed(client: Client, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    body = assert_problem(client.get("/api/v1/movies/550"), 401)
    assert body["detail"] == "Authentication credentials were not provided."


def test_foreign_host_gives_a_problem_that_does_not_repeat_it(client: Client) -> None:
    body = assert_problem(client.get("/api/v1/movies/550", headers={"Host": "evil.example"}), 400)
    assert "evil" not in str(body)


def test_unexpected_error_reveals_no_internals(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr("movies.api.movie_get", broken)
    body = assert_problem(client.get("/api/v1/movies/550"), 500)
    assert (body["type"], body["title"]) == ("about:blank", "Internal Server Error")
    assert "secret" not in str(body)


def test_one_response_names_all_bad_parameters(api: Api) -> None:
    problem = api.body("search/movies", {"limit": 0, "offset": "x", "colour": "red", "year_from": 1}, 400)
    assert [entry["parameter"] for entry in problem["errors"]] == ["year_from", "limit", "offset", "colour"]
    assert problem["detail"].startswith("year_from takes a whole number from 1800 to 2200; got '1'; limit takes")


def test_parameter_names_are_matched_exactly(api: Api) -> None:
    assert set(api.refused("search/movies", {"Q": "x", "q ": "y", "": "z", "q\x00": "n"})) == {"Q", "q ", "", "q\x00"}


def test_long_bad_values_are_shortened_in_the_response(api: Api) -> None:
    response: Any = api.get("search/movies", {"limit": "9" * 50_000, "x" * 50_000: "1"})
    assert response.status_code == 400
    assert len(response.content) < 2_000


def test_head_has_the_headers_of_get_and_no_body(api: Api) -> None:
    api.load(movie(550, "Fight Club"))
    response = Client().head("/api/v1/movies/550")
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == api.get("movies/550")["ETag"]
