"""The benchmark compares like with like: its FastAPI peer, started for real, gives our answers."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import requests
import uvicorn

from benchmarks.peer.app import create_app
from benchmarks.peer.cache import KEYS, Limit
from benchmarks.peer.serving import Settings
from benchmarks.scenarios.equality import difference
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, load_healthy

COMPARED = tuple(address for address in ADDRESSES if not address.startswith(("people", "recommendations")))
"""The peer finds no people and recommends nothing, and the benchmark asks for neither."""

TTL = {"volatile": 240, "stable": 1800, "very_stable": 3600}


@contextmanager
def peer(api: Api, uris: tuple[str, str], limit: Limit | None = None) -> Iterator[str]:
    """The peer on the test's stores at the test's moment; its address."""

    def clock() -> datetime:
        return api.now

    app = create_app(Settings(uris[0], "tests", uris[1], TTL, limit), clock)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while not server.started:
            assert thread.is_alive(), "the peer did not start"
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield f"http://{LOOPBACK}:{port}/api/v1/"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def uris(mongo_uri: str, redis_url: str) -> tuple[str, str]:
    return mongo_uri, redis_url


def test_the_peer_answers_every_address_as_the_service_does(api: Api, uris: tuple[str, str]) -> None:
    ours = load_healthy(api)
    api.redis.flushdb()
    with peer(api, uris) as base, requests.Session() as session:
        for address in COMPARED:
            first, second = session.get(base + address), session.get(base + address)
            assert first.status_code == 200, (address, first.text)
            assert [first.headers["X-Cache"], second.headers["X-Cache"]] == ["MISS", "HIT"], address
            assert first.content == second.content, address
            assert difference(ours[address], first.json()) is None, address
            again = session.get(base + address, headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b""), address


@pytest.mark.parametrize(
    "address",
    ["movies/4711", "movies/4711/stats", "movies/4711/sentiment", "trending/genres/Nix", "analytics/actors/X"],
)
def test_the_peer_answers_404_where_the_service_does(api: Api, uris: tuple[str, str], address: str) -> None:
    load_healthy(api)
    assert api.body(address, status=404)["status"] == 404
    with peer(api, uris) as base:
        assert requests.get(base + address, timeout=10).status_code == 404


def test_in_guarded_mode_the_peer_requires_a_key_and_limits_it(api: Api, uris: tuple[str, str]) -> None:
    load_healthy(api)
    api.database[KEYS].insert_one({"_id": hashlib.sha256(b"known.key").hexdigest()})
    with peer(api, uris, Limit(rate=0.001, burst=3)) as base, requests.Session() as session:

        def status(key: str | None) -> int:
            headers: dict[str, Any] = {} if key is None else {"X-API-Key": key}
            return session.get(base + ADDRESSES[0], headers=headers).status_code

        assert status(None) == 401
        assert status("another.key") == 401
        assert [status("known.key") for _ in range(5)] == [200, 200, 200, 429, 429]
