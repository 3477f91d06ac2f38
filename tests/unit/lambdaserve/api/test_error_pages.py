"""Error pages: what they say, and that they need neither a database nor a session."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lambdaserve.api import error_pages
from merger.request_context import current_request

MAKERS: dict[str, tuple[int, Any]] = {
    "bad request": (400, error_pages.bad_request_page),
    "forbidden": (403, lambda request: error_pages.forbidden_page(request, "")),
    "form expired": (403, error_pages.form_expired_page),
    "not found": (404, error_pages.not_found_page),
    "method": (405, lambda request: error_pages.method_not_allowed_page(request, ["POST"], "Use the button.")),
    "too many": (429, lambda request: error_pages.too_many_requests_page(request, 6.2)),
    "server error": (500, error_pages.server_error_page),
    "away": (503, lambda request: error_pages.error_page(request, 503, "Away", "Try later.", {"Retry-After": "5"})),
}


def get(path: str = "/a/?b=<c>", **headers: str) -> HttpRequest:
    return RequestFactory().get(path, headers=headers)


@pytest.mark.parametrize("kind", MAKERS)
def test_error_page_needs_no_database_and_no_session_and_has_a_way_on(kind: str) -> None:
    status, make = MAKERS[kind]
    response: HttpResponse = make(get())  # without a user and, in this test, without a database
    text = response.content.decode()
    assert response.status_code == status
    assert response["Cache-Control"] == "no-store"
    assert text.startswith("<!DOCTYPE html>")
    assert '<main id="main">' in text
    assert 'action="/search/"' in text
    assert '<a class="button' in text
    assert ("Try again</a>" in text) is (status in (429, 500, 503))
    assert "b=<c>" not in text


def test_trying_again_stays_on_this_site() -> None:
    text = error_pages.server_error_page(get("//evil.example/")).content.decode()
    assert 'href="//evil' not in text
    assert "Try again" not in error_pages.server_error_page(RequestFactory().post("/a/")).content.decode()


def test_forbidden_page_names_a_user_who_was_read_already_and_reads_none() -> None:
    request: Any = get()

    class Unread:
        @property
        def is_authenticated(self) -> bool:
            raise AssertionError("the database was asked")

    request.user = Unread()
    assert "logged in as" not in error_pages.forbidden_page(request, "For staff.").content.decode()
    request._cached_user = SimpleNamespace(is_authenticated=True, get_username=lambda: "<plain>")
    text = error_pages.forbidden_page(request, "For staff.").content.decode()
    assert "For staff. You are logged in as <bdi>&lt;plain&gt;</bdi>." in text


def test_server_error_shows_the_number_under_which_the_log_has_it() -> None:
    context: Any = SimpleNamespace(request_id="0123abcd")
    token = current_request.set(context)
    try:
        assert "<code>0123abcd</code>" in error_pages.server_error_page(get()).content.decode()
    finally:
        current_request.reset(token)
    assert "Error number" not in error_pages.server_error_page(get()).content.decode()


def test_waiting_time_and_allowed_methods_are_headers_too() -> None:
    limited = error_pages.too_many_requests_page(get(), 0.2)
    assert limited["Retry-After"] == "1"
    assert "Wait 1 second," in limited.content.decode()
    assert error_pages.method_not_allowed_page(get(), ["POST", "OPTIONS"], "")["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(("accept", "is_page"), [("text/html,*/*;q=0.8", True), ("*/*", False), ("", False)])
def test_only_browsers_get_a_page_where_others_get_a_line(accept: str, *, is_page: bool) -> None:
    assert error_pages.wants_page(get(Accept=accept)) is is_page
