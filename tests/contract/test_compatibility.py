"""Today's description of the API breaks no client that was written for the description of version 0.1.0.

``description_0_1_0.json`` is the description exactly as the first version generated it. It is not regenerated when the
API changes: fields, parameters and operations may come without touching it. To drop or change one is a decision about
clients: it is announced first, then entered in ``DECIDED`` with its reason. A new snapshot is made with a new major
version only (``manage.py spectacular --format openapi-json`` with production settings). Requirement A10.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.contract.compatibility import breaking_changes

SNAPSHOT: dict[str, Any] = json.loads((Path(__file__).parent / "description_0_1_0.json").read_text(encoding="utf-8"))
# A breaking change as ``breaking_changes`` puts it, and why clients have to bear it.
_ABSENT = "A document without this value is served (D2): no number would be true, and the first version answered 404."
DECIDED: dict[str, str] = {
    "GET /api/v1/analytics/genre/{genre}: 200.statistics.total_revenue: became nullable": _ABSENT,
    "GET /api/v1/analytics/genre/{genre}: 200.top_movies[].movie_id: became nullable": _ABSENT,
    "GET /api/v1/search/movies: 200.results[].title: became nullable": _ABSENT,
    "GET /api/v1/movies/{movie_id}: 200.last_updated: became nullable": _ABSENT,
    **{
        f"GET /api/v1/movies/{{movie_id}}/stats: 200.{place}.{name}: became nullable": _ABSENT
        for place in ("stats[]", "latest")
        for name in ("vote_average", "vote_count", "popularity")
    },
}

MOVIE = "/api/v1/movies/{movie_id}"
SEARCH = "/api/v1/search/movies"
TOKEN = "/api/v1/auth/token"


def test_todays_description_breaks_no_client_of_the_first_version(settings: Any) -> None:
    settings.ANONYMOUS_READ, settings.SESSION_COOKIE_NAME = False, "__Host-sessionid"  # as in production
    generated: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    # Lazy texts become strings, as in the rendered document.
    today = json.loads(json.dumps(generated, default=str))
    assert sorted(breaking_changes(SNAPSHOT, today)) == sorted(DECIDED)


def test_description_breaks_no_client_of_itself() -> None:
    assert breaking_changes(SNAPSHOT, copy.deepcopy(SNAPSHOT)) == []


Description = dict[str, Any]
Change = Callable[[Description], Any]


def schema(description: Description, name: str) -> dict[str, Any]:
    found: dict[str, Any] = description["components"]["schemas"][name]
    return found


def fields(description: Description, name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema(description, name)["properties"]
    return found


def get(description: Description, path: str) -> dict[str, Any]:
    """The operation ``GET path``."""
    found: dict[str, Any] = description["paths"][path]["get"]
    return found


def parameter(description: Description, name: str) -> dict[str, Any]:
    """A parameter of the search for movies."""
    found: dict[str, Any] = {each["name"]: each for each in get(description, SEARCH)["parameters"]}[name]
    return found


def new_field(description: Description, name: str) -> None:
    """Adds a required field to a schema."""
    fields(description, name)["added"] = {"type": "string"}
    schema(description, name)["required"].append("added")


def changes_after(change: Change) -> list[str]:
    """Lists the breaking changes between the snapshot and an edited copy of it."""
    later = copy.deepcopy(SNAPSHOT)
    change(later)
    assert later != SNAPSHOT
    return breaking_changes(SNAPSHOT, later)


def new_parameter(*, required: bool) -> Change:
    added = {"in": "query", "name": "colour", "required": required, "schema": {"type": "string"}}
    return lambda d: get(d, SEARCH)["parameters"].append(added)


BREAKING: dict[str, tuple[Change, str]] = {
    "path removed": (lambda d: d["paths"].pop(MOVIE), f"GET {MOVIE}: operation removed"),
    "method removed": (lambda d: d["paths"][TOKEN].pop("post"), f"POST {TOKEN}: operation removed"),
    "operation renamed": (lambda d: get(d, MOVIE).update(operationId="movie"), "operationId changed"),
    "API key refused": (lambda d: get(d, MOVIE)["security"].pop(0), "['apiKey'] no longer accepted"),
    "key in another header": (
        lambda d: d["components"]["securitySchemes"]["apiKey"].update(name="X-Key"),
        "security scheme apiKey: removed or changed",
    ),
    "parameter removed": (lambda d: get(d, SEARCH)["parameters"].pop(), "parameter year_to: removed"),
    "parameter required": (lambda d: parameter(d, "genre").update(required=True), "genre: became required"),
    "new required parameter": (new_parameter(required=True), "parameter colour: became required"),
    "parameter of another type": (
        lambda d: parameter(d, "limit")["schema"].update(type="string"),
        "parameter limit: type 'integer' became 'string'",
    ),
    "parameter with another default": (lambda d: parameter(d, "limit")["schema"].update(default=7), "limit: default"),
    "parameter with fewer values": (lambda d: parameter(d, "sort_by")["schema"]["enum"].pop(), "sort_by: enum differs"),
    "parameter with a lower maximum": (
        lambda d: parameter(d, "limit")["schema"].update(maximum=10),
        "parameter limit: maximum differs: 10 and 100",
    ),
    "parameter with a new bound": (
        lambda d: parameter(d, "limit")["schema"].update(pattern="5$"),
        "parameter limit: pattern differs",
    ),
    "body field required": (lambda d: new_field(d, "Credentials"), f"POST {TOKEN}: body.added: became required"),
    "body no longer JSON": (
        lambda d: d["paths"][TOKEN]["post"]["requestBody"]["content"].clear(),
        f"POST {TOKEN}: body: application/json removed",
    ),
    "status removed": (lambda d: get(d, MOVIE)["responses"].pop("404"), f"GET {MOVIE}: 404: removed"),
    "problem no longer JSON": (
        lambda d: get(d, MOVIE)["responses"]["404"]["content"].clear(),
        f"GET {MOVIE}: 404: application/problem+json removed",
    ),
    "field removed": (lambda d: fields(d, "Movie").pop("title"), f"GET {MOVIE}: 200.title: removed"),
    "field of another type": (
        lambda d: fields(d, "Movie")["vote_count"].update(type="number"),
        "200.vote_count: type 'integer' became 'number'",
    ),
    "field of another format": (
        lambda d: fields(d, "Movie")["release_date"].update(format="date-time"),
        "200.release_date: format 'date' became 'date-time'",
    ),
    "field became nullable": (
        lambda d: fields(d, "Movie")["movie_id"].update(nullable=True),
        "movie_id: became nullable",
    ),
    "field no longer always there": (
        lambda d: schema(d, "Movie")["required"].remove("title"),
        "200.title: no longer always there",
    ),
    "field with an unknown value": (
        lambda d: schema(d, "DataSourceEnum")["enum"].append("graph"),
        "data_source: enum differs by ['graph']",
    ),
    "field with any value": (
        lambda d: schema(d, "DataSourceEnum").pop("enum"),
        "data_source: enum differs by ['any value']",
    ),
    "list of other things": (
        lambda d: fields(d, "Movie")["genres"]["items"].update(type="object"),
        "200.genres[]: type 'string' became 'object'",
    ),
    "field of a part removed": (lambda d: fields(d, "Freshness").pop("complete"), "200.freshness.complete: removed"),
}

HARMLESS: dict[str, Change] = {
    "new path": lambda d: d["paths"].update({"/api/v1/people": d["paths"][SEARCH]}),
    "new optional parameter": new_parameter(required=False),
    "parameter with another value": lambda d: parameter(d, "sort_by")["schema"]["enum"].append("length"),
    "parameter with a higher maximum": lambda d: parameter(d, "limit")["schema"].update(maximum=1000),
    "new optional body field": lambda d: fields(d, "Credentials").update(added={"type": "string"}),
    "new status": lambda d: get(d, SEARCH)["responses"].update({"410": {"description": "Gone."}}),
    "new field": lambda d: new_field(d, "Movie"),
    "field no longer nullable": lambda d: fields(d, "Movie")["title"].pop("nullable"),
    "field with fewer values": lambda d: schema(d, "DataSourceEnum")["enum"].remove("merged"),
    "other texts": lambda d: (d["info"].update(version="9", title="x"), schema(d, "Movie").update(description="x")),
    "no examples": lambda d: get(d, MOVIE)["responses"]["200"]["content"]["application/json"].pop("examples"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_change_is_reported_with_its_place(name: str) -> None:
    change, expected = BREAKING[name]
    found = changes_after(change)
    assert any(expected in line for line in found), found


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_change_is_not_reported(name: str) -> None:
    assert changes_after(HARMLESS[name]) == []
