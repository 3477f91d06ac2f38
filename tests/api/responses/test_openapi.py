"""The API's description is complete, free of warnings, and matches real answers.

Requirement A5.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from schemathesis.core.failures import Failure

from tests.api.conftest import Api
from tests.api.documents import (
    HOUR,
    OPEN_HOUR,
    actor,
    beat,
    genre_month,
    movie,
    sentiment_day,
    sentiment_total,
    speed_sentiment,
    speed_stats,
    speed_trending,
    trend_point,
)

GET_STATUSES = ("200", "400", "401", "403", "406", "429", "500", "502", "503")
POST_STATUSES = ("200", "400", "401", "406", "411", "413", "415", "429", "500", "503")
ANSWERS: list[tuple[str, str, dict[str, Any]]] = [
    ("/api/v1/movies/{movie_id}", "movies/550", {}),
    ("/api/v1/movies/{movie_id}", "movies/7", {}),
    ("/api/v1/movies/{movie_id}/sentiment", "movies/550/sentiment", {}),
    ("/api/v1/movies/{movie_id}/sentiment", "movies/550/sentiment", {"window": "7h"}),
    ("/api/v1/movies/{movie_id}/sentiment", "movies/7/sentiment", {"window": "7d"}),
    ("/api/v1/movies/{movie_id}/stats", "movies/550/stats", {"hours": 168}),
    ("/api/v1/search/movies", "search/movies", {"q": "club"}),
    ("/api/v1/search/genres", "search/genres", {}),
    ("/api/v1/health", "health", {}),
    ("/api/v1/health/live", "health/live", {}),
    ("/api/v1/health/ready", "health/ready", {}),
    ("/api/v1/trending/movies", "trending/movies", {"window": "168h"}),
    ("/api/v1/trending/genres/{genre}", "trending/genres/drama", {}),
    ("/api/v1/analytics/genre/{genre}", "analytics/genre/drama", {}),
    ("/api/v1/analytics/genre/{genre}", "analytics/genre/drama", {"year": 1950}),
    ("/api/v1/analytics/trends", "analytics/trends", {"metric": "rating", "window": "all"}),
    ("/api/v1/analytics/trends", "analytics/trends", {"metric": "sentiment", "movie_id": 550}),
    ("/api/v1/analytics/trends", "analytics/trends", {"metric": "popularity", "genre": "drama"}),
    ("/api/v1/analytics/overview", "analytics/overview", {}),
    ("/api/v1/analytics/sentiment/comparison", "analytics/sentiment/comparison", {}),
    ("/api/v1/analytics/actors/{name}", "analytics/actors/Tom Hanks", {}),
    ("/api/v1/people", "people", {"q": "tom"}),
    ("/api/v1/people/{name}", "people/Tom Hanks", {}),
    ("/api/v1/people/{name}/movies", "people/Tom Hanks/movies", {"sort_by": "title"}),
    ("/api/v1/recommendations/movies/{movie_id}/similar", "recommendations/movies/550/similar", {}),
    ("/api/v1/recommendations/genres/{genre}", "recommendations/genres/drama", {"sort_by": "trending"}),
    # Errors
    ("/api/v1/recommendations/movies/{movie_id}/similar", "recommendations/movies/551/similar", {}),
    ("/api/v1/recommendations/genres/{genre}", "recommendations/genres/dramma", {"min_rating": 5}),
    ("/api/v1/trending/movies", "trending/movies", {"window": "all"}),
    ("/api/v1/trending/genres/{genre}", "trending/genres/dramma", {}),
    ("/api/v1/analytics/genre/{genre}", "analytics/genre/drama", {"month": 5}),
    ("/api/v1/analytics/trends", "analytics/trends", {"metric": "rating", "completeness": "strict"}),
    ("/api/v1/analytics/actors/{name}", "analytics/actors/Unknown Actor", {}),
    ("/api/v1/people", "people", {"limit": 0}),
    ("/api/v1/people/{name}", "people/Unknown Person", {}),
    ("/api/v1/people/{name}/movies", "people/Unknown Person/movies", {}),
    ("/api/v1/movies/{movie_id}", "movies/551", {}),
    ("/api/v1/movies/{movie_id}", "movies/x", {}),
    ("/api/v1/movies/{movie_id}/sentiment", "movies/550/sentiment", {"window": "7w"}),
    ("/api/v1/movies/{movie_id}/stats", "movies/550/stats", {"hours": 168, "completeness": "strict"}),
    ("/api/v1/search/movies", "search/movies", {"genre": "Dramma"}),
]


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The description, generated strictly: any warning fails."""
    target = tmp_path_factory.mktemp("openapi") / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    found: dict[str, Any] = yaml.safe_load(Path(target).read_text())
    return found


