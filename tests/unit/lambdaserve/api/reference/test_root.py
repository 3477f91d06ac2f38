"""``/api/v1`` links to every address of the API, as the URL configuration has them."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from drf_spectacular.generators import SchemaGenerator

ADDRESSES = ["/api", "/api/", "/api/v1", "/api/v1/"]


def get(path: str = "/api/v1", **headers: str) -> Any:
    return Client().get(path, headers=headers)


@pytest.mark.parametrize("path", ADDRESSES)
def test_each_spelling_of_the_root_answers_the_same(path: str) -> None:
    response = get(path)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.content == get().content
    assert "Accept" in response["Vary"].split(", ")


def test_links_are_the_described_paths_and_methods() -> None:
    described: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    paths = {path: sorted(map(str.upper, item)) for path, item in described["paths"].items() if path != "/api/v1"}
    links = get().json()["links"]
    assert {link["href"]: link["methods"] for link in links.values()} == paths
    assert all(link["templated"] is ("{" in link["href"]) for link in links.values())


def test_links_bear_the_names_of_the_addresses() -> None:
    (api,) = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/v1/"]
    assert isinstance(api, URLResolver)
    named = [each.name for each in api.url_patterns if isinstance(each, URLPattern) and str(each.pattern)]
    assert list(get().json()["links"]) == named


def test_documentation_exists() -> None:
    names = [resolve(address).url_name for address in get().json()["documentation"].values()]
    assert names == ["docs", "redoc", "schema", "start"]


def test_root_needs_no_key_but_refuses_other_methods(settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    assert get().status_code == 200
    response: Any = Client().post("/api/v1")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_browser_gets_it_indented() -> None:
    response = get(Accept="text/html,*/*;q=0.8")
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.content.startswith(b'{\n  "name"')
    assert response.json() == get().json()
