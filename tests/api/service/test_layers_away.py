"""Every view while a layer does not answer, and while neither does: no answer without a layer calls itself complete.

Requirements M8 and F5.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from merger import wiring
from merger.cache.outcomes import Outcome
from merger.contract.collections import BATCH, LAYER_OF, SPEED
from merger.errors import StoreUnavailable
from merger.layers.publication import RUNS
from merger.layers.state import WAIT_AGE
from merger.stores.mongo.store import MongoStore
from merger.stores.store import Find
from merger.views.registry import known_views
from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, MOVIE, healthy

BATCH_ALONE = {"analytics.overview", "analytics.genre", "analytics.genre_history", "analytics.sentiment_comparison"}
BATCH_ALONE |= {"people.find", "search.genres"}
"""Views of the batch layer's copy, which need no speed layer."""

FROM_COPIES = {*BATCH_ALONE, "people.movies", "people.person", "search.movies"}
FROM_COPIES |= {"recommendations.genre", "recommendations.similar", "recommendations.personalized"}
"""Views that are answered from the process's copies while neither layer answers."""

ONE_LAYER = {"movies.details", "movies.sentiment", "analytics.trends"}
"""Views that either layer can answer alone."""

ANSWERED = {
    (BATCH,): FROM_COPIES | ONE_LAYER | {"movies.stats", "trending.movies", "trending.history"},
    (SPEED,): FROM_COPIES | ONE_LAYER | {"analytics.actor"},
    (BATCH, SPEED): FROM_COPIES,
}
"""The views that still answer, by the collections that are away."""


@pytest.fixture(params=ANSWERED, ids="+".join)
def away(request: pytest.FixtureRequest, api: Api, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Collections that fail, in a process that has its copies and in whose cache there is nothing."""
    gone: tuple[str, ...] = request.param
    api.load(healthy())
    wiring.service().warm_up()
    asked()  # makes the index
    api.redis.flushdb()
    wiring.service().cache.local_tier.clear()
    find = MongoStore.find

    def fail(self: MongoStore, wanted: Find) -> Any:
        if wanted.collection in gone or (wanted.collection == RUNS and BATCH in gone):
            raise StoreUnavailable("away")
        return find(self, wanted)

    monkeypatch.setattr(MongoStore, "find", fail)
    monotonic = wiring.service()._layers._monotonic
    monkeypatch.setattr(wiring.service()._layers, "_monotonic", lambda: monotonic() + 2 * WAIT_AGE)
    return gone


def asked(query: str = "") -> dict[str, Any]:
    """The responses of all views by address, with a parameter added."""
    client = Client(raise_request_exception=False)
    found: dict[str, Any] = {}
    for address in (*ADDRESSES, "trending/history"):
        found[address] = client.get(f"/api/v1/{address}{'&' if '?' in address else '?'}{query}")
    likes, url = json.dumps({"liked_movie_ids": [MOVIE]}), "recommendations/personalized"
    found[url] = client.post(f"/api/v1/{url}?{query}", likes, content_type="application/json")
    return found


def computed() -> dict[str, int]:
    """How often each view was computed."""
    counts = wiring.service().cache.counts.all()
    return {view: number for (view, outcome), number in counts.items() if outcome is Outcome.MISS}


def test_no_answer_without_a_layer_is_complete(away: tuple[str, ...]) -> None:
    before = computed()
    assert set(before) == set(known_views()), "a view is not asked"
    answers = {name: answer.json()["freshness"] for name, answer in asked().items() if answer.status_code == 200}
    assert {view for view, number in computed().items() if number > before[view]} == ANSWERED[away]
    gone = {f"{LAYER_OF[collection]}_unavailable" for collection in away}
    for address, freshness in answers.items():
        told = {warning.partition(":")[0] for warning in freshness["warnings"]} & gone
        is_whole = not told
        assert (freshness["complete"], freshness["proven"]) == (is_whole, is_whole), (address, freshness)
        assert told or BATCH not in away, (address, freshness)


def test_the_past_that_only_the_batch_layer_knows_is_missing_without_it(away: tuple[str, ...]) -> None:
    answer = asked()[f"movies/{MOVIE}/sentiment"]
    if away == (BATCH,):
        assert answer.json()["freshness"]["missing"][0]["start"] is None
    elif away == (SPEED,):
        assert answer.json()["freshness"]["missing"][0]["start"] == "2031-03-10T00:00:00Z"
    else:
        assert answer.status_code == 503


def test_a_strict_request_is_refused_without_a_layer(away: tuple[str, ...]) -> None:
    before = computed()
    answers = asked("completeness=strict")
    for address, answer in answers.items():
        assert answer.status_code == 503 or answer.json()["freshness"]["complete"], address
        if answer.status_code == 503 and answer.json()["type"].endswith(":incomplete"):
            assert "layer is not answering" in answer.json()["detail"], address
    whole = {address for address, answer in answers.items() if answer.status_code == 200}
    assert bool(whole) == (BATCH not in away), whole
    assert {view for view, number in computed().items() if number > before[view]} == ANSWERED[away]
