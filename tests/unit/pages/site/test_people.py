"""Which template and which parts the pages of people use."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import RequestFactory

from pages.frame.parts import Part
from pages.site import people


def test_htmx_gets_the_results_alone() -> None:
    factory = RequestFactory()
    asked = factory.get("/people/", headers={"HX-Target": "found"})
    assert people.People()._template(asked) == "pages/parts/people.html"
    assert people.People()._template(factory.get("/people/")) == "pages/people.html"


@pytest.mark.parametrize(
    ("details", "movies", "name"),
    [
        ({"name": "Tom Hanks"}, None, "Tom Hanks"),
        (None, {"name": "Tom Hanks", "results": []}, "Tom Hanks"),
        (None, None, "tom hanks"),
    ],
)
def test_a_part_that_fails_leaves_the_name(
    monkeypatch: pytest.MonkeyPatch, details: Any, movies: Any, name: str
) -> None:
    paged = {"limit": 20, "offset": 0, "total_results": 0}
    parts = iter([Part(details), Part(movies and movies | paged)])
    monkeypatch.setattr(people, "load_part", lambda _: next(parts))
    context = people.Person().content({"sort_by": "title"}, name="tom hanks")
    assert context["name"] == name
    assert context["main"].failed == (details is None)
