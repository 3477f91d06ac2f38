"""The page that serves one fragment alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError

from merger.errors import NotFound
from pages.frame import fragments
from pages.frame.fragment_page import FragmentPage
from pages.frame.fragments import RenderedFragment


def request(path: str) -> HttpRequest:
    made = RequestFactory().get(path)
    made.user = AnonymousUser()
    return made


def get(path: str, name: str) -> Any:
    return FragmentPage().get(request(path), name=name)


def test_fragment_is_served_without_caching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fragments, "render_fragment", lambda topic: RenderedFragment(f"<p>{topic}</p>", ""))
    response = get("/fragments/trending/?window=6h", "trending")
    assert (response.content, response["Cache-Control"]) == (b"<p>trending?window=6h</p>", "no-store")
    assert get("/fragments/freshness/", "freshness").content == b"<p>freshness</p>"


@pytest.mark.parametrize("error", [ValidationError("bad"), NotFound("movie", "1")])
def test_invalid_or_unknown_topic_is_404(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(topic: str) -> None:
        raise error

    monkeypatch.setattr(fragments, "render_fragment", fail)
    with pytest.raises(Http404):
        get("/fragments/movie/", "movie")


def test_anonymous_visitor_is_refused_without_anonymous_read(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    assert get("/fragments/trending/", "trending").status_code == 403
