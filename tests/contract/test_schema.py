"""The service attacked by its own description: every answer is one that the description promises (A1, A2, A5).

The same requests in every run, over the healthy world and every spoiled document; `make attack` sends many more, others
each time, to a real server.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as configured
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.test import Client
from django_redis import get_redis_connection
from schemathesis.config import SchemathesisConfig

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.credentials.scopes import EXPLAIN, READ
from lambdaserve.access.models import ApiKey
from merger import configuration, wiring
from merger.stores.mongo.client import database
from tests.api.documents import NOW
from tests.api.healthy_world import MOVIE, OTHER, healthy
from tests.api.spoiled import KINDS, spoiled
from tests.contract.agreed import contradicts
from tests.contract.attack import LEFT_OUT, Effort, Found, attacked

# Requests are sent by threads of Schemathesis's own, which see nothing of a transaction of the test's.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    # What Schemathesis draws may be long, and Hypothesis warns of that where it tells what it drew.
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

KNOWN = {"movie_id": (MOVIE, OTHER), "genre": ("Drama", "drama"), "name": ("Edward Norton",)}
EFFORT = Effort(seed=1, examples=25, known=KNOWN)
OPEN_TO_ALL = {"GET /api/v1/health/live", "GET /api/v1/health/ready"}


@pytest.fixture(scope="module")
def world(mongo_uri: str, redis_url: str) -> Iterator[None]:
    """The healthy world and every spoiled document, at a moment that stands still."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(configuration, "utc_now", lambda: NOW)
        ring = ApiKeyCache(configuration.utc_now)
        patch.setattr(authentication, "api_key_cache", lambda: ring)
        stores = database()
        for name in stores.list_collection_names():
            stores.drop_collection(name)
        call_command("create_indexes", verbosity=0)
        stores["batch_views"].insert_many([dict(d) for d in healthy() if "hour" not in d])
        stores["speed_views"].insert_many([dict(d) for d in healthy() if "hour" in d])
        for kind in KINDS:
            stores[f"{kind.split()[0]}_views"].insert_many(spoiled(kind))
        get_redis_connection("default").flushdb()
        for limit in ("LOGIN_LIMIT_ADDRESS", "LOGIN_LIMIT_USER"):
            patch.setattr(configured, limit, 0)  # one address asks for everything
        wiring.service.cache_clear()
        yield
        wiring.service.cache_clear()


def attack(headers: dict[str, str]) -> Found:
    """By somebody who sends these headers."""
    return attacked(schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application(), config=config_of(headers)))


def config_of(headers: dict[str, str]) -> SchemathesisConfig:
    # The client in the process unpacks no body, and would ask for a packed one. What would send an answered request
    # again without its key needs a network; whoever has none is tried below.
    return EFFORT.config({"Accept-Encoding": "identity", **headers}, left_out=["ignored_auth"])


def is_everything_answered(found: Found) -> bool:
    read = [statuses for operation, statuses in found.statuses.items() if operation.startswith("GET ")]
    return len(found.statuses) == 20 and len(read) == 16 and all(200 in statuses for statuses in read)


def test_everybody_gets_what_is_promised_where_everybody_may_read(world: None) -> None:
    found = attack({})
    assert found.failures == {}
    assert is_everything_answered(found)
    assert found.requests > 1_000


def test_a_key_gets_what_is_promised_where_reading_needs_one(world: None, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    key = ApiKey(name="a key", scopes=[READ, EXPLAIN])
    text = key.issue()
    key.save()
    found = attack({"X-API-Key": text})
    assert found.failures == {}
    assert is_everything_answered(found)
    assert found.requests > 1_000


def test_nobody_else_gets_anything_there(world: None, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    found = attack({})
    assert found.failures == {}
    for operation, statuses in found.statuses.items():
        if operation.startswith("POST "):
            assert statuses[200] <= 1, operation  # of OPTIONS
        else:
            assert {*statuses} <= ({200, 401, 405} if operation in OPEN_TO_ALL else {401, 404}), operation
    assert found.requests > 1_000


def test_what_is_not_promised_is_noticed(world: None) -> None:
    application = get_wsgi_application()
    described = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    described["components"]["schemas"]["Movie"]["properties"]["title"] = {"type": "integer"}
    path = "/api/v1/movies/{movie_id}"
    described["paths"] = {path: described["paths"][path]}
    lying = schemathesis.openapi.from_dict(described, config=config_of({}))
    lying.app = application
    assert (f"GET {path}", "response_schema_conformance") in {kind[:2] for kind in attacked(lying).failures}


def test_the_checks_that_are_left_out_exist() -> None:
    assert {*LEFT_OUT} <= {*dir(schemathesis.checks)}


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"year": 2020, "month": 1, "genre": "Drama"}, False),
        ({"month": 1}, True),
        ({"genre": "Drama", "movie_id": 1}, True),
        ({"year_from": 1990, "year_to": 1990, "rating_min": 1.5}, False),
        ({"year_from": 1991, "year_to": 1990}, True),
        ({"rating_min": 1.5, "rating_max": 1}, True),
        ({"rating_min": 1e-7}, True),
    ],
)
def test_only_what_has_no_words_in_openapi_is_forgiven(query: dict[str, Any], *, wrong: bool) -> None:
    assert contradicts(query) is wrong
