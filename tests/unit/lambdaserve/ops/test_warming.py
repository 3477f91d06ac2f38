"""Warming: which addresses, and what becomes of each."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import resolve

from lambdaserve.ops import warming
from lambdaserve.ops.warming import Warmed, first_addresses, usual_addresses, warm
from merger.answers.service import MergeService
from merger.cache.outcomes import Outcome
from merger.errors import Incomplete, MergerError, NotFound, StoreUnavailable
from merger.stores.memory import MoviesInMemory
from merger.views.registry import known_views
from merger.wiring import answers_from


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses that were asked; each counts as one computed answer."""
    addresses: list[str] = []
    counts = SimpleNamespace(all=lambda: {("view", Outcome.MISS): len(addresses), ("view", Outcome.HIT): 99})
    monkeypatch.setattr(warming, "service", lambda: SimpleNamespace(cache=SimpleNamespace(counts=counts)))
    monkeypatch.setattr(warming, "call_api", addresses.append)
    return addresses


def failing(error: Exception) -> Any:
    def answer(address: str) -> None:
        raise error

    return answer


def test_answer_is_requested_with_completeness_strict(computed: list[str]) -> None:
    assert warm("/api/v1/movies/603/sentiment?window=7d&completeness=partial") == (Warmed.COMPUTED, "")
    assert computed == ["/api/v1/movies/603/sentiment?window=7d&completeness=strict"]


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (Incomplete(()), Warmed.WARM),
        (Incomplete((), {"batch"}), Warmed.FAILED),
        (StoreUnavailable("MongoDB is away"), Warmed.FAILED),
        (NotFound("movie", "1"), Warmed.GONE),
        (MergerError("bad"), Warmed.GONE),
    ],
)
def test_error_decides_the_result(
    computed: list[str], monkeypatch: pytest.MonkeyPatch, error: Exception, result: Warmed
) -> None:
    monkeypatch.setattr(warming, "call_api", failing(error))
    assert warm("/api/v1/movies/1")[0] is result


@pytest.mark.parametrize("address", ["/no/such", "/about/", "/api/v1/docs/"])
def test_address_outside_the_api_is_gone(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    counts = SimpleNamespace(all=dict)
    monkeypatch.setattr(warming, "service", lambda: SimpleNamespace(cache=SimpleNamespace(counts=counts)))
    assert warm(address) == (Warmed.GONE, "")


def test_usual_addresses_cover_genres_and_trending_movies(monkeypatch: pytest.MonkeyPatch) -> None:
    content = {
        "/api/v1/search/genres": {"genres": [{"genre": "Sci-Fi/Fantasy"}]},
        "/api/v1/trending/movies?limit=2": {"trending_movies": [{"movie_id": 603}]},
    }
    monkeypatch.setattr(warming, "_content", content.__getitem__)
    addresses = list(usual_addresses(2))
    assert len(addresses) == len(set(addresses))
    assert {"/api/v1/trending/genres/Sci-Fi/Fantasy", "/api/v1/movies/603/sentiment"} <= set(addresses)
    assert not any("603" in address for address in usual_addresses(0))


ASKED_BY_CALLERS = {"analytics.actor", "analytics.genre_history", "people.person", "people.movies"}
"""Views without a list of usual questions: names, and past years."""


def test_every_view_is_warmed_but_those_of_names_and_likes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new view is either a usual address or named here with its reason."""
    content = {
        "/api/v1/search/genres": {"genres": [{"genre": "Drama"}]},
        "/api/v1/trending/movies?limit=1": {"trending_movies": [{"movie_id": 603}]},
    }
    monkeypatch.setattr(warming, "_content", content.__getitem__)
    addresses = list(usual_addresses(1))
    asked: set[str] = set()

    def fetch(self: MergeService, view: Any, params: object, **_: Any) -> Any:
        asked.add(view.name)
        raise NotFound("movie", 1)

    monkeypatch.setattr(MergeService, "fetch", fetch)
    with answers_from(MoviesInMemory(), datetime(2031, 3, 1, tzinfo=UTC)):
        for address in addresses:
            with suppress(NotFound):
                warming.call_api(address)
    # Likes come as the body of a POST.
    assert asked | ASKED_BY_CALLERS | {"recommendations.personalized"} == set(known_views())


def test_addresses_of_the_first_page_exist() -> None:
    assert all(resolve(address.partition("?")[0]) for address in first_addresses())
