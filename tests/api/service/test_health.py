"""``health``, ``health/live`` and ``health/ready`` with stores that answer, hang or refuse connections."""

from __future__ import annotations

import copy
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from merger.operations import probes
from tests.api.conftest import Api
from tests.api.documents import HOUR, NOW, beat, movie


@pytest.fixture(autouse=True)
def _fresh_monitor() -> Iterator[None]:
    from lambdaserve.ops.health.monitor import monitor

    monitor.cache_clear()
    yield
    monitor.cache_clear()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    """A port that refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def away(settings: Any) -> Iterator[Any]:
    """A function that points the service at another port for MongoDB."""
    from merger import wiring
    from merger.stores.mongo import client as mongo

    moved = []

    def move(port: int) -> None:
        settings.MONGODB_URI = f"mongodb://127.0.0.1:{port}"
        # The real client stays open: later tests need it.
        kept = mongo.client()
        mongo.client.cache_clear()
        wiring.service.cache_clear()
        moved.append(kept)

    yield move
    if moved:
        mongo.client().close()
        mongo.client.cache_clear()
        moved[0].close()


def complete(api: Api) -> dict[str, Any]:
    """Asks until the report has everything: the first look at the layers and the first count may take a while."""
    until = time.monotonic() + 10
    while True:
        body = api.body("health")
        layer = body["services"]["speed_layer"]
        if layer["status"] != "unknown" and layer["document_count"] is not None:
            return body
        assert time.monotonic() < until, body
        time.sleep(0.5)


def test_report_lists_the_state_of_every_part(api: Api) -> None:
    api.load(movie(550, "Fight Club"), beat())
    body = complete(api)
    services = body["services"]
    assert (body["status"], body["timestamp"]) == ("healthy", "2031-03-10T12:30:00Z")
    assert set(body) == {"status", "timestamp", "version", "services"}
    assert set(services) == {"mongodb", "redis", "batch_layer", "speed_layer", "disk"}
    assert services["disk"] == {"status": "healthy", "detail": None}
    assert (services["mongodb"]["status"], services["mongodb"]["breaker"]) == ("healthy", "closed")
    assert services["mongodb"]["latency_ms"] > 0
    assert set(services["redis"]) == {"status", "latency_ms", "hit_rate"}
    assert services["batch_layer"] == {
        "status": "healthy",
        "last_update": "2031-03-10T02:00:00Z",
        "document_count": 1,
    }
    sync = {"last_update": "2031-03-10T12:29:00Z", "lag_seconds": 60}
    types = {"sentiment": sync, "stats": sync, "trending": sync}
    assert services["speed_layer"] == {"status": "healthy", **sync, "document_count": 363, "types": types}


def test_hit_rate_counts_all_processes(api: Api) -> None:
    from merger import configuration, wiring
    from merger.cache.outcomes import Outcome

    api.load(movie(550, "Fight Club"), beat())
    for _ in range(3):
        assert api.get("movies/550").status_code == 200
    wiring.usage_report.cache_clear()
    wiring.usage_report().run()
    others = {("movies.details", Outcome.HIT): 5, ("movies.stats", Outcome.MISS): 2, ("movies.stats", Outcome.ERROR): 9}
    wiring.outcome_totals().add(others, configuration.utc_now())
    assert api.body("health")["services"]["redis"]["hit_rate"] == 7 / 10


def test_hit_rate_is_null_before_the_first_answer(api: Api) -> None:
    assert api.body("health")["services"]["redis"]["hit_rate"] is None


def test_one_lagging_type_makes_the_speed_layer_lagging(api: Api) -> None:
    stopped = [{**d, "synced_at": min(d["synced_at"], NOW - HOUR)} for d in beat(["trending"])]
    api.load(movie(550, "Fight Club"), beat(["stats", "sentiment"]), stopped)
    body = complete(api)
    layer = body["services"]["speed_layer"]
    assert (body["status"], layer["status"], layer["lag_seconds"]) == ("degraded", "lagging", 3600)
    assert layer["types"]["stats"]["lag_seconds"] == 60


def test_old_batch_run_is_stale(api: Api) -> None:
    api.load(movie(550, "Fight Club", computed_at=NOW - timedelta(hours=37)), beat())
    body = complete(api)
    assert (body["status"], body["services"]["batch_layer"]["status"]) == ("degraded", "stale")


def test_empty_layers_are_reported_and_degraded(api: Api) -> None:
    body = complete(api)
    services = body["services"]
    assert body["status"] == "degraded"
    assert (services["batch_layer"]["status"], services["speed_layer"]["status"]) == ("empty", "empty")
    assert services["speed_layer"]["last_update"] is None


def test_without_redis_the_service_is_degraded_but_ready(api: Api, settings: Any, closed_port: int) -> None:
    api.load(movie(550, "Fight Club"), beat())
    caches = copy.deepcopy(settings.CACHES)
    caches["default"]["LOCATION"] = f"redis://127.0.0.1:{closed_port}/0"
    settings.CACHES = caches
    body = api.body("health")
    assert body["status"] == "degraded"
    assert body["services"]["redis"] == {"status": "unhealthy", "latency_ms": None, "hit_rate": None}
    assert api.body("health/ready") == {"status": "ready", "reasons": []}


@pytest.mark.parametrize("kind", ["silent_port", "closed_port"])
def test_without_mongodb_the_service_is_unhealthy_within_a_second(
    api: Api, away: Any, kind: str, request: pytest.FixtureRequest
) -> None:
    away(request.getfixturevalue(kind))
    started = time.monotonic()
    body = api.body("health", status=503)
    assert time.monotonic() - started < 1
    assert body["status"] == "unhealthy"
    assert body["services"]["mongodb"] == {
        "status": "unhealthy",
        "latency_ms": None,
        "breaker": "closed",
        "breakers": {"batch_views": "closed", "speed_views": "closed"},
    }
    assert body["services"]["batch_layer"]["status"] == "unknown"
    nothing = {"status": "not ready", "reasons": ["mongodb_away: MongoDB does not answer; no answers are cached"]}
    assert api.body("health/ready", status=503) == nothing
    assert api.body("health/live") == {"status": "alive"}


def test_other_endpoints_are_503_without_mongodb(api: Api, away: Any, settings: Any, closed_port: int) -> None:
    settings.MONGODB_TIMEOUT = 0.2
    away(closed_port)
    response = api.get("movies/550")
    problem: Any = api.body("movies/550", status=503)
    assert response["Content-Type"] == "application/problem+json"
    assert int(response["Retry-After"]) > 0
    assert problem["type"] == "urn:problem-type:lambdaserve:store-unavailable"
    assert str(closed_port) not in problem["detail"]


def test_live_answers_without_any_store(api: Api, away: Any, silent_port: int) -> None:
    away(silent_port)
    started = time.monotonic()
    assert api.body("health/live") == {"status": "alive"}
    assert time.monotonic() - started < 0.1


def test_health_answers_are_never_cached(api: Api) -> None:
    assert {api.get(path)["Cache-Control"] for path in ("health", "health/live", "health/ready")} == {"no-store"}


def test_callers_a_moment_apart_get_the_same_report(api: Api) -> None:
    first = api.body("health")
    api.now += timedelta(milliseconds=300)
    assert api.body("health") == first


def test_probes_need_no_login_but_the_report_does(api: Api, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    api.load(movie(550, "Fight Club"))
    assert api.get("health/live").status_code == 200
    assert api.get("health/ready").status_code == 200
    assert api.get("health").status_code == 401


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A MongoDB that does not answer pings; one at another address would have a cache of its own."""
    monkeypatch.setattr("merger.operations.probes.ping_store", lambda: None)


