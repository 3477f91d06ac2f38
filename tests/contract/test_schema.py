"""The service, attacked by its own description, gives only answers that the description allows.

Requirements A1, A2 and A5. Every run sends the same requests, over the healthy world and every spoiled document; `make
attack` sends many more, different ones each time, to a real server.
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
from tests.contract.attack import SKIPPED_CHECKS, Effort, Findings, attack
from tests.contract.exceptions import contradicts

# Schemathesis sends requests in threads of its own, which can't see the test's transaction.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    # Schemathesis generates long values, and Hypothesis warns when it prints one.
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
]

KNOWN = {"movie_id": (MOVIE, OTHER), "genre": ("Drama", "drama"), "name": ("Edward Norton",)}
EFFORT = Effort(seed=1, examples=25, known=KNOWN)
OPEN_PROBES = {"GET /api/v1", "GET /api/v1/health/live", "GET /api/v1/health/ready"}


@pytest.fixture(scope="module")
def world(mongo_uri: str, redis_url: str) -> Iterator[None]:
    """The healthy world and every spoiled document, at a fixed time."""
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
            patch.setattr(configured, limit, 0)  # all requests come from one address
        wiring.service.cache_clear()
        yield
        wiring.service.cache_clear()


def attack_with(headers: dict[str, str]) -> Findings:
    """Attacks with a client that sends these headers."""
    return attack(schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application(), config=config_of(headers)))


def config_of(headers: dict[str, str]) -> SchemathesisConfig:
    # The client in the process asks for gzip but can't unpack it. The check `ignored_auth`, which sends a request again
    # without its key, needs a network; a client without a key is tested below.
    return EFFORT.config({"Accept-Encoding": "identity", **headers}, skipped=["ignored_auth"])


def is_everything_answered(findings: Findings) -> bool:
    read = [statuses for operation, statuses in findings.statuses.items() if operation.startswith("GET ")]
    return len(findings.statuses) == 27 and len(read) == 22 and all(200 in statuses for statuses in read)


def test_anonymous_client_gets_described_answers_where_it_may_read(world: None) -> None:
    findings = attack_with({})
    assert findings.failures == {}
    assert is_everything_answered(findings)
    assert findings.requests > 1_000


def test_api_key_gets_described_answers_where_reading_needs_one(world: None, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    key = ApiKey(name="a key", scopes=[READ, EXPLAIN])
    text = key.issue()
    key.save()
    findings = attack_with({"X-API-Key": text})
    assert findings.failures == {}
    assert is_everything_answered(findings)
    assert findings.requests > 1_000


def test_anonymous_client_gets_nothing_where_reading_needs_a_key(world: None, settings: Any) -> None:
    settings.ANONYMOUS_READ = False
    findings = attack_with({})
    assert findings.failures == {}
    for operation, statuses in findings.statuses.items():
        if operation.startswith("POST "):
            assert statuses[200] <= 1, operation  # of OPTIONS
        else:
            assert {*statuses} <= ({200, 401, 405} if operation in OPEN_PROBES else {401, 404}), operation
    assert findings.requests > 1_000


def test_answer_that_differs_from_its_description_is_a_failure(world: None) -> None:
    application = get_wsgi_application()
    described = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    described["components"]["schemas"]["Movie"]["properties"]["title"] = {"type": "integer"}
    path = "/api/v1/movies/{movie_id}"
    described["paths"] = {path: described["paths"][path]}
    wrong = schemathesis.openapi.from_dict(described, config=config_of({}))
    wrong.app = application
    assert (f"GET {path}", "response_schema_conformance") in {kind[:2] for kind in attack(wrong).failures}


def test_skipped_checks_exist() -> None:
    assert {*SKIPPED_CHECKS} <= {*dir(schemathesis.checks)}


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
def test_only_rules_that_openapi_cannot_express_are_excepted(query: dict[str, Any], *, wrong: bool) -> None:
    assert contradicts(query) is wrong
