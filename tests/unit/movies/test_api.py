"""The endpoints of movies and of the search: their paths."""

from __future__ import annotations

import pytest
from django.urls import resolve

from movies.api import MovieViewSet, SearchViewSet


@pytest.mark.parametrize(
    ("path", "viewset", "action"),
    [
        ("movies/550", MovieViewSet, "retrieve"),
        ("movies/550/sentiment", MovieViewSet, "sentiment"),
        ("movies/550/stats", MovieViewSet, "stats"),
        ("search/movies", SearchViewSet, "movies"),
        ("search/genres", SearchViewSet, "genres"),
    ],
)
def test_each_path_has_its_action(path: str, viewset: type, action: str) -> None:
    view = resolve(f"/api/v1/{path}").func
    assert (view.cls, view.actions["get"]) == (viewset, action)  # type: ignore[attr-defined] # DRF sets both
