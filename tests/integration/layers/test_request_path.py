"""Finds of a cold answer: their number, and that each uses an index.

``query_budget.json`` is the budget: finds per collection for one cold answer of each endpoint, once the layers' state
and the shared hours are known. A change of it is a decision, to be seen in a diff. Run with ``--update-budget`` to
write what is measured.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django_redis import get_redis_connection
from pymongo import MongoClient
from pymongo.monitoring import CommandListener, CommandStartedEvent

from merger import wiring
from merger.contract.payloads import SPEED_TYPES
from merger.indexes.sharding import goes_to_one_shard
from merger.layers.publication import RUNS
from merger.layers.state import MAX_AGE
from merger.stores.mongo import client as mongo

BUDGET = Path(__file__).with_name("query_budget.json")
SCALE = 0.02

MOVIE = 603  # The Matrix: in the sample world at any scale
ENDPOINTS = {
    "movies/{id}": f"movies/{MOVIE}",
    "movies/{id}/sentiment": f"movies/{MOVIE}/sentiment",
    "movies/{id}/sentiment?window=6h": f"movies/{MOVIE}/sentiment?window=6h",
    "movies/{id}/stats": f"movies/{MOVIE}/stats",
    "trending/movies": "trending/movies",
    "trending/movies?genre=": "trending/movies?genre=action",
    "trending/genres/{genre}": "trending/genres/drama",
    "trending/history": "trending/history",
    "analytics/genre/{genre}": "analytics/genre/action?year=2014",
    "analytics/trends": "analytics/trends?metric=rating",
    "analytics/trends?genre=": "analytics/trends?metric=sentiment&genre=action",
    "analytics/trends?movie_id=": f"analytics/trends?metric=sentiment&movie_id={MOVIE}",
    "analytics/overview": "analytics/overview",
    "analytics/sentiment/comparison": "analytics/sentiment/comparison?genre=drama",
    "analytics/actors/{name}": "analytics/actors/Keanu%20Reeves",
    "search/movies": "search/movies?q=matrix",
    "search/genres": "search/genres?q=dra",
    "people": "people?q=keanu",
    "people/{name}": "people/Keanu%20Reeves",
    "people/{name}/movies": "people/Keanu%20Reeves/movies",
    "recommendations/movies/{id}/similar": f"recommendations/movies/{MOVIE}/similar",
    "recommendations/genres/{genre}": "recommendations/genres/drama",
}


class Finds(CommandListener):
    """Records every command of the request path, which should only be finds."""

    def __init__(self) -> None:
        self.commands: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        self.commands.append(dict(event.command))

    def succeeded(self, event: Any) -> None:
        """Nothing is recorded."""

    failed = succeeded


@pytest.fixture(scope="module")
def finds(mongo_uri: str, redis_url: str) -> Iterator[Finds]:
    """The commands of a service over a small sample world."""
    noted = Finds()
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, event_listeners=[noted], tz_aware=True)
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(MONGODB_DATABASE="request_path", SAMPLE_SCALE=SCALE, MONGODB_TIMEOUT=20.0),
        client,
    ):
        patch.setattr(mongo, "client", lambda: client)
        call_command("create_indexes", verbosity=0)
        call_command("sample_batch", scale=SCALE)
        call_command("sample_speed")
        network = {"actor": "Keanu Reeves", "collaborators": [{"actor": "Hugo Weaving", "count": 3}]}
        # As old as the rest of the batch, so that the catalogue is not read again during the tests.
        newest = mongo.database()["batch_views"].find_one(sort=[("computed_at", -1)])
        assert newest is not None
        document = {"view_type": "actor_collaboration", "data": network, "computed_at": newest["computed_at"]}
        mongo.database()["batch_views"].insert_one(document)
        wiring.service.cache_clear()
        wiring.service().warm_up()
        yield noted
        wiring.service.cache_clear()
        client.drop_database("request_path")


def cold(finds: Finds, path: str) -> list[dict[str, Any]]:
    """The commands of one cold answer, after another that read the layers' state and the hours."""
    for _ in range(2):
        get_redis_connection("default").flushdb()
        service = wiring.service()
        service.cache.local_tier.clear()
        service._layers.layers(tuple(SPEED_TYPES), service.boundary(), max_age=0.0)
        # Without the background thread, an answer also reads what was written since the last one.
        for kept in service.hours._types.values():
            kept._looked_at -= 2 * MAX_AGE
        finds.commands.clear()
        response = Client().get(f"/api/v1/{path}")
        assert (response.status_code, response["X-Cache"]) == (200, "MISS"), response.content
    return list(finds.commands)


