"""Addresses of posters: only a path of safe characters counts, whatever a document names."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from lambdaserve.config.kinds import image_address
from pages.cards.posters import poster_url

BASE, BOTH = "https://image.example.org/t/p/w342", "https://image.example.org/{movie_id}/{poster_path}?w=342"
HOSTILE = (
    "javascript:alert(1)",
    "//evil.example/a.jpg",
    "/../../a.jpg",
    "a/../b.jpg",
    "/.htaccess",
    "/a.jpg?x=1",
    "/a.jpg#x",
    "/a b.jpg",
    "/a\\b.jpg",
    "/a.jpg\n",
    "/%2e%2e/a.jpg",
    "https://evil.example/a.jpg",
    "http:a.jpg",
    "@evil.example/a.jpg",
    '/a.jpg" onerror="alert(1)',
    "/<script>.jpg",
    "/é.jpg",
    "/{movie_id}.jpg",
    "/",
    "/" * 300,
    "/a" * 300,
    "a" * 301,
    "",
    None,
    7.5,
    ["/a.jpg"],
    {"$gt": ""},
)


def place(settings: Any, given: str | None) -> None:
    settings.POSTER_URL = None if given is None else image_address().read(given)


@pytest.mark.parametrize("path", ["/a-B_9.jpg", "a-B_9.jpg"])
def test_path_is_added_to_the_base_or_put_into_the_template(settings: Any, path: str) -> None:
    movie = {"movie_id": 603, "poster_path": path}
    place(settings, BASE)
    assert poster_url(movie) == f"{BASE}/a-B_9.jpg"
    place(settings, f"{BASE}/")
    assert poster_url(movie) == f"{BASE}/a-B_9.jpg"
    place(settings, BOTH)
    assert poster_url(movie) == "https://image.example.org/603/a-B_9.jpg?w=342"


def test_template_of_the_id_alone_needs_no_path(settings: Any) -> None:
    place(settings, "https://image.example.org/{movie_id}.jpg")
    for path in (*HOSTILE, "/a.jpg"):
        assert poster_url({"movie_id": 603, "poster_path": path}) == "https://image.example.org/603.jpg"
    assert poster_url({"movie_id": 603}) == "https://image.example.org/603.jpg"


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_paths_are_refused(settings: Any, path: Any) -> None:
    for given_place in (BASE, BOTH, None):
        place(settings, given_place)
        assert poster_url({"movie_id": 603, "poster_path": path}) == ""


def test_without_a_setting_there_are_no_posters(settings: Any) -> None:
    place(settings, None)
    assert poster_url({"movie_id": 603, "poster_path": "/a.jpg"}) == ""


@given(path=st.text('abc./:?#@%{}"<>\\\n é', max_size=20))
@effort(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_leaves_the_place(settings: Any, path: str) -> None:
    place(settings, BASE)
    found = poster_url({"movie_id": 1, "poster_path": path})
    if found:
        parts = urlsplit(found)
        assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("https", "image.example.org", "", "")
        assert parts.path.startswith("/t/p/w342/")
        assert ".." not in parts.path.split("/")