def test_without_mongodb_the_service_is_ready_while_answers_are_cached(api: Api, unreachable: None) -> None:
    api.load(movie(550, "Fight Club"), beat())
    api.body("movies/550")
    reasons = ["mongodb_away: MongoDB does not answer; answers come from the cache"]
    assert api.body("health/ready") == {"status": "ready", "reasons": reasons}


def test_cached_404_alone_does_not_make_the_service_ready(api: Api, unreachable: None) -> None:
    api.load(movie(550, "Fight Club"), beat())
    api.body("movies/551", status=404)
    assert api.body("health/ready", status=503)["status"] == "not ready"


def test_empty_store_is_not_ready(api: Api) -> None:
    probes.read_layers()  # on a busy machine the first look may take longer than a probe waits
    body = api.body("health/ready", status=503)
    assert body == {
        "status": "not ready",
        "reasons": ["no_data: neither layer holds a document yet; run the batch job or the speed job"],
    }


def test_missing_index_is_named_and_not_ready(api: Api) -> None:
    api.load(movie(550, "Fight Club"), beat())
    assert api.body("health/ready")["status"] == "ready"
    api.database["batch_views"].drop_index("movie_view")
    from lambdaserve.ops.health.monitor import monitor

    monitor.cache_clear()
    reason = "indexes_missing: batch_views.movie_view; run `manage.py create_indexes`"
    assert api.body("health/ready", status=503) == {"status": "not ready", "reasons": [reason]}
