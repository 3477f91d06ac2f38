"""``explain=1`` explains an answer to staff and to keys with that scope.

Requirement O2.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.test import Client

from lambdaserve.access.models import ApiKey
from merger import wiring
from merger.contract.documents import Aliases
from merger.errors import StoreUnavailable
from merger.indexes.declared import declared_indexes
from merger.stores.mongo.store import MongoStore
from merger.stores.store import Find
from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, MOVIE

pytestmark = pytest.mark.django_db
SENTIMENT = f"movies/{MOVIE}/sentiment?window=7d"


@pytest.fixture
def world(healthy_api: Api, own_api_keys: None) -> Api:
    """A small healthy world, and keys of this test's own."""
    return healthy_api


def key(*scopes: str, owner: User | None = None) -> str:
    made = ApiKey(name="a client", scopes=list(scopes), owner=owner)
    text = made.issue()
    made.save()
    return text


def ask(address: str, client: Client | None = None, **headers: str) -> Any:
    """The response to a question with ``explain=1``."""
    joined = "&" if "?" in address else "?"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    asking = client or Client(raise_request_exception=False)
    return asking.get(f"/api/v1/{address}{joined}explain=1", headers=named)


@pytest.fixture
def staff(world: Api) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    return client


def test_explain_without_credentials_gets_a_401_that_names_who_may(world: Api) -> None:
    response = ask(SENTIMENT)
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert "ApiKey" in response["WWW-Authenticate"]
    assert "staff" in response.json()["detail"]


def test_an_encoded_name_is_the_same_parameter(world: Api, staff: Client) -> None:
    address = f"/api/v1/{SENTIMENT}&%65xplain=1"
    assert Client().get(address).status_code == 401
    assert "explain" in staff.get(address).json()


@pytest.mark.parametrize("scopes", [("read",), ("read", "metrics", "manage"), ("explain",)])
def test_explain_needs_both_scopes_of_a_key_even_of_staff(world: Api, scopes: tuple[str, ...]) -> None:
    response = ask(SENTIMENT, X_API_Key=key(*scopes, owner=User.objects.create_superuser("root")))
    assert response.status_code == 403
    assert ("explain" if "read" in scopes else "read") in response.json()["detail"]
    assert b'"plan"' not in response.content


def test_key_with_both_scopes_gets_an_explanation(world: Api) -> None:
    assert "plan" in ask(SENTIMENT, X_API_Key=key("read", "explain")).json()["explain"]


def test_logged_in_staff_gets_an_explanation_and_others_do_not(world: Api) -> None:
    statuses = {}
    for name, staff, root in (("user", False, False), ("staff", True, False), ("root", True, True)):
        client = Client()
        client.force_login(User.objects.create_user(name, is_staff=staff, is_superuser=root))
        statuses[name] = ask(SENTIMENT, client).status_code
    assert statuses == {"user": 403, "staff": 200, "root": 200}


@pytest.mark.parametrize("address", ADDRESSES)
def test_explained_answer_is_unchanged_and_each_read_uses_a_declared_index(
    staff: Client, world: Api, address: str
) -> None:
    explained: Any = ask(address, staff)
    plain: Any = world.get(address)
    assert plain["X-Cache"] == "HIT"
    content, _, explanation = explained.content.rpartition(b',"explain":')
    assert content + b"}" == plain.content
    explain = orjson.loads(explanation[:-1])
    declared = {index.name for index in declared_indexes(Aliases())}
    for read in explain["plan"]["reads"]:
        assert not read["scans_collection"], read
        assert read["indexes"]
        assert set(read["indexes"]) <= declared
        assert read["documents_returned"] <= read["documents_examined"]
    assert explain["cache"]["state"] == explained["X-Cache"] == "MISS"
    assert explain["layers"]["batch"]["state"] == "current"


