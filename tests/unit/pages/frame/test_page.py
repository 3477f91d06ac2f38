"""The base of all pages: parameters, downloads, access and error reasons."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from lambdaserve.api.parameters import QueryParameters, WholeNumberField
from pages.figures.tables import Column, Table
from pages.frame.page import BrowserPage, allow_streams, file_name, may_read

TABLE = Table("numbers", "Numbers", [Column("n", "N", "count")], [{"n": 1}, {"n": 2}])


class Parameters(QueryParameters):
    limit = WholeNumberField(least=1, most=9, default=5)


class Numbers(BrowserPage):
    """A page that keeps the values it is called with, and offers one table."""

    parameters = Parameters
    seen: ClassVar[list[dict[str, Any]]] = []

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        self.seen.append(values)
        return {"numbers_table": TABLE}


def request(path: str = "/") -> HttpRequest:
    made = RequestFactory().get(path)
    made.user = AnonymousUser()
    return made


def test_table_is_downloaded_as_csv_under_its_name() -> None:
    response: Any = Numbers().get(request("/?download=numbers"))
    assert response.content == b"n\r\n1\r\n2\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="numbers.csv"'
    with pytest.raises(Http404):
        Numbers().get(request("/?download=others"))


@pytest.mark.parametrize(
    ("context", "name"),
    [
        ({"name": "The Matrix", "window": "30d"}, "the-matrix-numbers-30d"),
        ({"genre": None, "window": "6h"}, "numbers-6h"),
        ({"name": 'Am\u00e9lie"\r\nX: y; ../..'}, "amelie-x-y-numbers"),
        ({"name": "\u5343\u3068"}, "numbers"),
    ],
)
def test_file_is_named_after_what_it_is_about(context: dict[str, Any], name: str) -> None:
    assert file_name(context, "numbers") == name


@pytest.mark.parametrize(
    ("query", "limit"), [("", 5), ("limit=3", 3), ("limit=", 5), ("utm_source=mail&limit=2", 2), ("completeness=x", 5)]
)
def test_unknown_and_empty_parameters_are_ignored(query: str, limit: int) -> None:
    Numbers().get(request(f"/?download=numbers&{query}"))
    assert Numbers.seen.pop() == {"limit": limit}


def test_without_anonymous_read_only_users_who_are_logged_in_may_read(settings: Any) -> None:
    visitor = request()
    assert may_read(visitor)
    settings.ANONYMOUS_READ = False
    assert not may_read(visitor)
    visitor.user = User(username="reader")
    assert may_read(visitor)


@pytest.mark.parametrize(
    ("live_url", "update"),
    [("", None), ("/live/", None), (":8001", {"connect-src": ["'self'", "http://testserver:8001"]})],
)
def test_policy_admits_streams_of_another_origin(settings: Any, live_url: str, update: Any) -> None:
    settings.LIVE_URL = live_url
    assert getattr(allow_streams(request(), HttpResponse()), "_csp_update", None) == update
