"""Content negotiation gives REST framework's result and works it out once per header."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer, StaticHTMLRenderer
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from lambdaserve.api.negotiation import INDENTED, CachedNegotiation, indent

RENDERERS: list[BaseRenderer] = [StaticHTMLRenderer(), JSONRenderer()]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    kept = dict(CachedNegotiation._cache)
    CachedNegotiation._cache.clear()
    yield
    CachedNegotiation._cache.clear()
    CachedNegotiation._cache.update(kept)


def request(accept: str) -> Request:
    return Request(APIRequestFactory().get("/", HTTP_ACCEPT=accept))


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json;q=0.1, text/html", "text/html;q=0, */*"])
def test_cached_result_is_the_framework_s_own(accept: str) -> None:
    expected = DefaultContentNegotiation().select_renderer(request(accept), RENDERERS)
    for _ in range(2):
        assert CachedNegotiation().select_renderer(request(accept), RENDERERS) == expected


def test_known_header_is_not_negotiated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = CachedNegotiation().select_renderer(request("text/html"), RENDERERS)
    monkeypatch.setattr(DefaultContentNegotiation, "select_renderer", lambda *_: pytest.fail("negotiated again"))
    assert CachedNegotiation().select_renderer(request("text/html"), RENDERERS) == first


def test_another_set_of_renderers_is_negotiated_by_itself() -> None:
    CachedNegotiation().select_renderer(request("*/*"), RENDERERS)
    assert CachedNegotiation().select_renderer(request("*/*"), RENDERERS[::-1])[0] is RENDERERS[1]


def test_refusals_long_headers_and_too_many_headers_are_not_cached() -> None:
    for _ in range(2):
        with pytest.raises(NotAcceptable):
            CachedNegotiation().select_renderer(request("image/png"), RENDERERS)
    CachedNegotiation().select_renderer(request("*/*" + "," * 300), RENDERERS)
    assert CachedNegotiation._cache == {}
    for number in range(300):
        CachedNegotiation().select_renderer(request(f"*/*, x/{number}"), RENDERERS)
    assert len(CachedNegotiation._cache) == 256


@pytest.mark.parametrize(
    ("accept", "indented"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("text/html, application/json;q=0.9", True),
        ("application/json, text/html", False),
        ("application/json;q=0.1, text/html", True),
        ("application/json, text/html;q=0.9", False),
        ("text/html;q=0, */*", False),
        ("*/*", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_client_that_prefers_a_page_gets_indented_json(accept: str, *, indented: bool) -> None:
    for _ in range(2):
        renderer, media_type = CachedNegotiation().select_renderer(request(accept or "*/*"), [JSONRenderer()])
        assert isinstance(renderer, JSONRenderer)
        assert (media_type == INDENTED) is indented


def test_indented_json_is_the_same_json() -> None:
    body = b'{"a":[1.25,"<b>",null],"b":{}}'
    assert indent(body) == b'{\n  "a": [\n    1.25,\n    "<b>",\n    null\n  ],\n  "b": {}\n}\n'