def test_miss_shows_its_steps_and_hit_its_source(staff: Client, world: Api) -> None:
    made = ask(SENTIMENT, staff).json()["explain"]
    steps = [each["step"] for each in made["steps"]]
    assert steps[0] == "read from Redis"
    finds = {"find in batch_views", "find in speed_views"}
    assert set(steps) == {"read from Redis", "layers", "plan", *finds, "merge", "encode", "store in Redis"}
    assert all(each["ms"] >= 0 for each in made["steps"])
    assert made["cache"]["given_by"] == "made"
    held = ask(SENTIMENT, staff).json()["explain"]
    assert (held["cache"]["state"], held["cache"]["given_by"], held["steps"]) == ("HIT", "process", [])
    wiring.service().cache.local_tier.clear()
    shared = ask(SENTIMENT, staff).json()["explain"]
    assert (shared["cache"]["given_by"], [each["step"] for each in shared["steps"]]) == ("redis", ["read from Redis"])
    assert shared["cache"]["key"] == held["cache"]["key"] == made["cache"]["key"]
    assert shared["cache"]["generations"]["all"] != ""


def test_explanation_shows_parameters_and_boundary(staff: Client) -> None:
    answer = ask(SENTIMENT, staff).json()
    explain = answer["explain"]
    assert explain["view"] == "movies.sentiment"
    assert explain["params"] == {"movie_id": MOVIE, "window": "7d", "granularity": "day"}
    assert explain["boundary"]["cutoff"] == answer["freshness"]["cutoff"]
    assert explain["layers"]["speed"]["types"]["sentiment"]["state"] == "current"
    speed = next(read for read in explain["plan"]["reads"] if read["collection"] == "speed_views")
    assert speed["filter"]["hour"] == {"$gte": {"$date": explain["boundary"]["speed_from"]}}


def test_explanation_is_never_cached(staff: Client, world: Api) -> None:
    response = ask(SENTIMENT, staff)
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response
    assert response["X-Request-ID"] == response.json()["explain"]["request_id"]
    for name in world.redis.scan_iter("*"):
        assert b'"plan"' not in (world.redis.get(name) or b"") if world.redis.type(name) == b"string" else True
    plain = world.get(SENTIMENT)
    assert ask(SENTIMENT, staff, If_None_Match=plain["ETag"]).status_code == 200
    assert "explain" not in world.body(SENTIMENT)


def test_request_without_explain_runs_no_explain_command(world: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MongoStore, "explain", lambda *_, **__: pytest.fail("it was explained"))
    assert "explain" not in world.body(f"{SENTIMENT}&explain=0")
    assert "explain" not in world.body(SENTIMENT)


def test_other_values_of_explain_are_refused(world: Api) -> None:
    assert world.refused(SENTIMENT, {"explain": "yes"}) == {"explain": "explain takes one of 0, 1; got 'yes'"}
    assert world.refused(SENTIMENT, {"explain": ["0", "0"]}) == {
        "explain": "explain is given 2 times; it may be given once"
    }


def test_explanation_of_a_partial_answer_shows_the_layers_errors(
    staff: Client, world: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, explain = MongoStore.find, MongoStore.explain

    def half(way: Any) -> Any:
        def asked(self: MongoStore, find: Find) -> Any:
            if find.collection == "speed_views":
                raise StoreUnavailable("speed_views is away")
            return way(self, find)

        return asked

    monkeypatch.setattr(MongoStore, "find", half(find))
    monkeypatch.setattr(MongoStore, "explain", half(explain))
    answer = ask(SENTIMENT, staff).json()
    assert any(text.startswith("speed_unavailable") for text in answer["freshness"]["warnings"])
    states = {each["state"] for each in answer["explain"]["layers"]["speed"]["types"].values()}
    assert states <= {"away"}
    reads = {read["collection"]: read for read in answer["explain"]["plan"]["reads"]}
    # Either the collection's error, or that of its breaker, which so many failed finds open.
    assert "speed_views" in reads["speed_views"]["error"]
    assert reads["batch_views"]["indexes"]


def test_error_with_explain_is_reported_as_usual(staff: Client) -> None:
    response = ask("movies/999999", staff)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_hostile_values_stay_values_in_explained_filters(staff: Client) -> None:
    hostile = '{"$ne":null}</script><script>alert(1)</script>'
    response = ask(f"analytics/trends?metric=sentiment&genre={hostile.replace('&', '%26')}", staff)
    assert response["Content-Type"].startswith("application/")
    if response.status_code == 200:
        assert orjson.loads(response.content)["explain"]["params"]["genre"] == hostile.casefold()
