"""The API over real embedded stores, with a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.http.response import HttpResponseBase
from django.test import Client

from tests.api.documents import NOW

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
        self.now = NOW
        self._client = Client(raise_request_exception=False)

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
def api(
    indexed_database: Database[dict[str, Any]], redis_client: Redis, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Api]:
    """The API with empty stores and its clock at ``api.now``; timeouts are long, for busy machines."""
    from merger import configuration, standing, wiring

    settings.MONGODB_TIMEOUT = 8.0

    found = Api(indexed_database, redis_client)

    def clock() -> datetime:
        return found.now

    monkeypatch.setattr(configuration, "utc_now", clock)
    # In memory: the index of another test's documents must not answer for this one's.
    monkeypatch.setattr(wiring, "HostCopies", lambda _: None)
    wiring.service.cache_clear()
    standing.standing_services.cache_clear()
    yield found
    standing.standing_services.cache_clear()
    wiring.service.cache_clear()
