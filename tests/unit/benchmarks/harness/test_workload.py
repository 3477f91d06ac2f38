"""The requests of the benchmark: enough of them, all different to the service, the same every time."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from django.urls import get_resolver

from benchmarks.harness.workload import API, Endpoint, workload
from sample_data.facts import load_movies

MOVIES = load_movies()
ENDPOINTS = workload(MOVIES)
CACHED = [endpoint for endpoint in ENDPOINTS if endpoint.cached]


def test_every_endpoint_of_the_api_is_measured() -> None:
    assert [endpoint.name for endpoint in ENDPOINTS] == [
        "health",
        "health/live",
        "health/ready",
        "movies/{id}",
        "movies/{id}/sentiment",
        "movies/{id}/stats",
        "trending/movies",
        "trending/genres/{genre}",
        "trending/history",
        "search/movies",
        "search/genres",
        "analytics/genre/{genre}",
        "analytics/trends",
        "analytics/overview",
        "analytics/sentiment/comparison",
        "analytics/actors/{name}",
        "people",
        "people/{name}",
        "people/{name}/movies",
        "recommendations/movies/{id}/similar",
        "recommendations/genres/{genre}",
        "recommendations/personalized",
    ]


def test_every_address_of_the_views_is_measured() -> None:
    api: Any = get_resolver().url_patterns[0]
    viewed = {
        re.sub(r"<\w+:(?:movie_)?(\w+)>", r"{\1}", str(each.pattern))
        for each in api.url_patterns
        if str(each.pattern) and not str(each.pattern).startswith("auth/")
    }
    assert viewed == {endpoint.name for endpoint in ENDPOINTS}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_each_path_belongs_to_its_endpoint_and_occurs_once(endpoint: Endpoint) -> None:
    start = API + endpoint.name.partition("{")[0]
    assert all(urlsplit(path.partition(" ")[0]).path.startswith(start) for path in endpoint.paths)
    assert len(set(endpoint.paths)) == len(endpoint.paths)


@pytest.mark.parametrize("endpoint", CACHED, ids=lambda endpoint: endpoint.name)
def test_two_spellings_of_one_request_are_not_both_sent(endpoint: Endpoint) -> None:
    split = [urlsplit(path.casefold()) for path in endpoint.paths]
    asked = {(url.path, frozenset((name, value.strip()) for name, value in parse_qsl(url.query))) for url in split}
    assert len(asked) == len(endpoint.paths)


@pytest.mark.parametrize("name", [e.name for e in CACHED if e.name not in ("search/genres", "analytics/overview")])
def test_a_cold_run_has_sixty_different_questions_where_the_parameters_allow_it(name: str) -> None:
    endpoint = next(endpoint for endpoint in ENDPOINTS if endpoint.name == name)
    assert len(endpoint.paths) >= 60


def test_same_seed_gives_the_same_requests_and_another_does_not() -> None:
    assert workload(MOVIES) == ENDPOINTS
    assert workload(MOVIES, seed=2) != ENDPOINTS


def test_a_handful_of_movies_is_enough() -> None:
    few = workload(MOVIES[:20])
    assert all(endpoint.paths for endpoint in few)


def test_only_actors_with_a_network_are_requested() -> None:
    few = workload(MOVIES[:400])
    actors = next(endpoint for endpoint in few if endpoint.name == "analytics/actors/{name}")
    names = [path.rpartition("/")[2] for path in actors.paths]
    seen = [actor for movie in MOVIES[:400] for actor in movie.cast]
    assert all(seen.count(unquote(name)) > 1 for name in names)
