"""Links of the API's description are added to the 200 answers of their operations."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.api.reference import openapi_links
from lambdaserve.api.reference.openapi_links import Link, add_links


def description() -> dict[str, Any]:
    return {
        "paths": {
            "/a": {"get": {"operationId": "source", "responses": {"200": {}, "404": {}}}},
            "/b/{id}": {"get": {"operationId": "target", "responses": {"200": {}}}},
        }
    }


def test_link_passes_a_member_of_the_answer_to_each_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi_links, "LINKS", (Link("source", "/items/0/id", "id", ("target",)),))
    paths = add_links(description(), generator=None)["paths"]
    assert paths["/a"]["get"]["responses"] == {
        "200": {
            "links": {
                "target.of.items.0.id": {
                    "operationId": "target",
                    "parameters": {"id": "$response.body#/items/0/id"},
                }
            }
        },
        "404": {},
    }
    assert paths["/b/{id}"]["get"]["responses"] == {"200": {}}


def test_link_from_an_unknown_operation_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openapi_links, "LINKS", (Link("gone", "/id", "id", ("target",)),))
    with pytest.raises(KeyError, match="gone"):
        add_links(description())
