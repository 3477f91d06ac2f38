"""The API's description is generated once per form, whatever else a request asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client

from lambdaserve.api.reference import docs_pages
from lambdaserve.api.reference.docs_pages import SchemaView


@pytest.fixture(autouse=True)
def generations(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Replaces the generator by a cheap one; one entry per description that it generates."""
    made: list[bool] = []

    class Generator:
        def get_schema(self, *, public: bool) -> dict[str, Any]:
            made.append(public)
            return {"openapi": "3.0.3", "number": len(made)}

    monkeypatch.setattr(SchemaView, "generator_class", Generator)
    docs_pages._description.cache_clear()
    yield made
    docs_pages._description.cache_clear()


def get(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


def test_each_form_is_generated_once_whatever_the_query_says(generations: list[bool]) -> None:
    for _ in range(2):
        as_json = get("/api/schema/", Accept="application/vnd.oai.openapi+json")
        assert json.loads(as_json.content)["number"] == 1
        as_yaml = get("/api/schema/?lang=de&version=2\n", Accept="application/vnd.oai.openapi")
        assert yaml.safe_load(as_yaml.content)["number"] == 2
        assert as_yaml["Content-Disposition"] == 'inline; filename="lambdaserve.yaml"'
    assert generations == [True, True]


def test_description_follows_anonymous_read(settings: Any, generations: list[bool]) -> None:
    for anonymous_read in (True, False, True):
        settings.ANONYMOUS_READ = anonymous_read
        get("/api/schema/", Accept="application/vnd.oai.openapi+json")
    assert len(generations) == 2


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_readers_relax_the_policy_for_styles_only_and_load_files_from_here(path: str) -> None:
    page = get(path)
    assert page.status_code == 200
    directives = dict(part.strip().partition(" ")[::2] for part in page["Content-Security-Policy"].split(";"))
    assert {name for name, sources in directives.items() if "unsafe" in sources} == {"style-src"}
    assert b"https://" not in page.content.replace(b"https://www.w3.org", b"")
