"""What a process has read, it never reads an older state of, whichever member of a replica set answers (O6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandListener
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import SecondaryPreferred
from redis import Redis

from merger.cache.generations import ALL_GENERATION
from merger.cache.redis_tier import RedisTier
from merger.stores.mongo.causal_reads import CausalClock
from merger.stores.mongo.store import MongoStore
from merger.stores.redis.link import RedisLink
from merger.stores.store import Find


class Sent(CommandListener):
    """Every find and getMore, and what moment the replies were of."""

    def __init__(self) -> None:
        self.reads: list[Any] = []
        self.moments: list[Any] = []

    def started(self, event: Any) -> None:
        if event.command_name == "find":
            self.reads.append(event.command)

    def succeeded(self, event: Any) -> None:
        self.moments.append(event.reply.get("operationTime"))

    def failed(self, event: Any) -> None:
        raise AssertionError(event.failure)


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture(params=["secondaryPreferred", "primary"])
def client(mongo_uri: str, sent: Sent, request: pytest.FixtureRequest) -> Iterator[MongoClient[dict[str, Any]]]:
    uri = f"{mongo_uri}/?readPreference={request.param}&readConcernLevel=majority"
    with MongoClient[dict[str, Any]](uri, event_listeners=[sent]) as found:
        found.causal.batch_views.drop()
        found.causal.batch_views.insert_many({"movie_id": number} for number in range(600))
        yield found
        found.drop_database("causal")


def test_each_read_waits_for_what_an_earlier_one_saw(client: MongoClient[dict[str, Any]], sent: Sent) -> None:
    seen = CausalClock(client)
    one, other = MongoStore(client.causal, 2, seen), MongoStore(client.causal, 2, seen)
    one.find(Find("batch_views", {"movie_id": 1}))
    before = sent.moments[-1]
    client.causal.batch_views.insert_one({"movie_id": 601})
    other.find(Find("batch_views", {"movie_id": 601}))
    newest = sent.moments[-1]
    assert sum(map(len, one.batches("batch_views", {}))) == 601
    first, second, third = (read.get("readConcern") for read in sent.reads)
    assert first == {"level": "majority"}, "nothing was seen before"
    if client.read_preference == SecondaryPreferred():
        assert second == {"level": "majority", "afterClusterTime": before}
        assert third == {"level": "majority", "afterClusterTime": newest}
        assert newest > before
        assert all(read["$readPreference"] == {"mode": "secondaryPreferred"} for read in sent.reads)
    else:
        assert second == third == {"level": "majority"}, "the primary shows all there is"


def test_who_makes_an_answer_anew_reads_what_was_seen_by_who_outdated_it(
    client: MongoClient[dict[str, Any]], sent: Sent, redis_client: Redis
) -> None:
    told, heard = CausalClock(client, b"secret"), CausalClock(client, b"secret")
    watching = RedisTier(RedisLink(lambda: redis_client), "tests:", seen=told)
    serving = RedisTier(RedisLink(lambda: redis_client), "tests:", seen=heard)
    MongoStore(client.causal, 2, told).find(Find("batch_views", {"movie_id": 1}))
    saw = sent.moments[-1]
    watching.advance([ALL_GENERATION])
    assert serving.claim("key", "token", 5) == (True, None)
    MongoStore(client.causal, 2, heard).find(Find("batch_views", {"movie_id": 1}))
    waited_for = sent.reads[-1]["readConcern"].get("afterClusterTime")
    assert waited_for == (saw if told.matters else None)


@pytest.mark.parametrize("poison", [b"", b"x", b"x" * 16, b"x" * 40])
def test_a_moment_that_nobody_signed_is_not_believed(
    client: MongoClient[dict[str, Any]], sent: Sent, redis_client: Redis, poison: bytes
) -> None:
    seen, stranger = CausalClock(client, b"secret"), CausalClock(client, b"another")
    MongoStore(client.causal, 2, stranger).find(Find("batch_views", {"movie_id": 1}))
    for told in (poison, stranger.told(), stranger.told()[:16] + b"x" * 40):
        redis_client.set("tests:seen", told)
        assert RedisTier(RedisLink(lambda: redis_client), "tests:", seen=seen).claim("key", "token", 5)[0]
    MongoStore(client.causal, 2, seen).find(Find("batch_views", {"movie_id": 1}))
    assert "afterClusterTime" not in sent.reads[-1]["readConcern"]


def test_read_preference_and_concern_are_those_of_the_address(client: MongoClient[dict[str, Any]]) -> None:
    assert client.causal.batch_views.read_concern == ReadConcern("majority")
    assert client.causal.batch_views.read_preference == client.read_preference


def test_an_older_moment_than_the_newest_changes_nothing(mongo_uri: str) -> None:
    with MongoClient[dict[str, Any]](mongo_uri, readPreference="nearest") as client:
        seen = CausalClock(client)
        with seen.reading() as slow:
            assert slow is not None
            client.admin.command("ping", session=slow)
            with seen.reading() as quick:
                client.causal.batch_views.insert_one({})
                client.admin.command("ping", session=quick)
                assert quick is not None
                newest = quick.operation_time
        with seen.reading() as later:
            assert later is not None
            assert later.operation_time == newest
        client.drop_database("causal")
