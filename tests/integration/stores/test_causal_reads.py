"""A process never reads an older state than it has seen, whichever member of a replica set answers."""

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


class SentCommands(CommandListener):
    """Records every find, and the operation time of every reply."""

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
def sent() -> SentCommands:
    return SentCommands()


@pytest.fixture(params=["secondaryPreferred", "primary"])
def client(mongo_uri: str, sent: SentCommands, request: pytest.FixtureRequest) -> Iterator[MongoClient[dict[str, Any]]]:
    uri = f"{mongo_uri}/?readPreference={request.param}&readConcernLevel=majority"
    with MongoClient[dict[str, Any]](uri, event_listeners=[sent]) as found:
        found.causal.batch_views.drop()
        found.causal.batch_views.insert_many({"movie_id": number} for number in range(600))
        yield found
        found.drop_database("causal")


def test_each_read_waits_for_the_state_that_an_earlier_one_saw(
    client: MongoClient[dict[str, Any]], sent: SentCommands
) -> None:
    clock = CausalClock(client)
    one, other = MongoStore(client.causal, 2, clock), MongoStore(client.causal, 2, clock)
    one.find(Find("batch_views", {"movie_id": 1}))
    before = sent.moments[-1]
    client.causal.batch_views.insert_one({"movie_id": 601})
    other.find(Find("batch_views", {"movie_id": 601}))
    newest = sent.moments[-1]
    assert sum(map(len, one.batches("batch_views", {}))) == 601
    first, second, third = (read.get("readConcern") for read in sent.reads)
    assert first == {"level": "majority"}, "there was no earlier read"
    if client.read_preference == SecondaryPreferred():
        assert second == {"level": "majority", "afterClusterTime": before}
        assert third == {"level": "majority", "afterClusterTime": newest}
        assert newest > before
        assert all(read["$readPreference"] == {"mode": "secondaryPreferred"} for read in sent.reads)
    else:
        assert second == third == {"level": "majority"}, "the primary is never behind"


def test_process_that_recomputes_an_answer_reads_the_state_that_invalidated_it(
    client: MongoClient[dict[str, Any]], sent: SentCommands, redis_client: Redis
) -> None:
    sender, receiver = CausalClock(client, b"secret"), CausalClock(client, b"secret")
    watching = RedisTier(RedisLink(lambda: redis_client), "tests:", seen=sender)
    serving = RedisTier(RedisLink(lambda: redis_client), "tests:", seen=receiver)
    MongoStore(client.causal, 2, sender).find(Find("batch_views", {"movie_id": 1}))
    saw = sent.moments[-1]
    watching.advance([ALL_GENERATION])
    assert serving.claim("key", "token", 5) == (True, None)
    MongoStore(client.causal, 2, receiver).find(Find("batch_views", {"movie_id": 1}))
    waited_for = sent.reads[-1]["readConcern"].get("afterClusterTime")
    assert waited_for == (saw if sender.is_needed else None)


@pytest.mark.parametrize("poison", [b"", b"x", b"x" * 16, b"x" * 40])
def test_time_without_a_valid_signature_is_ignored(
    client: MongoClient[dict[str, Any]], sent: SentCommands, redis_client: Redis, poison: bytes
) -> None:
    clock, stranger = CausalClock(client, b"secret"), CausalClock(client, b"another")
    MongoStore(client.causal, 2, stranger).find(Find("batch_views", {"movie_id": 1}))
    for exported in (poison, stranger.export(), stranger.export()[:16] + b"x" * 40):
        redis_client.set("tests:seen", exported)
        assert RedisTier(RedisLink(lambda: redis_client), "tests:", seen=clock).claim("key", "token", 5)[0]
    MongoStore(client.causal, 2, clock).find(Find("batch_views", {"movie_id": 1}))
    assert "afterClusterTime" not in sent.reads[-1]["readConcern"]


def test_read_preference_and_concern_come_from_the_address(client: MongoClient[dict[str, Any]]) -> None:
    assert client.causal.batch_views.read_concern == ReadConcern("majority")
    assert client.causal.batch_views.read_preference == client.read_preference


def test_older_time_than_the_newest_changes_nothing(mongo_uri: str) -> None:
    with MongoClient[dict[str, Any]](mongo_uri, readPreference="nearest") as client:
        clock = CausalClock(client)
        with clock.session() as slow:
            assert slow is not None
            client.admin.command("ping", session=slow)
            with clock.session() as quick:
                client.causal.batch_views.insert_one({})
                client.admin.command("ping", session=quick)
                assert quick is not None
                newest = quick.operation_time
        with clock.session() as later:
            assert later is not None
            assert later.operation_time == newest
        client.drop_database("causal")
