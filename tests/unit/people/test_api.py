"""The endpoints of people: their paths."""

from __future__ import annotations

import pytest
from django.urls import resolve

from people.api import PeopleViewSet


@pytest.mark.parametrize(
    ("path", "action", "name"),
    [
        ("people", "find", None),
        ("people/Tom%20Hanks", "retrieve", "Tom%20Hanks"),
        ("people/AC/DC", "retrieve", "AC/DC"),
        ("people/AC/DC/movies", "movies", "AC/DC"),
    ],
)
def test_each_path_has_its_action(path: str, action: str, name: str | None) -> None:
    match = resolve(f"/api/v1/{path}")
    view = match.func
    assert (view.cls, view.actions["get"]) == (PeopleViewSet, action)  # type: ignore[attr-defined] # DRF sets both
    assert match.kwargs.get("name") == name
