"""The API over real embedded stores, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.api.documents import NOW
from tests.api.writes import writes

if TYPE_CHECKING:
    from pymongo.database import Database
    from redis import Redis


class Api:
    """The REST API and what is stored behind it.

    Args:
        database: empty, with every declared index.
        redis: empty.
    """

    def __init__(self, database: Database[dict[str, Any]], redis: Redis) -> None:
        self.database = database
        self.redis = redis
        self._now, self.has_moved = NOW, False
        self._client = Client(raise_request_exception=False)

    @property
    def now(self) -> datetime:
        """The time that the service's clock shows."""
        return self._now

    @now.setter
    def now(self, moment: datetime) -> None:
        self._now, self.has_moved = moment, True

    def clock(self) -> datetime:
        """Tells the service the time."""
        return self._now

    def load(self, *documents: dict[str, Any] | Iterable[dict[str, Any]]) -> None:
        """Stores documents; those with an ``hour`` go to the speed layer."""
        flat = [d for part in documents for d in ([part] if isinstance(part, dict) else part)]
        for name, found in (
            ("speed_views", [dict(d) for d in flat if "hour" in d]),
            ("batch_views", [dict(d) for d in flat if "hour" not in d]),
        ):
            if found:
                self.database[name].insert_many(found)

    def forget(self) -> None:
        """Empties every cache, as after a restart."""
        from merger import standing, wiring

        wiring.service.cache_clear()
        standing.standing_services.cache_clear()
        self.redis.flushdb()

    def get(self, path: str, parameters: dict[str, Any] | None = None, **headers: str) -> HttpResponseBase:
        """Sends a GET to a path relative to ``/api/v1/``; ``If_None_Match`` and the like are request headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.get(f"/api/v1/{path}", parameters, headers=named)

    def body(self, path: str, parameters: dict[str, Any] | None = None, status: int = 200) -> dict[str, Any]:
        """The JSON of an answer, which must have this status."""
        response: Any = self.get(path, parameters)
        assert response.status_code == status, response.content
        result: dict[str, Any] = response.json()
        return result

    def keeps(self, seconds: int, path: str, parameters: dict[str, Any] | None = None) -> bool:
        """Whether an answer is fresh for exactly so many seconds; it may be refreshed a little earlier."""
        from merger import wiring

        made, states = self.now, []
        self.get(path, parameters)
        for age in (seconds - 60, seconds):
            self.now = made + timedelta(seconds=age)
            wiring.service().cache.local_tier.clear()
            states.append(self.get(path, parameters)["X-Cache"])
        self.now = made
        return states == ["HIT", "STALE"]

    def refused(self, path: str, parameters: dict[str, Any]) -> dict[str, str]:
        """The messages of a 400 by parameter."""
        problem = self.body(path, parameters, 400)
        assert problem["type"] == "urn:problem-type:lambdaserve:invalid-parameters"
        return {entry["parameter"]: entry["detail"] for entry in problem["errors"]}


@pytest.fixture
def api(indexed_database: Database[dict[str, Any]], redis_client: Redis) -> Iterator[Api]:
    """The API with empty stores and its clock at ``api.now``; timeouts are long, for busy machines."""
    found = Api(indexed_database, redis_client)
    with pytest.MonkeyPatch.context() as patch:
        _begin(found, patch)
        _forget_services()
        yield found
    _forget_services()


@pytest.fixture
def healthy_api(request: pytest.FixtureRequest, kept_world: KeptWorld, redis_client: Redis) -> Iterator[Api]:
    """The API over the healthy world, which the test before in this file may have left as it found it.

    Redis is empty and the service remembers no answer; the state of both layers and the catalogue may have been read.
    """
    from merger import wiring
    from tests.api.healthy_world import healthy

    found = kept_world.take()
    if found is None:
        _forget_services()
        found = Api(request.getfixturevalue("indexed_database"), redis_client)
        found.load(healthy())
    else:
        wiring.service().cache.local_tier.clear()
    with pytest.MonkeyPatch.context() as patch:
        _begin(found, patch)
        wiring.service()  # made with the settings of all tests, whatever this one sets
        written = writes.count
        yield found
    if "monkeypatch" not in request.fixturenames and written == writes.count and not found.has_moved:
        kept_world.keep(found)
    else:
        _forget_services()


@pytest.fixture
def own_api_keys() -> Iterator[None]:
    """Has the service remember no API key of another test."""
    from lambdaserve.access.credentials import authentication
    from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
    from merger import configuration

    with pytest.MonkeyPatch.context() as patch:
        keys = ApiKeyCache(configuration.utc_now)
        patch.setattr(authentication, "api_key_cache", lambda: keys)
        yield


class KeptWorld:
    """The stores and the service as a test left them, for the next test of its file.

    A test that writes to MongoDB, moves the clock, replaces the service or asks for ``monkeypatch`` leaves nothing.
    """

    def __init__(self) -> None:
        self._kept: tuple[Api, int, Any] | None = None

    def keep(self, api: Api) -> None:
        """Keeps a world as it is at this moment."""
        from merger import wiring

        self._kept = (api, writes.count, wiring.service())

    def take(self) -> Api | None:
        """Returns the world that was kept, if nothing has been written and the service is the same."""
        from merger import wiring

        if self._kept is None or not wiring.service.cache_info().currsize:
            return None
        api, written, service = self._kept
        return api if written == writes.count and service is wiring.service() else None


@pytest.fixture(scope="module")
def kept_world() -> Iterator[KeptWorld]:
    """Keeps a world between tests of one file."""
    yield KeptWorld()
    _forget_services()


def _begin(api: Api, patch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    from merger import configuration, wiring

    patch.setattr(settings, "MONGODB_TIMEOUT", 8.0)
    patch.setattr(configuration, "utc_now", api.clock)
    # In memory: the index of another test's documents must not answer for this one's.
    patch.setattr(wiring, "HostCopies", lambda _: None)


def _forget_services() -> None:
    from merger import standing, wiring

    standing.standing_services.cache_clear()
    wiring.service.cache_clear()
