"""Errors as a browser meets them: in the dress of the other pages, with the reason and a way on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from pages.site.about import About
from tests.pages.reader import Reader

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
def visitor() -> Client:
    """A browser; these pages need no data."""
    return Client(raise_request_exception=False, enforce_csrf_checks=True, headers=BROWSER)


def check(response: Any, status: int, *says: str) -> str:
    text: str = response.content.decode()
    assert response.status_code == status, text
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "Content-Security-Policy" in response
    assert "css/lambdaserve.css" in text
    assert text.count("<h1>") == 1
    assert 'action="/search/"' in text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\sstyle=", text)
    for each in says:
        assert each in text
    return text


@pytest.mark.parametrize("path", ["/nope/", "/admin.php", "/movies/"])
def test_unknown_address_is_a_page_with_a_way_on(visitor: Client, path: str) -> None:
    check(visitor.get(path), 404, "Page not found", 'href="/trending/"')


def test_unknown_address_of_the_api_stays_a_problem(visitor: Client) -> None:
    response: Any = visitor.get("/api/v1/nothing")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_logging_out_by_address_is_explained(visitor: Client) -> None:
    response: Any = visitor.get("/logout/")
    check(response, 405, "use the button “Log out”")
    assert "POST" in response["Allow"]


def test_sending_something_to_a_page_is_refused_with_a_page(visitor: Client) -> None:
    # A page takes no form, so the token is asked for first.
    check(visitor.post("/about/"), 403, "This form has expired")
    check(visitor.delete("/about/"), 403)
    unchecked = Client(headers=BROWSER)
    check(unchecked.post("/about/"), 405, "This page can only be read.")


def test_form_without_token_has_expired(visitor: Client) -> None:
    check(visitor.post("/login/", {"username": "a", "password": "b"}), 403, "This form has expired", "reload the page")


def test_host_that_is_not_served_gets_a_page(visitor: Client) -> None:
    check(visitor.get("/", headers={"Host": "evil.example"}), 400, "This request is not valid")


def test_request_that_a_middleware_refuses_gets_a_page_in_browsers_alone(visitor: Client) -> None:
    check(visitor.post("/about/", b"x" * 300_000, content_type="text/plain"), 413, "The request body is too large")
    line: Any = Client().post("/about/", b"x" * 300_000, content_type="text/plain")
    assert line["Content-Type"].startswith("text/plain")


def test_operations_says_who_may_see_it(db: None, visitor: Client, django_user_model: Any) -> None:
    visitor.force_login(django_user_model.objects.create_user("plain"))
    check(visitor.get("/operations/"), 403, "Operations is for staff.", "You are logged in as <bdi>plain</bdi>.")


def test_error_in_a_page_is_a_page(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(About, "content", fail)
    response: Any = visitor.get("/about/")
    text = check(response, 500, "Something went wrong", "Try again</a>")
    assert response["X-Request-ID"] in text
    assert "secret" not in text


def test_database_of_users_that_is_away_is_a_page(visitor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def fail(*_: object, **__: object) -> None:
        raise OperationalError("secret")

    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    visitor.cookies["sessionid"] = "a" * 32
    response: Any = visitor.get("/operations/?a=1")
    text = check(response, 503, "can&#x27;t be checked", 'href="/operations/?a=1">Try again</a>')
    assert response["Retry-After"] == "5"
    assert "secret" not in text


def test_too_many_pages_is_a_page(reader: Reader, settings: Any) -> None:
    settings.PAGE_LIMIT = 1
    reader.client.headers = BROWSER
    elsewhere: Any = {"REMOTE_ADDR": "203.0.113.9"}  # an address of its own: other tests' pages count for theirs
    reader.client.get("/about/", **elsewhere)
    response: Any = reader.client.get("/about/", **elsewhere)
    check(response, 429, "Too many requests", "then try again")
    assert int(response["Retry-After"]) > 0
