"""Only pages without secrets are compressed, for clients that take them so."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from lambdaserve.middleware.compression import CompressedPages

PAGE = "<p>words</p>" * 200


def answered(
    view: Callable[[HttpRequest], Any],
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
) -> Any:
    request = RequestFactory().get("/", headers={"Accept-Encoding": "br, gzip"} | dict(headers or {}))
    request.COOKIES.update(cookies or {})
    return CompressedPages(view)(request)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE, headers={"Vary": "Cookie", "ETag": '"a"'})


def page_with_a_token(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(PAGE)
    response.set_cookie(settings.CSRF_COOKIE_NAME, "secret")
    return response


def test_page_of_a_visitor_is_compressed() -> None:
    response = answered(page)
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content).decode() == PAGE
    assert response["Content-Length"] == str(len(response.content))
    assert response["Vary"] == "Cookie, Accept-Encoding"
    assert response["ETag"] == 'W/"a"'  # other bytes of the same page


def test_length_of_a_page_is_blurred() -> None:
    assert len({len(answered(page).content) for _ in range(40)}) > 5


@pytest.mark.parametrize("cookie", [settings.CSRF_COOKIE_NAME, "theme"])
def test_other_cookies_say_nothing_of_a_user(cookie: str) -> None:
    assert answered(page, cookies={cookie: "x"}).has_header("Content-Encoding")


@pytest.mark.parametrize("accepted", ["", "br", "identity", "gzip;q=0", "gzip," * 100])
def test_client_that_takes_no_gzip_gets_none_and_proxies_know_why(accepted: str) -> None:
    response = answered(page, {"Accept-Encoding": accepted})
    assert not response.has_header("Content-Encoding")
    assert response.content.decode() == PAGE
    assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer x"}, {"X-API-Key": "x"}])
def test_page_for_credentials_is_not_compressed(headers: dict[str, str]) -> None:
    assert not answered(page, headers).has_header("Content-Encoding")


def test_page_for_a_session_is_not_compressed() -> None:
    assert not answered(page, cookies={settings.SESSION_COOKIE_NAME: "x"}).has_header("Content-Encoding")


def test_page_with_a_forms_token_is_not_compressed() -> None:
    response = answered(page_with_a_token)
    assert not response.has_header("Content-Encoding")
    assert response.content.decode() == PAGE


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("{}" * 500, content_type="application/json"),
        HttpResponse("a,b\n" * 500, content_type="text/csv"),
        HttpResponse(status=304),
        HttpResponse("<p>short</p>"),
        StreamingHttpResponse(["<p>", PAGE]),
        StreamingHttpResponse(["data: x\n\n"], content_type="text/event-stream"),
        HttpResponse(PAGE, headers={"Content-Encoding": "br"}),
    ],
)
def test_all_else_is_left_as_it_is(response: Any) -> None:
    before = response.get("Content-Encoding")
    assert answered(lambda _: response) is response
    assert response.get("Content-Encoding") == before