@pytest.fixture(scope="module")
def operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every operation under ``/api/v1/`` by its path."""
    paths = description["paths"].items()
    return {path: operation for path, item in paths for operation in item.values()}


def test_every_operation_has_a_summary_description_tag_and_unique_id(operations: dict[str, dict[str, Any]]) -> None:
    assert operations
    for path, operation in operations.items():
        assert operation["summary"], path
        assert operation["description"], path
        assert operation["tags"], path
    ids = [operation["operationId"] for operation in operations.values()]
    assert len(set(ids)) == len(ids)


def test_every_answer_and_every_error_has_an_example(operations: dict[str, dict[str, Any]]) -> None:
    for path, operation in operations.items():
        if "/health" in path or path == "/api/v1":
            continue
        for status in POST_STATUSES if "/auth/" in path else GET_STATUSES:
            (content,) = operation["responses"][status]["content"].values()
            assert content["examples"], (path, status)


def test_errors_are_described_as_problems(operations: dict[str, dict[str, Any]]) -> None:
    for path, operation in operations.items():
        for status, response in operation["responses"].items():
            if status >= "400" and "/health" not in path:
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_parameter_has_a_description(operations: dict[str, dict[str, Any]]) -> None:
    for path, operation in operations.items():
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (path, parameter["name"])


def test_required_parameters_come_first_with_an_example_and_those_of_every_operation_last(
    operations: dict[str, dict[str, Any]],
) -> None:
    for path, operation in operations.items():
        parameters = operation.get("parameters", [])
        required = [each.get("required", False) for each in parameters]
        assert required == sorted(required, reverse=True), path
        for each in parameters[: sum(required)]:
            assert "example" in each["schema"] or "enum" in each["schema"], (path, each["name"])
        names = [each["name"] for each in parameters]
        if "explain" in names:
            assert names[-2:] == ["completeness", "explain"], path


def test_each_operation_answers_when_it_is_sent_as_it_is_shown(api: Api, operations: dict[str, dict[str, Any]]) -> None:
    api.load(
        movie(603, "The Matrix", genres=["Drama"], cast=["Tom Hanks"]),
        sentiment_total(603, 10, 0.5),
        speed_stats(603, OPEN_HOUR, 8.0, 8, 8.0),
        genre_month("Drama", 1999, 10, 8.0, 1),
        actor("Tom Hanks", ("Meg Ryan", 2)),
        trend_point("rating", "2031-03-08", 8.0, 1),
    )
    for path, operation in operations.items():
        if operation["operationId"].startswith(("token_", "health", "recommendations_personalized")):
            continue
        sent = {
            each["name"]: each["schema"].get("example") or each["schema"]["enum"][0]
            for each in operation.get("parameters", [])
            if each.get("required")
        }
        query = {name: value for name, value in sent.items() if f"{{{name}}}" not in path}
        response: Any = Client().get(path.format(**sent), query)
        assert response.status_code == 200, (path, response.content)


def test_groups_come_in_the_order_of_use_with_a_sentence_each(
    description: dict[str, Any], operations: dict[str, dict[str, Any]]
) -> None:
    groups = [group["name"] for group in description["tags"]]
    assert groups[:6] == ["trending", "movies", "search", "people", "recommendations", "analytics"]
    assert groups[-2:] == ["auth", "health"]
    assert all(group["description"].endswith(".") for group in description["tags"])
    assert {tag for operation in operations.values() for tag in operation["tags"]} == set(groups)


def test_no_text_lists_the_values_that_the_schema_lists(description: dict[str, Any]) -> None:
    assert "* `" not in yaml.safe_dump(description)


def test_introduction_says_how_to_begin(description: dict[str, Any]) -> None:
    text = description["info"]["description"]
    for word in ("curl 'http", "X-API-Key", "complete", "completeness=strict", "warnings", "RateLimit", "problem+json"):
        assert word in text


def test_window_is_described_by_a_pattern(operations: dict[str, dict[str, Any]]) -> None:
    parameters = operations["/api/v1/movies/{movie_id}/sentiment"]["parameters"]
    (window,) = [found for found in parameters if found["name"] == "window"]
    assert window["schema"]["pattern"].startswith("^(all|")


def test_credentials_are_required_only_where_reading_needs_them(
    operations: dict[str, dict[str, Any]], settings: Any
) -> None:
    settings.ANONYMOUS_READ = False
    closed: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    for path, operation in operations.items():
        probe = "/auth/" in path or path.endswith(("/live", "/ready", "/v1"))
        assert {} in operation["security"], path
        (in_closed,) = closed["paths"][path].values()
        assert ({} in in_closed["security"]) == probe, path


def test_links_pass_a_member_of_an_answer_to_a_path_parameter(
    operations: dict[str, dict[str, Any]],
) -> None:
    by_id = {operation["operationId"]: operation for operation in operations.values()}
    targets = set()
    for operation in by_id.values():
        described = operation["responses"]["200"]
        for link in described.get("links", {}).values():
            ((name, expression),) = link["parameters"].items()
            (example,) = described["content"]["application/json"]["examples"].values()
            assert _resolve_pointer(example["value"], expression.removeprefix("$response.body#")), expression
            taken = {each["name"]: each["in"] for each in by_id[link["operationId"]]["parameters"]}
            assert taken[name] == "path"
            targets.add(link["operationId"])
    assert targets == {each["operationId"] for path, each in operations.items() if "{" in path}


def _resolve_pointer(value: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


@pytest.mark.parametrize(("path", "address", "parameters"), ANSWERS)
def test_real_answers_match_their_description(
    api: Api, description: dict[str, Any], path: str, address: str, parameters: dict[str, Any]
) -> None:
    api.load(
        movie(550, "Fight Club", cast=["Edward Norton"], overview=None),
        sentiment_total(550, 10, 0.5),
        sentiment_day(550, "2031-03-09", 5, 0.1),
        speed_sentiment(550, OPEN_HOUR, 4, -0.5),
        speed_sentiment(7, OPEN_HOUR, 4, -0.5),
        speed_stats(550, OPEN_HOUR - HOUR, 8.0, 8, 8.0),
        speed_stats(7, OPEN_HOUR, 8.0, 8, 8.0),
        genre_month("Drama", 1999, 10, 8.0, 1, top_movies=[{"movie_id": 550}, {"movie_id": 9}]),
        genre_month("Drama", 1998, None, 8.0, 1),
        speed_trending(8, OPEN_HOUR, 8.0, velocity=None),
        trend_point("rating", "2031-03-08", 8.0, 1),
        trend_point("popularity", "2031-03-08", 8.0, 1, genre="Drama"),
        actor("Tom Hanks", ("Meg Ryan", 2)),
        beat(["sentiment"]),
    )
    response: Any = api.get(address, parameters)
    operation = schemathesis.openapi.from_dict(description)[path]["GET"]
    operation.validate_response(_as_received(address, response, response.content))


def test_answer_of_another_shape_fails_validation(api: Api, description: dict[str, Any]) -> None:
    api.load(movie(550, "Fight Club"))
    response: Any = api.get("movies/550")
    spoilt = response.content.replace(b'"title":"Fight Club"', b'"title":["Fight Club"]')
    operation = schemathesis.openapi.from_dict(description)["/api/v1/movies/{movie_id}"]["GET"]
    with pytest.raises(Failure):
        operation.validate_response(_as_received("movies/550", response, spoilt))


def _as_received(address: str, response: Any, content: bytes) -> schemathesis.Response:
    return schemathesis.Response(
        status_code=response.status_code,
        headers={name.lower(): [value] for name, value in response.items()},
        content=content,
        request=requests.Request("GET", f"http://testserver/api/v1/{address}").prepare(),
        elapsed=0.0,
        verify=False,
        http_version="1.1",
    )