def test_no_endpoint_exceeds_its_budget_of_finds(finds: Finds, request: pytest.FixtureRequest) -> None:
    measured = {}
    for name, path in ENDPOINTS.items():
        commands = cold(finds, path)
        assert all("find" in command for command in commands), commands
        measured[name] = dict(sorted(Counter(command["find"] for command in commands).items()))
    if request.config.getoption("--update-budget"):
        BUDGET.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    assert measured == json.loads(BUDGET.read_text(encoding="utf-8"))


def test_a_cached_answer_needs_no_find(finds: Finds) -> None:
    for path in ENDPOINTS.values():
        Client().get(f"/api/v1/{path}")
        finds.commands.clear()
        assert Client().get(f"/api/v1/{path}")["X-Cache"] == "HIT"
        assert finds.commands == []


def test_documentation_says_which_endpoints_read_one_shard(finds: Finds) -> None:
    """Compares docs/scaling.md with the finds of cold answers: whether each is about one movie."""
    text = (BUDGET.parents[3] / "docs" / "scaling.md").read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `([^`]+)` \| (one shard|all shards|both|nothing) \|", text, re.MULTILINE))
    found = {}
    for name, path in ENDPOINTS.items():
        ways = {goes_to_one_shard(command["filter"]) for command in cold(finds, path)}
        found[name] = {(): "nothing", (True,): "one shard", (False,): "all shards"}.get(tuple(ways), "both")
    assert stated == found


@pytest.mark.parametrize("name", ENDPOINTS)
def test_every_find_uses_a_declared_index(finds: Finds, name: str) -> None:
    assert_indexed(finds, name)


def test_every_find_uses_an_index_when_runs_are_published(finds: Finds) -> None:
    run_id = mongo.database()["batch_views"].find_one({"batch_run_id": {"$ne": None}})["batch_run_id"]  # type: ignore[index]
    mongo.database()[RUNS].insert_one({"batch_run_id": run_id, "status": "published"})
    for name in ENDPOINTS:
        assert_indexed(finds, name)
    mongo.database()[RUNS].drop()
    wiring.service.cache_clear()


def assert_indexed(finds: Finds, name: str) -> None:
    """Checks that every find of an answer uses an index, except that of run records, of which all are read."""
    wiring.service.cache_clear()  # without a known state of the layers, its reads are checked too
    get_redis_connection("default").flushdb()
    finds.commands.clear()
    assert Client().get(f"/api/v1/{ENDPOINTS[name]}").status_code == 200
    # The catalogue takes several replies.
    assert all("find" in command or "getMore" in command for command in finds.commands)
    asked = [command for command in finds.commands if command.get("find", RUNS) != RUNS]
    seen = {json.dumps(_shape(command), sort_keys=True): command for command in asked}
    assert seen
    for command in seen.values():
        collection = mongo.database()[command["find"]]
        plan = collection.find(command["filter"]).explain()["queryPlanner"]["winningPlan"]
        stages = json.dumps(plan, default=str)
        assert '"IXSCAN"' in stages, command
        assert '"COLLSCAN"' not in stages, command


def _shape(command: dict[str, Any]) -> Any:
    """The shape of a find, without its values; all finds of a shape have the same plan."""
    return [command["find"], {key: sorted(v) if isinstance(v, dict) else "=" for key, v in command["filter"].items()}]
