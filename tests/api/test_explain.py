"""``explain=1``: how an answer came about, for staff and for keys of that scope (O2)."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.contrib.auth.models import User
from django.test import Client

from lambdaserve.access.credentials import authentication
from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.models import ApiKey
from merger import configuration, wiring
from merger.contract.documents import Aliases
from merger.errors import StoreUnavailable
from merger.indexes.declared import declared_indexes
from merger.stores.mongo.store import MongoStore
from merger.stores.store import Find
from tests.api.conftest import Api
from tests.api.healthy_world import ADDRESSES, MOVIE, healthy

pytestmark = pytest.mark.django_db
SENTIMENT = f"movies/{MOVIE}/sentiment?window=7d"


@pytest.fixture
def world(api: Api, monkeypatch: pytest.MonkeyPatch) -> Api:
    """A small healthy world, and keys of this test's own."""
    ring = ApiKeyCache(configuration.utc_now)
    monkeypatch.setattr(authentication, "api_key_cache", lambda: ring)
    api.load(healthy())
    return api


def key(*scopes: str, owner: User | None = None) -> str:
    made = ApiKey(name="somebody", scopes=list(scopes), owner=owner)
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


def test_a_stranger_gets_a_401_that_says_who_may(world: Api) -> None:
    response = ask(SENTIMENT)
    assert (response.status_code, response["Content-Type"]) == (401, "application/problem+json")
    assert "ApiKey" in response["WWW-Authenticate"]
    assert "staff" in response.json()["detail"]


@pytest.mark.parametrize("scopes", [("read",), ("read", "metrics", "manage"), ("explain",)])
def test_a_key_needs_both_scopes_whoever_owns_it(world: Api, scopes: tuple[str, ...]) -> None:
    response = ask(SENTIMENT, X_API_Key=key(*scopes, owner=User.objects.create_superuser("root")))
    assert response.status_code == 403
    assert ("explain" if "read" in scopes else "read") in response.json()["detail"]
    assert b'"plan"' not in response.content


def test_a_key_of_both_scopes_is_told(world: Api) -> None:
    assert "plan" in ask(SENTIMENT, X_API_Key=key("read", "explain")).json()["explain"]


def test_of_those_who_are_logged_in_staff_is_told(world: Api) -> None:
    told = {}
    for name, staff, root in (("nobody", False, False), ("staff", True, False), ("root", True, True)):
        client = Client()
        client.force_login(User.objects.create_user(name, is_staff=staff, is_superuser=root))
        told[name] = ask(SENTIMENT, client).status_code
    assert told == {"nobody": 403, "staff": 200, "root": 200}


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_answer_is_the_same_byte_for_byte_and_every_read_uses_a_declared_index(
    staff: Client, world: Api, address: str
) -> None:
    explained: Any = ask(address, staff)
    plain: Any = world.get(address)
    assert plain["X-Cache"] == "HIT"
    content, _, told = explained.content.rpartition(b',"explain":')
    assert content + b"}" == plain.content
    explain = orjson.loads(told[:-1])
    declared = {index.name for index in declared_indexes(Aliases())}
    for read in explain["plan"]["reads"]:
        assert not read["scans_collection"], read
        assert read["indexes"]
        assert set(read["indexes"]) <= declared
        assert read["documents_returned"] <= read["documents_examined"]
    assert explain["cache"]["state"] == explained["X-Cache"] == "MISS"
    assert explain["layers"]["batch"]["state"] == "current"


def test_a_miss_tells_its_steps_and_a_hit_who_held_it(staff: Client, world: Api) -> None:
    made = ask(SENTIMENT, staff).json()["explain"]
    steps = [each["step"] for each in made["steps"]]
    assert steps[0] == "look into Redis"
    finds = {"find in batch_views", "find in speed_views"}
    assert set(steps) == {"look into Redis", "layers", "plan", *finds, "merge", "encode", "store in Redis"}
    assert all(each["ms"] >= 0 for each in made["steps"])
    assert made["cache"]["given_by"] == "made"
    held = ask(SENTIMENT, staff).json()["explain"]
    assert (held["cache"]["state"], held["cache"]["given_by"], held["steps"]) == ("HIT", "process", [])
    wiring.service().cache.local_tier.clear()
    shared = ask(SENTIMENT, staff).json()["explain"]
    assert (shared["cache"]["given_by"], [each["step"] for each in shared["steps"]]) == ("redis", ["look into Redis"])
    assert shared["cache"]["key"] == held["cache"]["key"] == made["cache"]["key"]
    assert shared["cache"]["generations"]["all"] != ""


def test_it_tells_what_was_asked_and_where_the_layers_meet(staff: Client) -> None:
    told = ask(SENTIMENT, staff).json()
    explain = told["explain"]
    assert explain["view"] == "movies.sentiment"
    assert explain["params"] == {"movie_id": MOVIE, "window": "7d", "granularity": "day"}
    assert explain["boundary"]["cutoff"] == told["freshness"]["cutoff"]
    assert explain["layers"]["speed"]["types"]["sentiment"]["state"] == "current"
    speed = next(read for read in explain["plan"]["reads"] if read["collection"] == "speed_views")
    assert speed["filter"]["hour"] == {"$gte": {"$date": explain["boundary"]["speed_from"]}}


def test_nothing_of_it_is_kept(staff: Client, world: Api) -> None:
    response = ask(SENTIMENT, staff)
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response
    assert response["X-Request-ID"] == response.json()["explain"]["request_id"]
    for name in world.redis.scan_iter("*"):
        assert b'"plan"' not in (world.redis.get(name) or b"") if world.redis.type(name) == b"string" else True
    plain = world.get(SENTIMENT)
    assert ask(SENTIMENT, staff, If_None_Match=plain["ETag"]).status_code == 200
    assert "explain" not in world.body(SENTIMENT)


def test_a_request_that_does_not_ask_has_no_explain_and_asks_mongodb_nothing_more(
    world: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MongoStore, "explain", lambda *_, **__: pytest.fail("it was explained"))
    assert "explain" not in world.body(f"{SENTIMENT}&explain=0")
    assert "explain" not in world.body(SENTIMENT)


def test_what_it_does_not_take_is_refused(world: Api) -> None:
    assert world.refused(SENTIMENT, {"explain": "yes"}) == {"explain": "explain takes one of 0, 1; got 'yes'"}
    assert world.refused(SENTIMENT, {"explain": ["0", "0"]}) == {
        "explain": "explain is given 2 times; it may be given once"
    }


def test_with_a_layer_away_the_half_says_so_and_its_reads_say_why(
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
    told = ask(SENTIMENT, staff).json()
    assert any(text.startswith("speed_unavailable") for text in told["freshness"]["warnings"])
    states = {each["state"] for each in told["explain"]["layers"]["speed"]["types"].values()}
    assert states <= {"away"}
    reads = {read["collection"]: read for read in told["explain"]["plan"]["reads"]}
    assert "away" in reads["speed_views"]["error"]
    assert reads["batch_views"]["indexes"]


def test_an_error_is_told_as_usual(staff: Client) -> None:
    response = ask("movies/999999", staff)
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_hostile_values_stay_values(staff: Client) -> None:
    hostile = '{"$ne":null}</script><script>alert(1)</script>'
    response = ask(f"analytics/trends?metric=sentiment&genre={hostile.replace('&', '%26')}", staff)
    assert response["Content-Type"].startswith("application/")
    if response.status_code == 200:
        assert orjson.loads(response.content)["explain"]["params"]["genre"] == hostile.casefold()
